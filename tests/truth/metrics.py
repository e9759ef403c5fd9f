"""Makes metrics.json: a made-up study with metrics of its prototypes, and Spearman's rho of each metric with each question.

    python3 -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python tests/truth/metrics.py > tests/truth/metrics.json

Means and exclusions are worked out here from the answers, without the program; rho is scipy's.
"""

import json
import math

import numpy as np
from scipy import stats

PROTOTYPES, RATERS, QUESTIONS = 43, ["R1", "R2", "R3"], ["clarity", "representativeness"]
METRICS = ["label_purity", "stability", "kept_without_surroundings", "faithfulness_drop", "consistency"]
random = np.random.default_rng(20261126)
quality = random.normal(size=PROTOTYPES)


def answers():
    for r, rater in enumerate(RATERS):
        for p in range(PROTOTYPES):
            if rater == "R3" and p % 4 == 1:
                continue  # not everybody got to everything
            reason = {3: "label_error", 8: "cannot_judge", 11: "artefact"}.get((p * 5 + r * 7) % 29)
            for question in QUESTIONS:
                noise = random.normal() + 0.4 * r
                value = None if reason else int(np.clip(round(3 + quality[p] + noise), 1, 5))
                yield {"rater": rater, "prototype": p, "question": question, "value": value, "reason": reason}


def metrics():
    for p in range(PROTOTYPES):
        windowless = p % 3 == 0  # a whole recording has no window to mask
        noise = random.normal(size=3)
        yield {
            "prototype": p,
            "label_purity": min(10, max(0, round(6 + 2 * quality[p] + noise[0]))) / 10,
            "stability": None if p == 20 else float(1 - 0.1 * abs(noise[1])),
            "kept_without_surroundings": None if windowless else 0.75,
            "faithfulness_drop": None if windowless else float(noise[2] - 0.5 * quality[p]),
            "consistency": None if windowless else (5 + p * 7 % 6) / 10,
        }


def mean_ratings(rows, question, rule):
    wrong = {r["prototype"] for r in rows if r["reason"] == "label_error"} if rule == "label_errors_for_all" else set()
    of = {}
    for r in rows:
        if r["question"] == question and r["value"] is not None and r["prototype"] not in wrong:
            of.setdefault(r["prototype"], []).append(r["value"])
    return {p: sum(v) / len(v) for p, v in of.items()}


def expected(rows, table, rule):
    for question in QUESTIONS:
        means = mean_ratings(rows, question, rule)
        for metric in METRICS:
            pairs = [(m[metric], means[m["prototype"]]) for m in table if m[metric] is not None and m["prototype"] in means]
            found = {"question": question, "metric": metric, "n": len(pairs), "rho": None, "low": None, "high": None}
            x, y = zip(*pairs)
            if len(set(x)) > 1:
                rho = float(stats.spearmanr(x, y).statistic)
                # Bonett and Wright (2000).
                half = stats.norm.ppf(0.975) * math.sqrt((1 + rho**2 / 2) / (len(pairs) - 3))
                found |= {"rho": rho, "low": float(np.tanh(np.arctanh(rho) - half)), "high": float(np.tanh(np.arctanh(rho) + half))}
            yield found


rows, table = list(answers()), list(metrics())
rules = {rule: list(expected(rows, table, rule)) for rule in ("answers_with_reason", "label_errors_for_all")}
print(json.dumps({"answers": rows, "metrics": table, "expected": rules}, indent=1))
