"""Recomputes every number of the report from readings.csv, and fails where one differs from numbers.csv.

    python3 recompute.py           (nothing but Python 3.8; in the folder of the export, or with that folder as the argument)
"""

import csv
import math
import pathlib
import sys
from statistics import NormalDist, mean, median

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def read(name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


expected = {row["name"]: float(row["value"]) for row in read("numbers.csv")}
setting = {name[len("setting/") :]: value for name, value in expected.items() if name.startswith("setting/")}
resamples, seed, upper = int(setting["resamples"]), int(setting["seed"]), (1 + setting["level"]) / 2
# In the order of the protocol; in the first one of them that has no prediction the reader is alone.
arms = sorted((name[len("arm/") :] for name in setting if name.startswith("arm/")), key=lambda arm: setting["arm/" + arm])
aided = [arm for arm in arms if setting["aided/" + arm] == 1]
unaided = next((arm for arm in arms if arm not in aided), None)
normal = NormalDist()
z_upper = normal.inv_cdf(upper)

rows = [r for r in read("readings.csv") if r["training"] == "no" and (setting["everyone"] == 1 or r["queue_closed"] == "yes")]
pairs = {}
for row in rows:
    said = {name: row[name] == "yes" for name in ("right", "says_shown", "shown_right", "wrong_control")}
    pairs.setdefault((int(row["ecg_id"]), row["reader"]), {})[row["arm"]] = said
readers = sorted({reader for _, reader in pairs})
ecgs = sorted({ecg for ecg, _ in pairs})
place = {ecg: i for i, ecg in enumerate(ecgs)}

found = {}

# --- the bootstrap ------------------------------------------------------------


def mrg32k3a(seed):
    """R's runif after set.seed(seed, kind = "L'Ecuyer-CMRG")."""
    m1, m2 = 4294967087, 4294944443
    for _ in range(50):
        seed = (69069 * seed + 1) % 2**32
    state = []
    while len(state) < 6:
        seed = (69069 * seed + 1) % 2**32
        if seed < m2:
            state.append(seed)
    a, b, c, d, e, f = state
    while True:
        a, b, c = b, c, (1403580 * b - 810728 * a) % m1
        d, e, f = e, f, (527612 * f - 1370589 * d) % m2
        yield (c - f if c > f else c - f + m1) * 2.328306549295728e-10


# How often each ECG is drawn, in every resample: one list for all numbers.
stream = mrg32k3a(seed)
draws = []
for _ in range(resamples):
    times = [0] * len(ecgs)
    for _ in ecgs:
        times[int(next(stream) * len(ecgs))] += 1
    draws.append(times)


def quantile(ordered, p):
    position = min(max(p, 0), 1) * (len(ordered) - 1)
    low = math.floor(position)
    return ordered[low] + (ordered[math.ceil(position)] - ordered[low]) * (position - low)


def estimate(name, columns):
    """The mean of the columns' means; a column is what `value` says of each pair, None where it does not count."""
    tallies = []
    for column in columns:
        tally = {}
        for (ecg, _), value in column.items():
            total = tally.setdefault(place[ecg], [0, 0])
            total[0] += value
            total[1] += 1
        if tally:
            tallies.append(tally)
    within = sorted(set().union(*tallies)) if tallies else []
    found[name + "/n"] = float(sum(count for tally in tallies for _, count in tally.values()))
    found[name + "/ecgs"] = float(len(within))
    if not tallies:
        return

    def statistic(times):
        means = []
        for tally in tallies:
            sums = sum(times(i) * total for i, (total, _) in tally.items())
            count = sum(times(i) * n for i, (_, n) in tally.items())
            if count == 0:
                return None
            means.append(sums / count)
        return sum(means) / len(means)

    whole = statistic(lambda _: 1)
    found[name + "/value"] = whole
    drawn = sorted(v for v in (statistic(times.__getitem__) for times in draws) if v is not None)
    without = [statistic(lambda i, left_out=ecg: int(i != left_out)) for ecg in range(len(ecgs))] if len(ecgs) > 1 else []
    without = [v for v in without if v is not None]
    if len(within) < 2 or len(without) < 2 or not drawn:
        return
    middle = sum(without) / len(without)
    influence = [middle - v for v in without]
    squares = sum(v * v for v in influence)
    if math.sqrt(squares) <= 1e-12 * abs(middle) or squares == 0:
        return
    share = (sum(v < whole for v in drawn) + sum(v <= whole for v in drawn)) / (2 * len(drawn))
    low, high = 1 - upper, upper
    if 0 < share < 1:
        a, z0 = sum(v**3 for v in influence) / (6 * squares**1.5), normal.inv_cdf(share)
        low, high = (normal.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) for z in (-z_upper, z_upper))
    found[name + "/low"], found[name + "/high"] = quantile(drawn, low), quantile(drawn, high)


def columns_of(value):
    """Of all readers together, then of each."""
    pooled = {}
    for (ecg, reader), said in sorted(pairs.items()):
        number = value(said)
        if number is not None:
            pooled[ecg, reader] = int(number)
    return pooled, [{key: number for key, number in pooled.items() if key[1] == reader} for reader in readers]


def of_readers(name, columns):
    for reader, column in zip(readers, columns):
        estimate(f"{name}/{reader}", [column])


# --- the report ---------------------------------------------------------------

for arm in arms:
    _, each = columns_of(lambda said: said[arm]["right"] if arm in said else None)
    of_readers("accuracy/" + arm, each)
    estimate(f"accuracy/{arm}/these_readers", each)
    of_arm = [row for row in rows if row["arm"] == arm]
    if of_arm:
        found["mean_confidence/" + arm] = mean(float(row["confidence"]) for row in of_arm)
        found["median_time_ms/" + arm] = median(float(row["response_time_ms"]) for row in of_arm)

for to in range(1, len(arms)):
    for before in range(to):
        a, b = arms[before], arms[to]

        def both(value):
            return lambda said: value(said[a]["right"], said[b]["right"]) if a in said and b in said else None

        name = f"change/{a}/{b}"
        _, each = columns_of(both(lambda x, y: int(y) - int(x)))
        of_readers(name, each)
        estimate(name + "/these_readers", each)
        estimate(name + "/gained", [columns_of(both(lambda x, y: not x and y))[0]])
        estimate(name + "/lost", [columns_of(both(lambda x, y: x and not y))[0]])

for arm in aided:

    def tempted(value):
        def of(said):
            if unaided not in said or arm not in said:
                return None
            return value(said[arm]) if said[unaided]["right"] and not said[arm]["shown_right"] else None

        return of

    def corrected(said):
        if unaided not in said or arm not in said or said[unaided]["right"] or not said[arm]["shown_right"]:
            return None
        return said[arm]["right"]

    for what, value, by_reader in [
        ("took_over_wrong", tempted(lambda after: after["says_shown"]), True),
        ("took_over_controls", tempted(lambda after: after["says_shown"] if after["wrong_control"] else None), False),
        ("took_over_errors", tempted(lambda after: None if after["wrong_control"] else after["says_shown"]), False),
        ("lost", tempted(lambda after: not after["right"]), False),
        ("corrected", corrected, True),
    ]:
        name = f"reliance/{arm}/{what}"
        pooled, each = columns_of(value)
        estimate(name + "/all", [pooled])
        # Without an arm in which the reader is alone nothing can be said of any of them.
        if by_reader and unaided is not None:
            of_readers(name, each)

# --- compare ------------------------------------------------------------------

expected = {name: value for name, value in expected.items() if not name.startswith("setting/")}
wrong = [f"not in numbers.csv: {name}" for name in found.keys() - expected.keys()]
for name, value in expected.items():
    if name not in found:
        wrong.append(f"not recomputed: {name}")
    elif abs(found[name] - value) > 1e-6 * max(1, abs(value)):
        wrong.append(f"{name} is {value} in numbers.csv, recomputed {found[name]}")
for line in sorted(wrong)[:20]:
    print(line)
if wrong:
    sys.exit(f"{len(wrong)} of {len(expected)} numbers differ")
print(f"{len(expected)} numbers recomputed, all equal")
