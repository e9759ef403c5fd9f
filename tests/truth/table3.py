"""Counts of the ratings 1 to 5 of 1,037 prototypes whose naive interval is that of the paper's table 3.

Arithmetic only: any such counts do, and they say nothing about prototypes.

    venv/bin/pip install numpy scipy
    venv/bin/python -P tests/truth/table3.py      # the counts in tests/it/study_report.rs
"""

import itertools

import numpy as np
from scipy import stats

N, SCALE = 1037, np.arange(1, 6)
for name, mean, low, high in [
    ("cardiologist, representativeness", 4.29, 4.22, 4.35), ("cardiologist, clarity", 4.48, 4.42, 4.54),
    ("internist, representativeness", 3.59, 3.52, 3.66), ("internist, clarity", 4.73, 4.69, 4.77),
]:
    # The sum nearest to the middle of the interval that still rounds to the mean.
    total = min((t for t in range(N, 5 * N + 1) if abs(t / N - mean) < 0.005), key=lambda t: abs(t / N - (low + high) / 2))
    best = None
    for one, two, three in itertools.product(range(0, 160, 4), range(0, 200, 4), range(0, 320, 4)):
        # The sum fixes four and five.
        rest = N - one - two - three
        five = total - one - 2 * two - 3 * three - 4 * rest
        counts = np.array([one, two, three, rest - five, five])
        if counts.min() < 0:
            continue
        found = counts @ SCALE / N
        sd = np.sqrt(counts @ (SCALE - found) ** 2 / (N - 1))
        half = stats.t.ppf(0.975, N - 1) * sd / np.sqrt(N)
        error = max(abs(found - half - low), abs(found + half - high))
        # Among equals the smoothest.
        rough = np.abs(np.diff(counts, 2)).sum() * 1e-7
        if best is None or error + rough < best[0]:
            best = (error + rough, counts.tolist(), found, sd, half)
    print(name, best[1], "mean %.4f sd %.4f interval [%.4f, %.4f]" % (best[2], best[3], best[2] - best[4], best[2] + best[4]))
