"""SCP-ECG files of every variant for which no sample is at hand, and what is in them.

    python3 tests/truth/scp.py        # rewrites tests/truth/scp/*.scp and scp.json

Written from EN 1064 / ISO 11073-91064 (record structure 5.2, sections 0 to 6 in 5.3 to 5.9, default Huffman table and
compression in annex C) before and apart from the decoder in src/formats/scp_ecg, with which it shares no line. Only the
standard library is used. The signals are made up here; the patient is, too.

The amplitudes in scp.json are nanovolts. In the lossy variants they are what the standard's decoder must give, which
is not the signal that went in.
"""

import json
import math
import struct
from pathlib import Path

OUT = Path(__file__).with_name("scp")
RATE_US = 2000  # 500 Hz


# --- 5.2 The record: checksum, length, sections ---------------------------------------------------------------------

def crc_ccitt(data):
    """x^16 + x^12 + x^5 + 1, preset to ones, most significant bit first."""
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            feedback = (register >> 15) ^ ((byte >> bit) & 1)
            register = (register << 1) & 0xFFFF
            if feedback:
                register ^= 0x1021
    return register


def section(number, body, mark=b"\0" * 6):
    if len(body) % 2:
        body += b"\0"  # sections have an even length
    rest = struct.pack("<HIBB6s", number, 16 + len(body), 20, 20, mark) + body
    return struct.pack("<H", crc_ccitt(rest)) + rest


def record(bodies):
    """bodies: section number -> bytes. Section 0 is made here: a pointer for each of the sections 0 to 11."""
    made = {number: section(number, body) for number, body in sorted(bodies.items())}
    length_of_0 = 16 + 12 * 10
    pointers, at = struct.pack("<HII", 0, length_of_0, 7), 7 + length_of_0
    for number in range(1, 12):
        if number in made:
            pointers += struct.pack("<HII", number, len(made[number]), at)
            at += len(made[number])
        else:
            pointers += struct.pack("<HII", number, 0, 0)
    content = section(0, pointers, b"SCPECG") + b"".join(made.values())
    sized = struct.pack("<I", 6 + len(content)) + content
    return struct.pack("<H", crc_ccitt(sized)) + sized


# --- 5.4 Section 1: the patient ---------------------------------------------------------------------------------------

def patient(fields):
    return b"".join(struct.pack("<BH", tag, len(value)) + value for tag, value in fields) + struct.pack("<BH", 255, 0)


SOMEBODY = patient([
    (0, b"Made-up\0"),
    (2, b"P-1\0"),
    (4, struct.pack("<HB", 30, 2)),  # 30 months
    (8, b"\2"),  # female
    (14, bytes(36) + b"\0\0\0\0\0"),
    (25, struct.pack("<HBB", 2020, 3, 4)),
])
BORN_ONLY = patient([
    (2, b"P-2\0"),
    (5, struct.pack("<HBB", 1950, 3, 5)),  # the day before the 70th birthday
    (8, b"\1"),
    (25, struct.pack("<HBB", 2020, 3, 4)),
])


# --- 5.5 Section 2 and annex C: Huffman -------------------------------------------------------------------------------

class Code:
    """bits: the prefix in the order of transmission; extra: how many bits of the value follow it; switch_to: a table."""

    def __init__(self, bits, value=0, extra=0, switch_to=None):
        self.bits, self.value, self.extra, self.switch_to = bits, value, extra, switch_to

    def structure(self):
        base = self.switch_to if self.switch_to is not None else self.value
        # The first bit that is sent is the least significant one of the base code.
        code = sum(1 << i for i, bit in enumerate(self.bits) if bit == "1")
        mode = 0 if self.switch_to is not None else 1
        return struct.pack("<BBBhI", len(self.bits), len(self.bits) + self.extra, mode, base, code)

    def fits(self, value):
        if self.switch_to is not None:
            return False
        if self.extra:
            return -(1 << (self.extra - 1)) <= value < 1 << (self.extra - 1)
        return value == self.value


def default_table():
    """Table C.1: 0 is one bit; n and -n are n ones, a zero and the sign (1 to 8); then 8 and 16 bits as they are."""
    table = [Code("0", 0)]
    for n in range(1, 9):
        table += [Code("1" * n + "00", n), Code("1" * n + "01", -n)]
    return table + [Code("1" * 9 + "0", extra=8), Code("1" * 10, extra=16)]


def huffman(values, tables):
    """The bits of one lead; the search begins in the first table."""
    current, bits = 0, ""
    for value in values:
        for attempt in range(len(tables) + 1):
            code = next((c for c in tables[current] if c.fits(value)), None)
            if code:
                break
            switch = next(c for c in tables[current] if c.switch_to is not None)
            bits, current = bits + switch.bits, switch.switch_to - 1
        else:
            raise ValueError(value)
        bits += code.bits
        if code.extra:
            bits += format(value & ((1 << code.extra) - 1), f"0{code.extra}b")
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def tables_section(tables):
    body = struct.pack("<H", len(tables))
    for table in tables:
        body += struct.pack("<H", len(table)) + b"".join(code.structure() for code in table)
    return body


DEFAULT_TABLE_USED = struct.pack("<H", 19999)


# --- 5.6 to 5.9: leads, QRS locations, data ---------------------------------------------------------------------------

LEAD = {"I": 1, "II": 2, "V1": 3, "V2": 4, "V3": 5, "V4": 6, "V5": 7, "V6": 8,
        "III": 61, "aVR": 62, "aVL": 63, "aVF": 64}


def leads_section(spans, subtracted=False, simultaneous=True):
    flags = (1 if subtracted else 0) | (4 if simultaneous else 0) | ((len(spans) & 31) << 3 if simultaneous else 0)
    return struct.pack("<BB", len(spans), flags) + b"".join(
        struct.pack("<IIB", first, last, LEAD[name]) for name, (first, last) in spans.items())


def qrs_section(length_ms=0, fiducial=0, zones=(), protected=()):
    body = struct.pack("<HHH", length_ms, fiducial, len(zones))
    body += b"".join(struct.pack("<HIII", *zone) for zone in zones)
    return body + b"".join(struct.pack("<II", *area) for area in protected)


def differences(values, order):
    """The first difference keeps the first sample as it is, the second difference the first two."""
    if order == 1:
        return values[:1] + [b - a for a, b in zip(values, values[1:])]
    if order == 2:
        return values[:2] + [c - 2 * b + a for a, b, c in zip(values, values[1:], values[2:])]
    return list(values)


def data_section(leads, avm_nv, interval_us, order, tables, flag=0):
    coded = []
    for values in leads:
        sent = differences(values, order)
        if tables is None:
            data = struct.pack(f"<{len(sent)}h", *sent)
        else:
            data = huffman(sent, tables)
        coded.append(data + b"\0" * (len(data) % 2))
    body = struct.pack("<HHBB", avm_nv, interval_us, order, flag)
    return body + b"".join(struct.pack("<H", len(c)) for c in coded) + b"".join(coded)


# --- Signals ----------------------------------------------------------------------------------------------------------

def beat(t, scale):
    """P, QRS and T in units of the amplitude multiplier, t in samples from the R peak."""
    wave = lambda centre, width, height: height * math.exp(-((t - centre) / width) ** 2 / 2)
    return scale * (wave(-80, 12, 30) + wave(-9, 3, -40) + wave(0, 4, 380) + wave(10, 4, -90) + wave(130, 24, 90))


def ecg(samples, peaks, scale, seed):
    """A deterministic ECG with noise of one or two units."""
    state, values = seed, []
    for i in range(samples):
        state = (1103515245 * state + 12345) % (1 << 31)
        noise = (state >> 16) % 5 - 2
        values.append(round(sum(beat(i - p, scale) for p in peaks) + 12 * math.sin(i / 150)) + noise)
    return values


SAMPLES = 600
PEAKS = [120, 420]
TWO = {"I": ecg(SAMPLES, PEAKS, 1.0, 1), "V2": ecg(SAMPLES, PEAKS, -2.0, 2)}


def nanovolts(leads, avm):
    return {name: [v * avm for v in values] for name, values in leads.items()}


# --- Variants ---------------------------------------------------------------------------------------------------------

def plain(order, tables, section_2, avm=2500, leads=TWO, who=SOMEBODY):
    count = len(next(iter(leads.values())))
    bodies = {1: who, 3: leads_section({name: (1, count) for name in leads}),
              6: data_section(list(leads.values()), avm, RATE_US, order, tables)}
    if section_2 is not None:
        bodies[2] = section_2
    return record(bodies), nanovolts(leads, avm)


def own_table():
    return [Code("00", 0), Code("010", 1), Code("011", -1), Code("100", 2), Code("1010", -2), Code("1011", 3),
            Code("110", extra=6), Code("1110", extra=10), Code("1111", extra=16)]


def switching_tables():
    small = [Code("0", 0), Code("100", 1), Code("101", -1), Code("110", extra=4), Code("111", switch_to=2)]
    large = [Code("0", extra=7), Code("10", extra=13), Code("11", switch_to=1)]
    return [small, large]


def average(values):
    """The rounded mean."""
    return math.floor(sum(values) / len(values) + 0.5)


def stretches(first, last, protected):
    """(is protected, first, last) of each stretch of samples, numbered from 1."""
    at = first
    for begin, end in protected:
        if begin > at:
            yield False, at, begin - 1
        yield True, begin, end
        at = end + 1
    if at <= last:
        yield False, at, last


def decimated(values, protected, factor):
    sent = []
    for keep, begin, end in stretches(1, len(values), protected):
        part = values[begin - 1:end]
        if keep:
            sent += part
            continue
        whole = len(part) // factor * factor
        sent += [average(part[i:i + factor]) for i in range(0, whole, factor)]
        sent += part[whole:]  # what does not fill a group stays as it is
    return sent


def restored(sent, count, protected, factor):
    """Straight lines through the averages, which stand half a group after the group's begin; held at both ends."""
    out, at = [], 0
    for keep, begin, end in stretches(1, count, protected):
        length = end - begin + 1
        if keep:
            out += sent[at:at + length]
            at += length
            continue
        groups, left = divmod(length, factor)
        knots = sent[at:at + groups]
        for i in range(groups * factor):
            place = min(max((i - factor // 2) / factor, 0), groups - 1)
            k = min(int(place), groups - 2) if groups > 1 else 0
            following = knots[k + 1] if groups > 1 else knots[k]
            out.append(knots[k] + (place - k) * (following - knots[k]))
        at += groups
        out += sent[at:at + left]
        at += left
    assert at == len(sent) and len(out) == count
    return out


def reference_beats(tables, bimodal):
    """Three beats: two of type 0, which are subtracted, and one of type 1, which is not."""
    count, peaks = 1200, [150, 520, 950]
    leads = {"II": ecg(count, peaks, 1.2, 3), "V5": ecg(count, peaks, 2.0, 4)}
    avm_reference, avm_rhythm, fiducial, length = 1000, 500, 101, 300
    beats = [[round(beat(i + 1 - fiducial, scale * avm_rhythm / avm_reference)) for i in range(length)]
             for scale in (1.2, 2.0)]
    # type, begin of subtraction, fiducial, end, all numbered from 1; R at sample p (from 0) is number p + 1.
    zones = [(0, 71, 151, 300), (1, 441, 521, 640), (0, 881, 951, 1110)]
    if bimodal == "remainders":
        protected = [(131, 172), (501, 545), (930, 975)]
    else:
        protected = [(133, 172), (501, 544), (929, 976)]
    factor = 4 if bimodal else 1
    residuals = []
    for values, reference in zip(leads.values(), beats):
        residual = list(values)
        for kind, begin, centre, end in zones:
            if kind == 0:
                for n in range(begin, end + 1):
                    # Both in units of the rhythm's multiplier (1000 / 500 = 2).
                    residual[n - 1] -= 2 * reference[n - centre + fiducial - 1]
        residuals.append(residual)
    sent = [decimated(r, protected, factor) for r in residuals] if bimodal else residuals
    bodies = {
        1: BORN_ONLY, 2: DEFAULT_TABLE_USED,
        3: leads_section({name: (1, count) for name in leads}, subtracted=True),
        4: qrs_section(length * RATE_US // 1000, fiducial, zones, protected),
        5: data_section(beats, avm_reference, RATE_US, 2, tables),
        6: data_section(sent, avm_rhythm, RATE_US * factor, 1, tables, flag=1 if bimodal else 0),
    }
    expected = {}
    for name, s, reference in zip(leads, sent, beats):
        back = restored(s, count, protected, factor) if bimodal else list(s)
        nv = [v * avm_rhythm for v in back]
        for kind, begin, centre, end in zones:
            if kind == 0:
                for n in range(begin, end + 1):
                    nv[n - 1] += reference[n - centre + fiducial - 1] * avm_reference
        expected[name] = nv
    if not bimodal:
        assert expected == nanovolts(leads, avm_rhythm)
    median = nanovolts(dict(zip(leads, beats)), avm_reference)
    return record(bodies), expected, median


def in_turn():
    """Two leads recorded one after the other: null where nothing was recorded."""
    spans = {"I": (1, 300), "V2": (301, 600)}
    parts = [TWO["I"][:300], TWO["V2"][300:]]
    data = record({1: SOMEBODY, 2: DEFAULT_TABLE_USED, 3: leads_section(spans, simultaneous=False),
                   6: data_section(parts, 2500, RATE_US, 1, [default_table()])})
    return data, {"I": [v * 2500 for v in parts[0]] + [None] * 300, "V2": [None] * 300 + [v * 2500 for v in parts[1]]}


def main():
    OUT.mkdir(exist_ok=True)
    default = [default_table()]
    eight = {name: ecg(200, [90], 0.5 + 0.3 * i, 10 + i)
             for i, name in enumerate(["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"])}
    variants = {
        "samples": plain(0, None, None),
        "first-differences": plain(1, None, None),
        "second-differences": plain(2, None, None),
        "huffman-default-0": plain(0, default, DEFAULT_TABLE_USED),
        "huffman-default-1": plain(1, default, DEFAULT_TABLE_USED),
        "huffman-default-2": plain(2, default, DEFAULT_TABLE_USED),
        "huffman-own-table": plain(1, [own_table()], tables_section([own_table()])),
        "huffman-switching": plain(1, switching_tables(), tables_section(switching_tables())),
        "eight-leads": plain(2, default, DEFAULT_TABLE_USED, avm=1000, leads=eight),
        "in-turn": in_turn(),
        "reference-beat": reference_beats(default, None),
        "bimodal": reference_beats(default, "whole groups"),
        "bimodal-remainders": reference_beats(default, "remainders"),
    }
    truth = {}
    for name, (data, leads, *median) in variants.items():
        (OUT / f"{name}.scp").write_bytes(data)
        truth[name] = {"rate_hz": 1e6 / RATE_US, "leads_nv": leads}
        if median:
            truth[name]["median_nv"] = median[0]
    # The six ways to send one signal have one truth.
    for name in list(variants)[1:8]:
        assert truth[name] == truth["samples"]
        truth[name] = "samples"
    OUT.joinpath("scp.json").write_text(json.dumps(truth, separators=(",", ":")).replace("},", "},\n") + "\n")


if __name__ == "__main__":
    main()
