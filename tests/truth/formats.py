"""Makes the small files in tests/fixtures/formats and formats.json: what
wfdb-python, pyEDFlib and NumPy read from them.

    pip install wfdb==4.3.1 pyedflib==0.1.42 && python tests/truth/formats.py > tests/truth/formats.json
"""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pyedflib
import wfdb

FILES = Path(__file__).parent.parent / "fixtures" / "formats"
FILES.mkdir(parents=True, exist_ok=True)


def wave(n, phase):
    """Whole ADC units: nothing is rounded on the way."""
    t = np.arange(n)
    return np.round(400 * np.sin(0.13 * t + phase) + 90 * np.cos(0.9 * t)).astype(np.int16)


def numbers(values):
    return [None if np.isnan(v) else float(v) for v in values]


def wfdb_files():
    """A variable layout with a gap, a skew with a missing sample."""
    (FILES / "var.hea").write_text("var/4 2 100 50\nvar_layout 0\nvar_1 20\n~ 10\nvar_2 20\n")
    (FILES / "var_layout.hea").write_text(
        "var_layout 2 100 0\n~ 0 200/mV 16 0 0 0 0 II\n~ 0 200/mV 16 0 0 0 0 V1\n"
    )
    (FILES / "var_1.hea").write_text(
        "var_1 2 100 20\nvar_1.dat 16 200/mV 16 0 0 0 0 V1\nvar_1.dat 16 500(12)/mV 16 0 0 0 0 II\n"
    )
    (FILES / "var_2.hea").write_text("var_2 1 100 20\nvar_2.dat 61 1000/mV 16 0 0 0 0 V1\n")
    np.stack([wave(20, 0), wave(20, 1)], axis=1).astype("<i2").tofile(FILES / "var_1.dat")
    wave(20, 2).astype(">i2").tofile(FILES / "var_2.dat")
    skewed = np.stack([wave(26, 3), wave(26, 4)], axis=1)
    skewed[7, 0] = -32768
    skewed.astype("<i2").tofile(FILES / "skewed.dat")
    (FILES / "skewed.hea").write_text(
        "skewed 2 250 26\nskewed.dat 16:4 200/mV 16 0 0 0 0 I\nskewed.dat 16 200/mV 16 0 0 0 0 II\n"
    )
    # Checksums and initial values are zero above: their truth is wfdb's own reading.
    for name in ["var_1", "var_2", "skewed"]:
        unskewed = wfdb.rdrecord(str(FILES / name), physical=False, ignore_skew=True)
        lines = (FILES / f"{name}.hea").read_text().splitlines()
        for i in range(unskewed.n_sig):
            words = lines[i + 1].split()
            words[5] = str(unskewed.d_signal[0, i])
            words[6] = str(unskewed.calc_checksum()[i])
            lines[i + 1] = " ".join(words)
        (FILES / f"{name}.hea").write_text("\n".join(lines) + "\n")


def wfdb_truth():
    for name in ["var", "skewed"]:
        record = wfdb.rdrecord(str(FILES / name))
        yield f"{name}.hea", {
            "rate_hz": record.fs,
            "leads": record.sig_name,
            "samples_mv": [numbers(column) for column in record.p_signal.T],
        }


def edf_files():
    for name, kind, top in [
        ("plus.edf", pyedflib.FILETYPE_EDFPLUS, 32767),
        ("plus.bdf", pyedflib.FILETYPE_BDFPLUS, 8388607),
    ]:
        with pyedflib.EdfWriter(str(FILES / name), 4, file_type=kind) as writer:
            # An invented patient.
            writer.setPatientCode("MCH-0234567")
            writer.setPatientName("Quintilia Harmsworth")
            writer.setSex(0)
            writer.setBirthdate(datetime(1951, 5, 2))
            writer.setStartdatetime(datetime(2025, 5, 1, 10, 0, 0))
            signals = [("ECG II", "uV", 100, -5000, 5000), ("V1", "mV", 100, -4, 6),
                       ("SpO2", "%", 1, 0, 100), ("Resp", "mV", 10, -1, 1)]
            for i, (label, unit, rate, low, high) in enumerate(signals):
                writer.setSignalHeader(i, {
                    "label": label, "dimension": unit, "sample_frequency": rate,
                    "physical_min": low, "physical_max": high,
                    "digital_min": -top - 1, "digital_max": top, "transducer": "", "prefilter": "",
                })
            for s in range(2):
                writer.writeSamples([
                    np.ascontiguousarray(wave(200, 1)[s * 100:(s + 1) * 100] * 3.0),
                    np.ascontiguousarray(wave(200, 2)[s * 100:(s + 1) * 100] / 300.0),
                    np.array([97.0]), wave(10, 0) / 1000.0,
                ])
            writer.writeAnnotation(0.5, -1, "Mrs Harmsworth coughs")


def edf_truth():
    for name in ["plus.edf", "plus.bdf"]:
        with pyedflib.EdfReader(str(FILES / name)) as reader:
            yield name, {
                "rate_hz": reader.getSampleFrequency(0),
                "leads": ["II", "V1"],
                "samples_mv": [numbers(reader.readSignal(0) / 1000), numbers(reader.readSignal(1))],
                "age_years": 73, "sex": "Female",
            }


def npy_files():
    table = np.stack([wave(40, 5), wave(40, 6)], axis=1)
    np.save(FILES / "counts.npy", table)
    (FILES / "counts.ron").write_text(
        '(version: 1, rate_hz: 500, unit: "mV", adc_per_unit: 200, leads: ["I", "V6"], age_years: 40, sex: Male)\n'
    )
    np.save(FILES / "wide.npy", np.asfortranarray(table.T.astype(">f4")))
    (FILES / "wide.ron").write_text('(version: 1, rate_hz: 500, unit: "uV", leads: ["I", "V6"])\n')


def npy_truth():
    counts = np.load(FILES / "counts.npy")
    yield "counts.npy", {
        "rate_hz": 500, "leads": ["I", "V6"], "samples_mv": [numbers(c / 200) for c in counts.T],
        "age_years": 40, "sex": "Male",
    }
    yield "wide.npy", {
        "rate_hz": 500, "leads": ["I", "V6"],
        "samples_mv": [numbers(row / 1000) for row in np.load(FILES / "wide.npy").astype(float)],
    }


wfdb_files()
edf_files()
npy_files()
print(json.dumps(dict([*wfdb_truth(), *edf_truth(), *npy_truth()]), indent=None, separators=(",", ":")))
