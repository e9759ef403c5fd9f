"""Makes reading.json: a made-up reading study and every number of its report.

    python3 -P tests/truth/reading.py

(-P, since the folder has a statistics.py of its own.)

Written from docs/statistics.md with Python's standard library alone. The random numbers are R's L'Ecuyer after
set.seed(seed, kind = "L'Ecuyer-CMRG"); a resample draws floor(runif(n) * n) of the ECGs in ascending order of their
numbers.
"""

import json
import math
import pathlib
import random
from statistics import NormalDist

PATH = pathlib.Path(__file__).parent / "reading.json"
ARMS = ["unaided", "with_prediction", "with_prototype"]
RESAMPLES = 2000
SEED = 20261126


def runif(seed):
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


def study():
    """24 ECGs, three readers; the last reader has stopped early, in the middle of an ECG."""
    chance = random.Random(8)
    rows = []
    for ecg in range(101, 125):
        control = ecg % 6 == 0
        shown_right = not control and chance.random() < 0.85
        for reader, skill, trust in [("R1", 0.8, 0.2), ("R2", 0.6, 0.6), ("R3", 0.7, 0.4)]:
            right, says = chance.random() < skill, False
            for arm in ARMS:
                if reader == "R3" and (ecg > 118 or (ecg == 118 and arm == ARMS[2])):
                    continue
                if arm != "unaided" and chance.random() < trust:
                    right, says = shown_right, True
                elif arm != "unaided" and chance.random() < 0.1:
                    right, says = False, False
                rows.append(
                    {
                        "reader": reader,
                        "ecg": ecg,
                        "arm": arm,
                        "right": right,
                        "says_shown": says or (right and shown_right and chance.random() < 0.9),
                        "shown_right": shown_right,
                        "control": control,
                        "confidence": chance.randint(1, 5),
                        "time_ms": chance.randint(2000, 60000),
                    }
                )
    chance.shuffle(rows)
    return rows


def total(values):
    """From left to right: Python's own sum of floats rounds in another way since 3.12."""
    result = 0.0
    for value in values:
        result += value
    return result


def mean(values):
    values = list(values)
    return total(values) / len(values) if values else None


def quantile(values, p):
    values = sorted(values)
    at = p * (len(values) - 1)
    low = values[math.floor(at)]
    return low + (values[math.ceil(at)] - low) * (at - math.floor(at))


def bca(estimate, replicates, jackknife):
    normal = NormalDist()
    centre = mean(jackknife)
    influence = [centre - v for v in jackknife]
    squares = total(v * v for v in influence)
    if squares == 0:
        return "no_variance"
    acceleration = total(v**3 for v in influence) / (6 * squares**1.5)
    share = (sum(v < estimate for v in replicates) + sum(v <= estimate for v in replicates)) / (2 * len(replicates))
    if share in (0, 1):
        return [quantile(replicates, 0.025), quantile(replicates, 0.975)]
    bias = normal.inv_cdf(share)
    ends = []
    for z in (normal.inv_cdf(0.025), normal.inv_cdf(0.975)):
        shifted = bias + z
        ends.append(quantile(replicates, normal.cdf(bias + shifted / (1 - acceleration * shifted))))
    return ends


class Study:
    def __init__(self, rows):
        self.rows = rows
        self.ecgs = sorted({r["ecg"] for r in rows})
        self.readers = sorted({r["reader"] for r in rows})
        self.said = {(r["ecg"], r["reader"], r["arm"]): r for r in rows}
        uniform = runif(SEED)
        n = len(self.ecgs)
        self.resamples = [[self.ecgs[math.floor(next(uniform) * n)] for _ in range(n)] for _ in range(RESAMPLES)]

    def estimate(self, value, readers_apart):
        """value(ecg, reader) is a number or None. The mean over all, or the mean of the readers' means."""
        groups = [[r] for r in self.readers] if readers_apart else [self.readers]
        table = {}
        for number, group in enumerate(groups):
            for ecg in self.ecgs:
                values = [value(ecg, reader) for reader in group]
                values = [v for v in values if v is not None]
                table[number, ecg] = (sum(values), len(values))
        used = [g for g in range(len(groups)) if any(table[g, e][1] for e in self.ecgs)]
        n = sum(table[g, e][1] for g in used for e in self.ecgs)
        ecgs = sum(any(table[g, e][1] for g in used) for e in self.ecgs)
        if not used:
            return {"n": n, "ecgs": 0, "value": "too_few_values", "interval": "too_few_values"}

        def statistic(drawn):
            means = []
            for g in used:
                count = sum(table[g, e][1] for e in drawn)
                if count == 0:
                    return None
                means.append(total(table[g, e][0] for e in drawn) / count)
            return mean(means)

        found = statistic(self.ecgs)
        jackknife = [statistic([e for e in self.ecgs if e != without]) for without in self.ecgs]
        jackknife = [v for v in jackknife if v is not None]
        if ecgs < 2 or len(jackknife) < 2:
            return {"n": n, "ecgs": ecgs, "value": found, "interval": "one_cluster"}
        replicates = [v for v in map(statistic, self.resamples) if v is not None]
        return {"n": n, "ecgs": ecgs, "value": found, "interval": bca(found, replicates, jackknife)}


def report(rows):
    study = Study(rows)
    found = {}

    def both(ecg, reader, first, second):
        pair = study.said.get((ecg, reader, first)), study.said.get((ecg, reader, second))
        return pair if None not in pair else None

    def each(name, value):
        for reader in study.readers:
            only = lambda e, r, reader=reader: value(e, r) if r == reader else None
            found[f"{name}/{reader}"] = study.estimate(only, False)

    for arm in ARMS:

        def right(ecg, reader):
            row = study.said.get((ecg, reader, arm))
            return row and float(row["right"])

        each(f"accuracy/{arm}", right)
        found[f"accuracy/{arm}/these_readers"] = study.estimate(right, True)
        of_arm = [r for r in rows if r["arm"] == arm]
        found[f"confidence/{arm}"] = mean(r["confidence"] for r in of_arm)
        found[f"time/{arm}"] = quantile([r["time_ms"] for r in of_arm], 0.5)
    for later in range(1, 3):
        for earlier in range(later):
            first, second = ARMS[earlier], ARMS[later]

            def pair(ecg, reader, of):
                two = both(ecg, reader, first, second)
                return two and float(of(two[0]["right"], two[1]["right"]))

            name = f"change/{first}/{second}"
            difference = lambda e, r: pair(e, r, lambda a, b: b - a)
            each(name, difference)
            found[f"{name}/these_readers"] = study.estimate(difference, True)
            found[f"{name}/gained"] = study.estimate(lambda e, r: pair(e, r, lambda a, b: not a and b), False)
            found[f"{name}/lost"] = study.estimate(lambda e, r: pair(e, r, lambda a, b: a and not b), False)
    for arm in ARMS[1:]:

        def tempted(ecg, reader, of, which=None):
            two = both(ecg, reader, "unaided", arm)
            if not two or not two[0]["right"] or two[1]["shown_right"]:
                return None
            if which is not None and two[1]["control"] != which:
                return None
            return float(of(two[1]))

        def corrected(ecg, reader):
            two = both(ecg, reader, "unaided", arm)
            if not two or two[0]["right"] or not two[1]["shown_right"]:
                return None
            return float(two[1]["right"])

        taken = lambda row: row["says_shown"]
        name = f"reliance/{arm}"
        all_wrong = lambda e, r: tempted(e, r, taken)
        each(f"{name}/took_over_wrong", all_wrong)
        each(f"{name}/corrected", corrected)
        found[f"{name}/took_over_wrong/all"] = study.estimate(all_wrong, False)
        found[f"{name}/took_over_controls/all"] = study.estimate(lambda e, r: tempted(e, r, taken, True), False)
        found[f"{name}/took_over_errors/all"] = study.estimate(lambda e, r: tempted(e, r, taken, False), False)
        found[f"{name}/lost/all"] = study.estimate(lambda e, r: tempted(e, r, lambda row: not row["right"]), False)
        found[f"{name}/corrected/all"] = study.estimate(corrected, False)
    return found


if __name__ == "__main__":
    ROWS = study()
    document = {"seed": SEED, "resamples": RESAMPLES, "arms": ARMS, "rows": ROWS, "report": report(ROWS)}
    PATH.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")
