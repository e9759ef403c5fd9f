"""Makes agreement.json: what Python's packages find in agreement_cases.json.

    python3 -m venv venv
    venv/bin/pip install scipy scikit-learn statsmodels krippendorff irrCAC pingouin pandas
    venv/bin/python -P tests/truth/agreement.py > tests/truth/agreement.json

(-P, since a script beside this one is called statistics.py.)
"""

import importlib.metadata
import json
import pathlib
import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from irrCAC.raw import CAC
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
pingouin.options["round.column.CI95"] = None
CASES = json.loads((pathlib.Path(__file__).parent / "agreement_cases.json").read_text())


def finite(value):
    return float(value) if np.isfinite(value) else None


def both(case):
    pairs = [(a, b) for a, b in zip(case["a"], case["b"]) if a is not None and b is not None]
    return np.array(pairs, dtype=float)


def kappa(case):
    pairs, scale = both(case), case["scale"]
    counts = np.zeros((len(scale), len(scale)))
    for a, b in pairs:
        counts[scale.index(a), scale.index(b)] += 1
    found = {"n": len(pairs)}
    for name, statsmodels_name, sklearn_name in [
        ("unweighted", None, None), ("linear", "linear", "linear"), ("quadratic", "quadratic", "quadratic"),
    ]:
        result = cohens_kappa(counts, wt=statsmodels_name)
        by_sklearn = cohen_kappa_score(pairs[:, 0], pairs[:, 1], labels=scale, weights=sklearn_name)
        assert abs(by_sklearn - result.kappa) < 1e-12
        found[name] = {
            "kappa": result.kappa, "se": finite(result.std_kappa), "se0": finite(result.std_kappa0),
            "interval": [finite(result.kappa_low), finite(result.kappa_upp)],
        }
    return found


def bland_altman(case):
    difference = np.diff(both(case))[:, 0]
    n, bias, sd = len(difference), difference.mean(), difference.std(ddof=1)
    z, t = stats.norm.ppf(0.975), stats.t.ppf(0.975, n - 1)
    error = sd * np.sqrt(1 / n + z * z / (2 * (n - 1)))
    return {
        "bias": bias, "sd": sd, "limits": [bias - z * sd, bias + z * sd],
        "bias_interval": [bias - t * sd / np.sqrt(n), bias + t * sd / np.sqrt(n)],
        "low_limit_interval": [bias - z * sd - t * error, bias - z * sd + t * error],
        "high_limit_interval": [bias + z * sd - t * error, bias + z * sd + t * error],
    }


def gwet(frame, scale):
    found = {}
    for ours, theirs in [("unweighted", "identity"), ("linear", "linear"), ("quadratic", "quadratic"), ("ordinal", "ordinal")]:
        cac = CAC(frame, weights=theirs, categories=scale, digits=14)
        est = cac.gwet()["est"]
        found[ours] = {
            "coefficient": float(est["coefficient_value"]), "se": float(est["se"]), "pa": float(est["pa"]),
            "pe": float(est["pe"]), "interval": [float(x) for x in est["confidence_interval"]],
        }
    return found


def icc(frame):
    complete = frame.dropna().reset_index(drop=True)
    if complete.size < 5:
        return None  # pingouin refuses; agreement.R has it from psych
    long = complete.stack().reset_index()
    long.columns = ["item", "rater", "rating"]
    table = pingouin.intraclass_corr(long, targets="item", raters="rater", ratings="rating").set_index("Type")
    found = {"items": len(complete)}
    for name, row in zip(["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"], table.to_dict("records")):
        found[name] = {
            "icc": row["ICC"], "f": row["F"], "df": [int(row["df1"]), int(row["df2"])], "p": row["pval"],
            "interval": [float(x) for x in row["CI95"]],
        }
    return found


def table(case):
    rows = np.array([[np.nan if x is None else x for x in row] for row in case["rows"]], dtype=float)
    frame = pd.DataFrame(rows)
    found = {
        "alpha": {
            level: krippendorff.alpha(reliability_data=rows.T, level_of_measurement=level)
            for level in ["nominal", "ordinal", "interval"]
        },
        "gwet": gwet(frame.dropna(how="all").reset_index(drop=True), case["scale"]),
    }
    found["icc"] = icc(frame)
    return found


def sample(values):
    values = np.array(values, dtype=float)
    n, mean, sd = len(values), values.mean(), values.std(ddof=1)
    with np.errstate(all="ignore"):
        low, high = stats.t.interval(0.95, n - 1, mean, sd / np.sqrt(n))
    needed = {}
    for effect in [1.0, 2.5]:
        enough = 2
        while stats.t.ppf(0.975, enough - 1) * sd * np.sqrt(effect / enough) > 0.1:
            enough += 1
        needed[str(effect)] = enough
    return {"mean": mean, "sd": sd, "median": np.median(values), "interval": [low, high] if sd else [mean, mean], "needed": needed}


def correlation(case):
    rho = stats.spearmanr(case["x"], case["y"]).statistic
    n = len(case["x"])
    half = stats.norm.ppf(0.975) * np.sqrt((1 + rho**2 / 2) / (n - 3))
    return {"rho": rho, "interval": list(np.tanh(np.arctanh(rho) + np.array([-half, half])))}


def run_probability(values):
    """P(longest run >= that seen), by a chain over (value, length of the current run)."""
    values = np.array(values)
    longest = max(len(list(run)) for run in np.split(values, np.where(np.diff(values))[0] + 1))
    _, counts = np.unique(values, return_counts=True)
    p, k = counts / len(values), len(counts)
    state = np.zeros((k, longest + 1))
    for step in range(len(values)):
        new = np.zeros_like(state)
        if step == 0:
            new[:, 1] = p
        else:
            for value in range(k):
                new[value, 1] = p[value] * (state.sum() - state[value].sum())
                new[value, 2:] = p[value] * state[value, 1:-1]
        new[:, longest] = 0
        state = new
    return {"longest": longest, "probability": 1 - state.sum()}


def order(values):
    fit = stats.linregress(range(len(values)), values)
    half = stats.t.ppf(0.975, len(values) - 2) * fit.stderr
    return {
        "slope_per_100": 100 * fit.slope, "interval": [100 * (fit.slope - half), 100 * (fit.slope + half)],
        "spearman": stats.spearmanr(range(len(values)), values).statistic, "run": run_probability(values),
    }


def quantiles():
    probabilities = [1e-12, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
    degrees = [(1, 1), (5, 15), (5, 3.2), (1036, 1036), (0.7, 12), (19, 1)]
    return {
        "normal": [[p, stats.norm.ppf(p)] for p in probabilities],
        "f": [[p, a, b, stats.f.ppf(p, a, b)] for p in probabilities[1:] for a, b in degrees],
        "f_above": [[x, a, b, stats.f.sf(x, a, b)] for x in [0.1, 1, 11.03, 60] for a, b in degrees],
    }


def bca():
    """All 5^5 resamples of five values, so that nothing is random."""
    from scipy.stats._resampling import BootstrapResult
    import itertools

    values = np.array([5.0, 4, 4, 1, 3])
    replicates = np.array([values[list(draw)].mean() for draw in itertools.product(range(5), repeat=5)])
    previous = BootstrapResult(None, replicates, None)
    found = {"values": list(values)}
    for method in ["percentile", "BCa"]:
        result = stats.bootstrap((values,), np.mean, method=method, n_resamples=0, bootstrap_result=previous)
        found[method] = [result.confidence_interval.low, result.confidence_interval.high]
    found["standard_error"] = replicates.std(ddof=1)
    return found


PACKAGES = ["numpy", "scipy", "scikit-learn", "statsmodels", "krippendorff", "irrCAC", "pingouin"]
print(json.dumps({
    "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
    "pairs": {name: {"kappa": kappa(c), "bland_altman": bland_altman(c)} for name, c in CASES["pairs"].items()},
    "tables": {name: table(c) for name, c in CASES["tables"].items()},
    "samples": {name: sample(c) for name, c in CASES["samples"].items()},
    "proportions": [list(proportion_confint(k, n, method="wilson")) for k, n in CASES["proportions"]],
    "correlations": {name: correlation(c) for name, c in CASES["correlations"].items()},
    "orders": {name: order(c) for name, c in CASES["orders"].items()},
    "quantiles": quantiles(),
    "bca": bca(),
}, indent=1))
