"""A second encoder of SCP-ECG, by another author, and three records that differ from those of scp.py.

    python3 tests/truth/scp_again.py        # rewrites tests/truth/scp/again-*.scp and scp_again.json

Written from memory of EN 1064 after reading scp.py and before reading the decoder; nothing is imported from scp.py. It
differs where the standard leaves a choice: sections in another order and with unknown ones between them, data of leads
at odd lengths, three Huffman tables that lead to one another, codes of 32 bits, a multiplier of the reference beat that
is no multiple of the rhythm's, zones that reach beyond the recording and beyond the reference beat, leads that begin
later, protected areas at both ends, decimation by two.
"""

import json
import random
from pathlib import Path

OUT = Path(__file__).with_name("scp")
random.seed(1064)


def little(value, size):
    return (value % (1 << (8 * size))).to_bytes(size, "little")


def crc(data):
    """By polynomial division of the bits, the first sixteen of them inverted."""
    bits = [int(b) for byte in data + b"\0\0" for b in f"{byte:08b}"]
    for i in range(16):
        bits[i] ^= 1
    for i in range(len(bits) - 16):
        if bits[i]:
            for tap in (0, 4, 11, 16):
                bits[i + tap] ^= 1
    return int("".join(map(str, bits[-16:])), 2)


def wrapped(number, content, reserved=bytes(6)):
    content += bytes(len(content) % 2)
    tail = little(number, 2) + little(len(content) + 16, 4) + bytes([13, 13]) + reserved + content
    return little(crc(tail), 2) + tail


def file_of(sections):
    """Sections in the order given; the pointers in section 0 are what counts."""
    pointers, at, body = {}, 6 + 16 + 10 * (len(sections) + 1), b""
    for number, content in sections:
        made = wrapped(number, content)
        pointers[number] = (len(made), at + 1)
        at, body = at + len(made), body + made
    table = little(0, 2) + little(16 + 10 * (len(sections) + 1), 4) + little(7, 4)
    for number in sorted(pointers):
        length, index = pointers[number]
        table += little(number, 2) + little(length, 4) + little(index, 4)
    rest = wrapped(0, table, b"SCPECG") + body
    rest = little(len(rest) + 6, 4) + rest
    return little(crc(rest), 2) + rest


class BitString:
    def __init__(self):
        self.text = ""

    def unsigned(self, value, width):
        self.text += format(value % (1 << width), f"0{width}b") if width else ""

    def to_bytes(self):
        padded = self.text + "1" * (-len(self.text) % 8)  # what follows the last sample means nothing
        return int("1" + padded, 2).to_bytes(len(padded) // 8 + 1, "big")[1:]


def by_default_table(values):
    out = BitString()
    for v in values:
        if v == 0:
            out.text += "0"
        elif abs(v) <= 8:
            out.text += "1" * abs(v) + "0" + ("0" if v > 0 else "1")
        elif -128 <= v <= 127:
            out.text += "1111111110"
            out.unsigned(v, 8)
        else:
            out.text += "1111111111"
            out.unsigned(v, 16)
    return out.to_bytes()


# Three tables, each (prefix as sent, total bits, mode, base). Mode 0 changes to table number `base`.
THREE = [
    [("0", 1, 1, 0), ("10", 2, 0, 2), ("11", 2, 0, 3)],
    [("00", 2, 1, 1), ("01", 2, 1, -1), ("1", 1, 0, 1)],
    [("0", 6, 1, 0), ("10", 34, 1, 0), ("11", 2, 0, 2)],
]


def by_three_tables(values):
    out, table = BitString(), 1

    def go(wanted):
        nonlocal table
        while table != wanted:
            # 1 leads to both others, 2 to 1, 3 to 2.
            prefix, target = {1: (("10", 2) if wanted == 2 else ("11", 3)), 2: ("1", 1), 3: ("11", 2)}[table]
            out.text, table = out.text + prefix, target

    for v in values:
        if v == 0:
            go(1)
            out.text += "0"
        elif abs(v) == 1:
            go(2)
            out.text += "00" if v > 0 else "01"
        elif -16 <= v < 16:
            go(3)
            out.text += "0"
            out.unsigned(v, 5)
        else:
            go(3)
            out.text += "10"
            out.unsigned(v, 32)
    return out.to_bytes()


def tables(all_tables):
    out = little(len(all_tables), 2)
    for codes in all_tables:
        out += little(len(codes), 2)
        for prefix, total, mode, base in codes:
            out += bytes([len(prefix), total, mode]) + little(base, 2) + little(int(prefix[::-1], 2), 4)
    return out


def differ(values, order):
    """First differences keep one value, second differences two, as they are."""
    back = {0: lambda i: 0, 1: lambda i: values[i - 1], 2: lambda i: 2 * values[i - 1] - values[i - 2]}[order]
    return [v - back(i) if i >= order else v for i, v in enumerate(values)]


def signal_section(leads, multiplier, interval_us, order, coder, bimodal=0):
    data = [coder(differ(lead, order)) for lead in leads]
    return (little(multiplier, 2) + little(interval_us, 2) + bytes([order, bimodal])
            + b"".join(little(len(d), 2) for d in data) + b"".join(data))


CODES = {"I": 1, "II": 2, "V1": 3, "V2": 4, "V3": 5, "V4": 6, "V5": 7, "V6": 8, "V7": 9, "V2R": 10, "V3R": 11,
         "V6R": 14, "V7R": 15, "X": 16, "III": 61, "aVR": 62, "aVL": 63, "aVF": 64, "V8": 66, "V9R": 69}


def lead_section(spans, subtracted):
    together = len({span for span in spans.values()}) == 1
    flags = int(subtracted) + (4 + 8 * min(len(spans), 31) if together else 0)
    return bytes([len(spans), flags]) + b"".join(
        little(a, 4) + little(b, 4) + bytes([CODES[name]]) for name, (a, b) in spans.items())


def walk(count, wide):
    """A random walk with leaps that need every kind of code."""
    value, out = 0, []
    for _ in range(count):
        value += random.choice([0, 0, 0, 1, -1, 2, -3, 8, -8, 9, -9, 127, -128, 128, -129, wide, -wide])
        value = max(-9000, min(9000, value))
        out.append(value)
    return out


def twenty_leads():
    spans = {name: (1, 90) for name in CODES}
    leads = {name: walk(90, 700) for name in CODES}
    data = file_of([
        (6, signal_section(leads.values(), 1250, 1000, 2, by_default_table)),
        (10, b"measurements that nobody reads"),
        (3, lead_section(spans, False)),
        (2, little(19999, 2)),
        (200, b"a maker's own"),
        (1, bytes([255, 0, 0])),
    ])
    return data, 1000.0, {name: [v * 1250 for v in lead] for name, lead in leads.items()}, None


def subtracted():
    """The reference beat by 700 nV, the rhythm by 400: what is left cannot be exact, and is added as it is."""
    first, last = 11, 260
    spans = {"II": (first, last), "V5": (first + 20, last)}
    fiducial, length, big, small = 31, 80, 700, 400
    reference = [walk(length, 300) for _ in spans]
    # The first begins before the recording, the last ends behind it and behind the beat.
    zones = [(0, 5, 25, 60), (0, 70, 100, 140), (2, 141, 160, 180), (0, 181, 240, 400)]
    left = [walk(b - a + 1, 40) for a, b in spans.values()]
    protected = b"".join(little(f - 10, 4) + little(f + 10, 4) for _, _, f, _ in zones)
    locations = little(length * 2, 2) + little(fiducial, 2) + little(len(zones), 2) + b"".join(
        little(kind, 2) + little(a, 4) + little(f, 4) + little(b, 4) for kind, a, f, b in zones) + protected
    expected = {}
    for (name, (a, b)), rest, beat in zip(spans.items(), left, reference):
        track = {}
        for number in range(a, b + 1):
            total = rest[number - a] * small
            for kind, zone_first, centre, zone_last in zones:
                place = number - centre + fiducial  # in the beat, from 1
                if kind == 0 and zone_first <= number <= zone_last and 1 <= place <= length:
                    total += beat[place - 1] * big
            track[number] = total
        expected[name] = [track.get(number) for number in range(first, last + 1)]
    data = file_of([
        (1, bytes([255, 0, 0])), (2, tables(THREE)), (3, lead_section(spans, True)), (4, locations),
        (5, signal_section(reference, big, 2000, 1, by_three_tables)),
        (6, signal_section(left, small, 2000, 2, by_three_tables)),
    ])
    return data, 500.0, expected, {n: [v * big for v in beat] for n, beat in zip(spans, reference)}


def halves():
    """Bimodal by two, no subtraction, areas at the first and the last sample and between at odd distances."""
    count, areas = 101, [(1, 10), (37, 50), (90, 101)]
    whole = walk(count, 60)
    inside = lambda n: any(a <= n <= b for a, b in areas)
    sent, expected, n = [], [], 1
    while n <= count:
        stop = n
        while stop <= count and inside(stop) == inside(n):
            stop += 1
        part = whole[n - 1:stop - 1]
        if inside(n):
            sent, expected = sent + part, expected + part
        else:
            pairs = [(part[i] + part[i + 1]) // 2 for i in range(0, len(part) - 1, 2)]
            rest = part[2 * len(pairs):]
            sent += pairs + rest
            # A mean stands at the second sample of its pair; the sample between two is half way.
            line = [pairs[0]]
            for this, following in zip(pairs, pairs[1:]):
                line += [this, (this + following) / 2]
            expected += line + [pairs[-1]] + rest
        n = stop
    locations = little(20, 2) + little(5, 2) + little(len(areas), 2) + b"".join(
        little(1, 2) + bytes(12) for _ in areas) + b"".join(little(a, 4) + little(b, 4) for a, b in areas)
    data = file_of([
        (1, bytes([255, 0, 0])), (2, little(19999, 2)), (3, lead_section({"V1": (1, count)}, False)), (4, locations),
        (5, signal_section([[0] * 10], 1000, 2000, 0, by_default_table)),
        (6, signal_section([sent], 1000, 4000, 1, by_default_table, bimodal=1)),
    ])
    return data, 500.0, {"V1": [v * 1000 for v in expected]}, {"V1": [0] * 10}


def main():
    truth = {}
    for make in (twenty_leads, subtracted, halves):
        data, rate_hz, leads, median = make()
        name = "again-" + make.__name__.replace("_", "-")
        (OUT / f"{name}.scp").write_bytes(data)
        truth[name] = {"rate_hz": rate_hz, "leads_nv": leads}
        if median:
            truth[name]["median_nv"] = median
    (OUT / "scp_again.json").write_text(json.dumps(truth, separators=(",", ":")).replace("},", "},\n") + "\n")


if __name__ == "__main__":
    main()
