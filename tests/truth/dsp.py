"""Makes dsp.json: what scipy gives on a signal that tests/it/dsp.rs makes too.

    pip install scipy && python tests/truth/dsp.py > tests/truth/dsp.json
"""

import json

import numpy as np
from scipy import signal

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


def resampled():
    for start, end in [(500, 100), (100, 500), (360, 100), (257, 100), (1000, 250), (250, 360), (128, 100)]:
        y = signal.resample_poly(x, end, start, padtype="antireflect")
        yield {
            "from_hz": start, "to_hz": end, "samples": len(y),
            "values": [y[i] for i in [0, 1, 2, 17, 60, -3, -2, -1]], "sum_abs": np.abs(y).sum(),
        }


print(json.dumps({"filters": list(filters()), "resampled": list(resampled())}, indent=1))
