"""Makes quality.json: model quality by scikit-learn and scipy, resampled by patient.

    venv/bin/pip install numpy scipy scikit-learn
    venv/bin/python -P tests/truth/quality.py > tests/truth/quality.json

(-P, since a script beside this one is called statistics.py.)
"""

import json

import numpy as np
from scipy import optimize
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, roc_auc_score

RECORDS = 120
i = np.arange(RECORDS)
PATIENTS = i * 37 % 90


def case(c, model):
    """Probabilities and labels by integer arithmetic, the same in the Rust test."""
    labels = (i * i * 31 + i * 7 + c * 17) % 97 < [30, 10, 60][c]
    numerators = (i * 7919 + c * 104729 + 13 + model * 5003) % 1009 + 250 * labels
    return numerators * 100 // 1259 / 100, labels


def stream(seed):
    """R's L'Ecuyer-CMRG after set.seed(seed)."""
    m1, m2 = 4294967087, 4294944443
    for _ in range(50):
        seed = (69069 * seed + 1) % 2**32
    state = []
    while len(state) < 6:
        seed = (69069 * seed + 1) % 2**32
        if seed < m2:
            state.append(seed)
    a, b = state[:3], state[3:]
    while True:
        p = (1403580 * a[1] - 810728 * a[0]) % m1
        q = (527612 * b[2] - 1370589 * b[0]) % m2
        a, b = a[1:] + [p], b[1:] + [q]
        yield (p - q if p > q else p - q + m1) * 2.328306549295727688e-10


THRESHOLDS = np.arange(101) / 100


def f_max(cases, weights):
    scores, labels = (np.concatenate(part) for part in zip(*cases))
    weights = np.tile(weights, len(cases))
    return max(f1_score(labels, scores >= t, sample_weight=weights, zero_division=0) for t in THRESHOLDS)


QUALITY = {
    "macro_auroc": lambda cases, w: np.mean([roc_auc_score(y, s, sample_weight=w) for s, y in cases]),
    "macro_auprc": lambda cases, w: np.mean([average_precision_score(y, s, sample_weight=w) for s, y in cases]),
    "macro_f1": lambda cases, w: np.mean([f1_score(y, s >= 0.5, sample_weight=w) for s, y in cases]),
    "f_max": f_max,
}


def by_patient(statistic, cases, resamples=200, seed=3):
    uniform, patients, values, redrawn = stream(seed), np.unique(PATIENTS), [], 0
    while len(values) < resamples:
        drawn = [patients[int(next(uniform) * len(patients))] for _ in patients]
        times = np.array([drawn.count(p) for p in PATIENTS])
        if all(len(set(labels[times > 0])) == 2 for _, labels in cases):
            values.append(statistic(times))
        else:
            redrawn += 1
    return {"value": statistic(np.ones(RECORDS)), "interval": list(np.quantile(values, [0.025, 0.975])), "redrawn": redrawn}


def batches(cases):
    means = []
    for start in range(0, RECORDS, 32):
        part = slice(start, start + 32)
        each = [roc_auc_score(y[part], s[part]) for s, y in cases if len(set(y[part])) == 2]
        if each:
            means.append(np.mean(each))
    return np.mean(means)


def calibration(scores, labels):
    # Off the bin edges, where scikit-learn and we differ on the side.
    scores = scores * 0.98 + 0.003
    counts = np.bincount(np.minimum((scores * 10).astype(int), 9), minlength=10)
    observed, mean = calibration_curve(labels, scores, n_bins=10)
    filled = counts[counts > 0]
    logits = np.log(scores / (1 - scores))
    loss = lambda t: np.sum(np.logaddexp(0, logits / t) - labels * logits / t)
    best = optimize.minimize_scalar(loss, bracket=(0.5, 3), tol=1e-14)
    return {
        "observed": list(observed), "mean": list(mean), "counts": filled.tolist(),
        "ece": np.sum(filled * np.abs(observed - mean)) / RECORDS, "brier": brier_score_loss(labels, scores), "temperature": best.x,
    }


first, second = [[case(c, model) for c in range(3)] for model in (0, 1)]
scarce = [(first[0][0], i % 60 == 7)]  # two positives: some resamples lose both
print(json.dumps({
    "by_patient": {name: by_patient(lambda w: f(first, w), first) for name, f in QUALITY.items()},
    "difference": {name: by_patient(lambda w: f(first, w) - f(second, w), first) for name, f in QUALITY.items()},
    "scarce": by_patient(lambda w: QUALITY["macro_auroc"](scarce, w), scarce),
    "batches": batches(first),
    "f_max": max((f1, -t) for t in THRESHOLDS for f1 in [f1_score(np.concatenate([y for _, y in first]), np.concatenate([s for s, _ in first]) >= t)]),
    "calibration": [calibration(*c) for c in first],
}, indent=1))
