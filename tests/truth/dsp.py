"""Makes dsp.json: what scipy gives on a signal that tests/it/dsp.rs makes too.

    pip install scipy && python tests/truth/dsp.py > tests/truth/dsp.json
"""

import json

import numpy as np
from scipy import optimize, signal

n = np.arange(600)
# Offset, drift, three tones and a step: nothing is zero at the ends.
x = 1.5 + 0.002 * n + np.sin(0.05 * n) + 0.3 * np.cos(0.9 * n + 1) + 0.1 * np.sin(2.5 * n) + (n >= 300)
PICK = [0, 1, 2, 17, 299, 300, 301, -3, -2, -1]


def filters():
    for order, kind, edges, rate in [
        (1, "high", [0.5], 100),
        (1, "low", [40], 500),
        (2, "band", [0.5, 40], 100),
        (2, "low", [15], 100),
        (3, "band", [5, 15], 250),
        (3, "high", [0.67], 500),
        (4, "low", [0.5], 500),
        (5, "low", [150], 500),
        (7, "band", [1, 45], 100),
        (8, "high", [20], 100),
        (10, "band", [8, 30], 257),
        (12, "low", [100], 1000),
    ]:
        wn = edges if len(edges) == 2 else edges[0]
        sos = signal.butter(order, wn, kind, output="sos", fs=rate)
        _, response = signal.sosfreqz(sos, [0.3, 1, 7, 33, 49], fs=rate)
        y = signal.sosfiltfilt(sos, x)
        yield {
            "order": order, "kind": kind, "edges_hz": edges, "rate_hz": rate,
            "response": [[h.real, h.imag] for h in response],
            "filtfilt": [y[i] for i in PICK], "sum_abs": np.abs(y).sum(),
        }


RATES = [100, 125, 250, 257, 360, 400, 500, 1000]


def resampled():
    pairs = [(a, b) for a in RATES for b in RATES if a != b] + [(128, 100)]
    for start, end in pairs:
        y = signal.resample_poly(x, end, start, padtype="antireflect")
        back = signal.resample_poly(y, start, end, padtype="antireflect")
        yield {
            "from_hz": start, "to_hz": end, "samples": len(y),
            "values": [y[i] for i in [0, 1, 2, 17, 57, -3, -2, -1]], "sum_abs": np.abs(y).sum(),
            "back": [back[i] for i in [0, 1, 2, 17, 57, -3, -2, -1]],
        }


def notches():
    for centre, quality, rate in [(50, 30, 500), (60, 30, 500), (50, 10, 1000), (60, 35, 257), (50, 30, 125)]:
        b, a = signal.iirnotch(centre, quality, fs=rate)
        y = signal.filtfilt(b, a, x)
        yield {
            "centre_hz": centre, "quality": quality, "rate_hz": rate, "b": list(b), "a": list(a),
            "filtfilt": [y[i] for i in PICK], "sum_abs": np.abs(y).sum(),
        }


def mains():
    for nominal, true, amplitude, rate in [(50, 50.08, 0.2, 500), (60, 59.9, 0.05, 500), (50, 49.97, 1.0, 250), (60, 60, 0.1, 360)]:
        # Two beats' worth of a slow wave, an offset, hum, and 30 s so that there are three blocks.
        k = np.arange(30 * rate)
        t = k / rate
        z = 0.4 + np.exp(-((t % 1 - 0.5) / 0.02) ** 2) + amplitude * np.cos(2 * np.pi * true * t + 0.7)
        y, hum = [], []
        for block in np.split(z, 3):
            m = np.arange(len(block)) / rate

            def model(p):
                return p[1] * np.cos(2 * np.pi * p[0] * m) + p[2] * np.sin(2 * np.pi * p[0] * m)

            grid = nominal + np.linspace(-0.5, 0.5, 101)
            start = max(grid, key=lambda f: abs(np.sum((block - block.mean()) * np.exp(-2j * np.pi * f * m))))
            first = np.linalg.lstsq(np.stack([np.cos(2 * np.pi * start * m), np.sin(2 * np.pi * start * m)], 1), block - block.mean(), rcond=None)[0]
            # The frequency as its distance in units of 1e-3 Hz, so that all three are of one size.
            fit = optimize.least_squares(
                lambda p: model([start + p[0] / 1000, p[1], p[2]]) - (block - block.mean()),
                [0, *first], xtol=1e-15, ftol=1e-15, gtol=1e-15, method="lm",
                jac=lambda p: np.stack([
                    2 * np.pi * m / 1000 * (p[2] * np.cos(2 * np.pi * (start + p[0] / 1000) * m) - p[1] * np.sin(2 * np.pi * (start + p[0] / 1000) * m)),
                    np.cos(2 * np.pi * (start + p[0] / 1000) * m), np.sin(2 * np.pi * (start + p[0] / 1000) * m)], 1))
            p = [start + fit.x[0] / 1000, fit.x[1], fit.x[2]]
            y.extend(block - model(p))
            hum.append([p[0], np.hypot(p[1], p[2])])
        yield {
            "mains_hz": nominal, "true_hz": true, "amplitude": amplitude, "rate_hz": rate, "hum": hum,
            "values": [y[i] for i in PICK], "sum_abs": np.abs(y).sum(),
        }


def display():
    for rate in [100, 250, 360, 500, 1000]:
        # Two passes are 3 dB down at the edge: one pass is 1.5 dB down there.
        def cutoff(order, hz, sign):
            warped = np.tan(np.pi * hz / rate) * (2**0.5 - 1) ** (sign * 0.5 / order)
            return np.arctan(warped) * rate / np.pi

        sos = signal.butter(1, cutoff(1, 0.05, 1), "high", output="sos", fs=rate)
        edges = [[0.05, sos]]
        y = signal.sosfiltfilt(sos, x)
        if rate > 300:
            sos = signal.butter(2, cutoff(2, 150, -1), "low", output="sos", fs=rate)
            edges.append([150, sos])
            y = signal.sosfiltfilt(sos, y)
        for hz, sos in edges:
            assert abs(abs(signal.sosfreqz(sos, [hz], fs=rate)[1][0]) ** 2 - 0.5**0.5) < 1e-9
        yield {"rate_hz": rate, "values": [y[i] for i in PICK], "sum_abs": np.abs(y).sum()}


def plain(value):
    return float(value) if isinstance(value, np.floating) else value


print(json.dumps({
    "filters": list(filters()), "resampled": list(resampled()), "notches": list(notches()),
    "mains": list(mains()), "display": list(display()),
}, separators=(",", ":"), default=plain).replace("},{", "},\n{"))
