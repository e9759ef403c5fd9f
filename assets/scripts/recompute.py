"""Recomputes every number of the report from ratings.csv (and audit.csv, where there is one), and fails where one differs from numbers.csv.

    python3 recompute.py           (nothing but Python 3.8; in the folder of the export, or with that folder as the argument)
"""

import csv
import math
import pathlib
import sys
from statistics import NormalDist, mean, median, stdev

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def read(name):
    with open(folder / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


expected = {row["name"]: float(row["value"]) for row in read("numbers.csv")}
setting = {name.split("/")[1]: value for name, value in expected.items() if name.startswith("setting/")}
resamples, seed, exclusion = int(setting["resamples"]), int(setting["seed"]), int(setting["exclusion"])
good_from, wanted, upper = setting["good_from"], setting["wanted_half_width"], (1 + setting["level"]) / 2
scale = [1, 2, 3, 4, 5]
normal = NormalDist()
z_upper = normal.inv_cdf(upper)

found = {}


def put(name, value):
    if value is not None and math.isfinite(value):
        found[name] = float(value)


def put_interval(name, ends):
    if ends is not None:
        put(name + "_low", ends[0])
        put(name + "_high", ends[1])


# --- distributions ------------------------------------------------------------


def beta_below(x, a, b):
    """Regularised incomplete beta function, by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny, f, c, d = 1e-300, 1.0, 1.0, 0.0
    for i in range(2000):
        m = i // 2
        if i == 0:
            term = 1.0
        elif i % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + term * d or tiny)
        c = 1 + term / c or tiny
        f *= c * d
        if abs(1 - c * d) < 1e-15:
            break
    return front * (f - 1)


def solve(below, target, low, high):
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < target else (low, middle)
    return (low + high) / 2


def t_quantile(degrees):
    # |T| above t has the probability beta_below(degrees / (degrees + t^2), degrees / 2, 1 / 2).
    below = lambda t: 1 - beta_below(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
    high = 2.0
    while below(high) < upper:
        high *= 2
    return solve(below, upper, 0.0, high)


def f_quantile(d1, d2):
    share = solve(lambda x: beta_below(x, d1 / 2, d2 / 2), upper, 0.0, 1.0)
    return share * d2 / (d1 * (1 - share))


def quantile(ordered, p):
    position = min(max(p, 0), 1) * (len(ordered) - 1)
    low = math.floor(position)
    return ordered[low] + (ordered[math.ceil(position)] - ordered[low]) * (position - low)


# --- means --------------------------------------------------------------------


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


# Every bootstrap begins with the same seed, so they all read one list from its beginning.
random_numbers, random_source = [], mrg32k3a(seed)


def numbers_up_to(count):
    while len(random_numbers) < count:
        random_numbers.append(next(random_source))
    return random_numbers


class Bootstrap:
    """Sums and counts per resample and column: first the classes are drawn, then in each its sources."""

    def __init__(self, origins, columns):
        tree = {}
        for i, (cls, source) in enumerate(origins):
            if any(column[i] is not None for column in columns):
                tree.setdefault(cls, {}).setdefault(source, []).append(i)
        classes = []
        for cls in sorted(tree):
            per_column = []
            for column in columns:
                values = [[column[i] for i in tree[cls][s] if column[i] is not None] for s in sorted(tree[cls])]
                per_column += [[sum(v) for v in values], [len(v) for v in values]]
            classes.append(per_column)
        width = 2 * len(columns)
        if len(classes) == 1:
            units = [[row[i] for row in classes[0]] for i in range(len(classes[0][0]))]
        else:
            units = [[sum(row) for row in cls] for cls in classes]
        self.whole = [sum(unit[k] for unit in units) for k in range(width)]
        self.without = [[w - u for w, u in zip(self.whole, unit)] for unit in units] if len(units) > 1 else []
        self.sums, self.used = self.draw(classes, width)

    @staticmethod
    def draw(classes, width):
        k, sizes = len(classes), [len(cls[0]) for cls in classes]
        sums, at = [], 0
        for _ in range(resamples):
            numbers = numbers_up_to(at + k + k * max(sizes))
            if k == 1:
                drawn = [0]
            else:
                drawn = [int(u * k) for u in numbers[at : at + k]]
                at += k
            total = [0] * width
            for cls in drawn:
                size = sizes[cls]
                chosen = [int(u * size) for u in numbers[at : at + size]]
                at += size
                for column in range(width):
                    total[column] += sum(map(classes[cls][column].__getitem__, chosen))
            sums.append(total)
        return sums, at


def mean_of(tally, columns):
    if any(tally[2 * j + 1] == 0 for j in columns):
        return None
    return sum(tally[2 * j] / tally[2 * j + 1] for j in columns) / len(columns)


def intervals(bootstrap, columns, estimate):
    draws = sorted(v for v in (mean_of(t, columns) for t in bootstrap.sums) if v is not None)
    without = [v for v in (mean_of(t, columns) for t in bootstrap.without) if v is not None]
    if len(without) < 2:
        return None
    result = {"percentile": (quantile(draws, 1 - upper), quantile(draws, upper)), "bca": None, "se": stdev(draws)}
    middle = sum(without) / len(without)
    d = [middle - v for v in without]
    squares = sum(v * v for v in d)
    share = (sum(v < estimate for v in draws) + sum(v <= estimate for v in draws)) / (2 * len(draws))
    if math.sqrt(squares) > 1e-12 * abs(middle) and squares > 0 and 0 < share < 1:
        a, z0 = sum(v**3 for v in d) / (6 * squares**1.5), normal.inv_cdf(share)
        end = lambda z: quantile(draws, normal.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))
        result["bca"] = (end(-z_upper), end(z_upper))
    return result


def variance_of_mean(values):
    return stdev(values) ** 2 / len(values) if len(values) > 1 else None


def short_summary(name, origins, column):
    values = [v for v in column if v is not None]
    put(name + "/n", len(values))
    if not values:
        return None
    put(name + "/mean", mean(values))
    result = intervals(Bootstrap(origins, [column]), [0], sum(values) / len(values))
    put_interval(name + "/percentile", result and result["percentile"])
    return result


def clustered_numbers(name, result, variance, naive):
    put_interval(name + "/naive", naive)
    if result:
        put_interval(name + "/bca", result["bca"])
        put(name + "/standard_error", result["se"])
        if variance:
            put(name + "/design_effect", result["se"] ** 2 / variance)


def wilson(count, n):
    p, shrink = count / n, 1 + z_upper**2 / n
    centre = (p + z_upper**2 / (2 * n)) / shrink
    half = z_upper * math.sqrt(p * (1 - p) / n + z_upper**2 / (4 * n * n)) / shrink
    return (0.0 if count == 0 else centre - half, 1.0 if count == n else centre + half)


def needed(sd, effect):
    wide = lambda n: t_quantile(n - 1) * sd * math.sqrt(effect / n) > wanted
    enough = 2
    while wide(enough):
        enough *= 2
    few = 1 if enough == 2 else enough // 2
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (middle, enough) if wide(middle) else (few, middle)
    return enough


def summary(name, origins, column):
    result = short_summary(name, origins, column)
    values = [v for v in column if v is not None]
    for point in scale:
        put(f"{name}/count_{point}", values.count(point))
    if not values:
        return None
    put(name + "/median", median(values))
    good = sum(v >= good_from for v in values)
    put(name + "/good_share", good / len(values))
    put_interval(name + "/good_share", wilson(good, len(values)))
    variance, naive = variance_of_mean(values), None
    if variance is not None:
        put(name + "/sd", stdev(values))
        half = t_quantile(len(values) - 1) * math.sqrt(variance)
        naive = (mean(values) - half, mean(values) + half)
    clustered_numbers(name, result, variance, naive)
    return needed(stdev(values), result["se"] ** 2 / variance) if result and variance else None


# --- agreement ----------------------------------------------------------------


def weight(kind, i, j):
    distance = abs(scale[i] - scale[j]) / (scale[-1] - scale[0])
    return {"unweighted": float(i == j), "linear": 1 - distance, "quadratic": 1 - distance**2}[kind]


steps = range(len(scale))


def kappa(a, b, kind):
    pairs = [(scale.index(x), scale.index(y)) for x, y in zip(a, b) if x is not None and y is not None]
    n = len(pairs)
    if n < 2:
        return None
    p = [[pairs.count((i, j)) / n for j in steps] for i in steps]
    pa, pb = [sum(row) for row in p], [sum(row[j] for row in p) for j in steps]
    w = [[weight(kind, i, j) for j in steps] for i in steps]
    chance = sum(pa[i] * pb[j] * w[i][j] for i in steps for j in steps)
    if 1 - chance <= 1e-12:
        return None
    k = (sum(p[i][j] * w[i][j] for i in steps for j in steps) - chance) / (1 - chance)
    by_a = [sum(pb[j] * w[i][j] for j in steps) for i in steps]
    by_b = [sum(pa[i] * w[i][j] for i in steps) for j in steps]
    spread = sum(p[i][j] * (w[i][j] - (by_a[i] + by_b[j]) * (1 - k)) ** 2 for i in steps for j in steps)
    spread -= (k - chance * (1 - k)) ** 2
    half = z_upper * math.sqrt(max(spread, 0) / n) / (1 - chance)
    return k, (k - half, k + half)


def gwet(table, kind):
    if len(table[0]) < 2:
        return None
    counts = [[row.count(s) for s in scale] for row in table]
    counts = [c for c in counts if sum(c)]
    n, compared, k = len(counts), sum(sum(c) >= 2 for c in counts), len(scale)
    if compared < 1 or n < 2:
        return None
    w = [[weight(kind, i, j) for j in steps] for i in steps]

    def agreed(c):
        r = sum(c)
        pairs = sum(c[i] * (sum(c[j] * w[i][j] for j in steps) - 1) for i in steps)
        return pairs / (r * (r - 1)) if r >= 2 else 0.0

    shares = [sum(c[i] / sum(c) for c in counts) / n for i in steps]
    scaled = sum(map(sum, w)) / (k * (k - 1))
    chance = scaled * sum(p * (1 - p) for p in shares)
    room = 1 - chance
    if room <= 1e-12:
        return None
    ac = (sum(map(agreed, counts)) / compared - chance) / room
    squares = 0.0
    for c in counts:
        own = n / compared * (agreed(c) - chance) / room if sum(c) >= 2 else 0.0
        chance_of = scaled * sum(c[i] * (1 - shares[i]) for i in steps) / sum(c)
        squares += (own - 2 * (1 - ac) * (chance_of - chance) / room - ac) ** 2
    half = t_quantile(n - 1) * math.sqrt(squares / (n * (n - 1)))
    return ac, (ac - half, min(ac + half, 1))


def alpha(table, metric):
    if len(table[0]) < 2:
        return None
    units = [[v for v in row if v is not None] for row in table]
    units = [u for u in units if len(u) >= 2]
    everything = [v for u in units for v in u]
    classes = sorted(set(everything))
    count, n, k = [everything.count(c) for c in classes], len(everything), range(len(classes))

    def distance(i, j):
        low, high = min(i, j), max(i, j)
        between = sum(count[low : high + 1]) - (count[low] + count[high]) / 2
        return {"nominal": float(i != j), "interval": (classes[i] - classes[j]) ** 2, "ordinal": between**2}[metric]

    d = [[distance(i, j) for j in k] for i in k]
    total = sum(count[i] * count[j] * d[i][j] for i in k for j in k)
    if total <= 0:
        return None
    observed = 0.0
    for u in units:
        c = [u.count(x) for x in classes]
        observed += sum(c[i] * c[j] * d[i][j] for i in k for j in k) / (len(u) - 1)
    return 1 - (observed / n) / (total / (n * (n - 1)))


def icc(table):
    x = [row for row in table if None not in row]
    n, k = len(x), len(table[0])
    if k < 2 or n < 2:
        return [None] * 3
    grand = sum(map(sum, x)) / (n * k)
    items, raters = [sum(row) / k for row in x], [sum(row[j] for row in x) / n for j in range(k)]
    cells = [(x[i][j], items[i], raters[j]) for i in range(n) for j in range(k)]
    largest = max(abs(v) for v, _, _ in cells)
    rounding = 1e-13 * max(sum((v - grand) ** 2 for v, _, _ in cells), 1e-13 * largest**2 * n * k)
    tidy = lambda s: 0.0 if s <= rounding else s
    msb = tidy(k * sum((v - grand) ** 2 for v in items)) / (n - 1)
    msj = tidy(n * sum((v - grand) ** 2 for v in raters)) / (k - 1)
    msw = tidy(sum((v - i) ** 2 for v, i, _ in cells)) / (n * (k - 1))
    mse = tidy(sum((v - i - r + grand) ** 2 for v, i, r in cells)) / ((n - 1) * (k - 1))
    if msb == 0 and msw == 0:
        return [None] * 3

    def against(noise, d1, d2):
        if msb == 0 or msb + (k - 1) * noise == 0:
            return None
        ends = None
        if noise:
            f = msb / noise
            ends = [(v - 1) / (v + k - 1) for v in (f / f_quantile(d1, d2), f * f_quantile(d2, d1))]
        return (msb - noise) / (msb + (k - 1) * noise), (msb - noise) / msb, ends

    def absolute():
        single, average = msb + (k - 1) * mse + k * (msj - mse) / n, msb + (msj - mse) / n
        if single == 0 or average == 0:
            return None
        r, ends = (msb - mse) / single, None
        by_r, by_e = k * r * msj, (n * (1 + (k - 1) * r) - k * r) * mse
        spread = by_r**2 / (k - 1) + by_e**2 / ((n - 1) * (k - 1))
        if spread:
            v, noise = (by_r + by_e) ** 2 / spread, k * msj + (k * n - k - n) * mse
            up, low = f_quantile(n - 1, v), f_quantile(v, n - 1)
            ends = (n * (msb - up * mse) / (up * noise + n * msb), n * (low * msb - mse) / (noise + n * low * msb))
        return r, (msb - mse) / average, ends

    return [against(msw, n - 1, n * (k - 1)), absolute(), against(mse, n - 1, (n - 1) * (k - 1))]


def longest_run(values):
    longest = run = 0
    for i, value in enumerate(values):
        run = run + 1 if i and value == values[i - 1] else 1
        longest = max(longest, run)
    return longest


def run_probability(length, n, shares):
    if length <= 1:
        return 1.0
    began, going, without = [[] for _ in shares], [0.0] * len(shares), 1.0
    for position in range(n):
        before, without = without, 0.0
        for i, share in enumerate(shares):
            began[i].append(share * (before - going[i]))
            going[i] = going[i] * share + began[i][position]
            if position + 1 >= length:
                going[i] -= began[i][position + 1 - length] * share ** (length - 1)
            without += going[i]
    return min(max(1 - without, 0.0), 1.0)


# --- metrics without people ---------------------------------------------------

audit = {int(row.pop("prototype")): row for row in read("audit.csv")} if "audit" in setting else {}


def ranks(values):
    """From 1; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [ordered.index(v) + (ordered.count(v) + 1) / 2 for v in values]


def beside(item, prototypes, columns):
    """Spearman's rho of each metric with the mean rating of each prototype; interval of Bonett and Wright (2000)."""
    for metric in next(iter(audit.values()), {}):
        pairs = []
        for prototype, cells in zip(prototypes, zip(*columns)):
            rated, value = [v for v in cells if v is not None], audit.get(prototype, {}).get(metric)
            if rated and value:
                pairs.append((float(value), sum(rated) / len(rated)))
        n = len(pairs)
        if n < 2:
            continue
        x, y = (ranks(side) for side in zip(*pairs))
        dx, dy = ([r - (n + 1) / 2 for r in side] for side in (x, y))
        squares = sum(v * v for v in dx) * sum(v * v for v in dy)
        if not squares:
            continue
        rho = sum(a * b for a, b in zip(dx, dy)) / math.sqrt(squares)
        put(f"{item}/metric/{metric}/n", n)
        put(f"{item}/metric/{metric}/rho", rho)
        if n >= 4 and 1 - abs(rho) >= 1e-12:
            half = z_upper * math.sqrt((1 + rho * rho / 2) / (n - 3))
            ends = (math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half))
            put_interval(f"{item}/metric/{metric}/rho", ends)


# --- the report ---------------------------------------------------------------

ratings = [r for r in read("ratings.csv") if r["phase"] != "training"]
ratings = [r for r in ratings if setting["everyone"] == 1 or r["queue_closed"] == "yes"]
ratings.sort(key=lambda r: int(r["arrival"]))
for row in ratings:
    row["number"] = int(row["prototype"])
    row["rating"] = int(row["value"]) if row["value"] else None
if "pairs" in setting:  # In a study of pairs the cosine of each stands in ratings.csv.
    audit = {row["number"]: {"cosine": row["pair_cosine"]} for row in ratings}


def report(item):
    rows = [r for r in ratings if r["question"] == item]
    raters, of_prototype = sorted({r["rater"] for r in rows}), {r["number"]: r for r in rows}
    prototypes = sorted(of_prototype)
    names = sorted({r["class_code"] for r in rows})
    class_of = [of_prototype[p]["class_code"] for p in prototypes]
    branch_of = [of_prototype[p]["branch"] for p in prototypes]
    origins = [(names.index(c), int(of_prototype[p]["source_ecg"])) for c, p in zip(class_of, prototypes)]

    def cells(rater, phase):
        own = {r["number"]: r for r in rows if r["rater"] == rater and r["phase"] == phase}
        return [own.get(p) for p in prototypes]

    first = [cells(rater, "main") for rater in raters]
    mislabelled = [any(f[i] and f[i]["excluded"] == "label_error" for f in first) for i in range(len(prototypes))]

    def counts(i, cell):
        out = exclusion == 2 and mislabelled[i] or exclusion > 0 and cell and cell["excluded"]
        return cell["rating"] if cell and not out else None

    columns = [[counts(i, cell) for i, cell in enumerate(f)] for f in first]
    for rater, own, column in zip(raters, first, columns):
        rater_report(f"{item}/{rater}", own, cells(rater, "repeat"), column, origins, class_of, branch_of)
        answers = [r for r in rows if r["rater"] == rater and r["phase"] == "main" and r["rating"] is not None]
        conduct(f"{item}/{rater}", [r["rating"] for r in answers])
    means(item, origins, columns)
    beside(item, prototypes, columns)
    agreement(item, raters, columns)


def rater_report(name, own, again, column, origins, class_of, branch_of):
    put(name + "/ratings_needed", summary(name + "/all", origins, column))
    for kind, of in (("class", class_of), ("branch", branch_of)):
        for group in sorted(set(of) - {""}):
            kept = [i for i, g in enumerate(of) if g == group]
            short_summary(f"{name}/{kind}/{group}", [origins[i] for i in kept], [column[i] for i in kept])
    short_summary(name + "/without_exclusions", origins, [cell and cell["rating"] for cell in own])
    reasons = [cell["excluded"] for cell in own if cell and cell["excluded"]]
    for reason in set(reasons):
        put(f"{name}/excluded/{reason}", reasons.count(reason))
    both = [(a, b) for a, b in zip(own, again) if a and b and not a["excluded"] and not b["excluded"]]
    both = [(a["rating"], b["rating"]) for a, b in both if a["rating"] is not None and b["rating"] is not None]
    if both:
        put(name + "/repeats/n", len(both))
        put(name + "/repeats/equal", sum(a == b for a, b in both))
        put(name + "/repeats/within_one", sum(abs(a - b) <= 1 for a, b in both))
        put(name + "/repeats/sd", math.sqrt(sum((a - b) ** 2 for a, b in both) / (2 * len(both))))
        result = kappa([a for a, _ in both], [b for _, b in both], "quadratic")
        put(name + "/repeats/kappa_quadratic", result and result[0])


def conduct(name, values):
    n = len(values)
    if n >= 3:
        d, middle = [i - (n - 1) / 2 for i in range(n)], mean(values)
        squares = sum(v * v for v in d)
        slope = sum(x * y for x, y in zip(d, values)) / squares
        residuals = sum((y - middle - slope * x) ** 2 for x, y in zip(d, values))
        half = t_quantile(n - 2) * math.sqrt(residuals / (n - 2) / squares)
        put(name + "/drift/slope_per_100", 100 * slope)
        put_interval(name + "/drift/slope_per_100", (100 * (slope - half), 100 * (slope + half)))
    if n:
        put(name + "/runs/longest", longest_run(values))
        shares = [values.count(v) / n for v in sorted(set(values))]
        put(name + "/runs/probability", run_probability(longest_run(values), n, shares))


def means(item, origins, columns):
    rated = [[v for v in column if v is not None] for column in columns]
    if not all(rated):
        return
    name, n = item + "/these_raters", len(columns)
    bootstrap = Bootstrap(origins, columns)
    estimate = sum(sum(v) / len(v) for v in rated) / n
    put(name + "/mean", estimate)
    variances = [variance_of_mean(v) for v in rated]
    variance = None if None in variances else sum(variances) / n**2
    half = None if variance is None else z_upper * math.sqrt(variance)
    naive = None if half is None else (estimate - half, estimate + half)
    clustered_numbers(name, intervals(bootstrap, range(n), estimate), variance, naive)
    if n >= 5:
        # All prototypes first, then all raters, from one stream.
        numbers = numbers_up_to(bootstrap.used + resamples * n)
        draws = []
        for i, tally in enumerate(bootstrap.sums):
            at = bootstrap.used + i * n
            draws.append(mean_of(tally, [int(u * n) for u in numbers[at : at + n]]))
        draws = sorted(v for v in draws if v is not None)
        name = item + "/raters_in_general"
        put(name + "/mean", estimate)
        put_interval(name + "/interval", (quantile(draws, 1 - upper), quantile(draws, upper)))


def agreement(item, raters, columns):
    for i, a in enumerate(columns):
        for j in range(i + 1, len(columns)):
            name, b = f"{item}/pair/{raters[i]}/{raters[j]}", columns[j]
            for kind in ("unweighted", "linear", "quadratic"):
                result = kappa(a, b, kind)
                if result:
                    put(f"{name}/kappa_{kind}", result[0])
                    put_interval(f"{name}/kappa_{kind}", result[1])
            d = [y - x for x, y in zip(a, b) if x is not None and y is not None]
            if len(d) >= 2:
                half = normal.inv_cdf(0.975) * stdev(d)
                put(name + "/n", len(d))
                put(name + "/bias", mean(d))
                put_interval(name + "/limits", (mean(d) - half, mean(d) + half))
    table = [list(row) for row in zip(*columns)]
    for name, kind in (("ac1", "unweighted"), ("ac2_linear", "linear"), ("ac2_quadratic", "quadratic")):
        result = gwet(table, kind)
        if result:
            put(f"{item}/{name}", result[0])
            put_interval(f"{item}/{name}", result[1])
    for metric in ("nominal", "ordinal", "interval"):
        put(f"{item}/alpha_{metric}", alpha(table, metric))
    for number, model in enumerate(icc(table), 1):
        if model:
            put(f"{item}/icc_{number}_1", model[0])
            put_interval(f"{item}/icc_{number}_1", model[2])
            put(f"{item}/icc_{number}_k", model[1])


for question in sorted({r["question"] for r in ratings}):
    report(question)

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
