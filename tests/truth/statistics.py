"""Prints the values in tests/it/statistics.rs: scikit-learn's, scipy's and numpy's.

    python3 -m venv venv && venv/bin/pip install numpy scipy scikit-learn
    venv/bin/python tests/truth/statistics.py
"""

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

print("numpy", np.__version__, "scipy", scipy.__version__, "scikit-learn", sklearn.__version__)

RECORDS = 120
POSITIVE_BELOW = [30, 10, 60, 0]


def case(c, tied):
    """Scores and labels by integer arithmetic, the same in the Rust test."""
    i = np.arange(RECORDS)
    labels = (i * i * 31 + i * 7 + c * 17) % 97 < POSITIVE_BELOW[c]
    numerators = (i * 7919 + c * 104729 + 13) % 1009 + 250 * labels
    scores = numerators * 10 // 1259 / 10 if tied else numerators / 1259
    return scores, labels


def best_f1(scores, labels):
    each = [(f1_score(labels, scores >= t), t) for t in np.unique(scores)]
    top = max(f1 for f1, _ in each)
    return top, max(t for f1, t in each if f1 == top)


def bootstrap(tied, resamples=2000):
    rng = np.random.default_rng(1)
    cases = [case(c, tied) for c in range(3)]
    values = []
    for _ in range(resamples):
        drawn = rng.integers(0, RECORDS, RECORDS)
        values.append(np.mean([roc_auc_score(y[drawn], s[drawn]) for s, y in cases if len(set(y[drawn])) == 2]))
    return np.quantile(values, [0.025, 0.975])


for tied in (False, True):
    aurocs = []
    for c in range(3):
        scores, labels = case(c, tied)
        aurocs.append(roc_auc_score(labels, scores))
        print("tied" if tied else "untied", c, "positives", labels.sum(), "auroc", repr(float(aurocs[-1])),
              "auprc", repr(float(average_precision_score(labels, scores))),
              "f1 at 0.5", repr(float(f1_score(labels, scores >= 0.5))), "best f1, threshold", best_f1(scores, labels))
    print("macro", repr(float(np.mean(aurocs))), "bootstrap", bootstrap(tied))

for probability, degrees in [(0.975, 1), (0.975, 2), (0.975, 4), (0.975, 19), (0.995, 7.5), (0.975, 99), (0.975, 101),
                             (0.975, 1036), (0.9, 1e6), (0.6, 3), (0.05, 12), (0.9995, 1), (0.50001, 5)]:
    print(f"({probability}, {float(degrees)}, {float(stats.t.ppf(probability, degrees))!r}),")

a = [5, 4, 4, 5, 3, 2, 5, 5, 4, 1, 3, 4, 5, 5, 2, 4, 3, 5, 4, 4]
for values, level in [(a, 0.95), (a, 0.9), ([1, 5], 0.95), ([2.5, 2.5, 2.5], 0.95)]:
    print(values, level, np.mean(values), np.std(values, ddof=1),
          stats.t.interval(level, len(values) - 1, np.mean(values), stats.sem(values)), np.median(values))
print("percentileofscore strict", stats.percentileofscore(a, 4, kind="strict") / 100)
