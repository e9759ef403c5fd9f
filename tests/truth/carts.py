"""Truths for what carts and archives write, by independent readers and writers.

    python3 -m venv V && V/bin/pip install pydicom==3.0.1 sierraecg numpy
    V/bin/python tests/truth/carts.py [SHARED/formats]

Writes small DICOM waveform files with pydicom, and MUSE and Sierra files by its own means (XLI by an encoder that shares
nothing with the decoder), into tests/truth/carts/ and, into carts.json there, what is in them as pydicom reads it and (where the folder of sample files is given) sums of what pydicom and sierraecg read from the samples.
"""

import json
import math
import struct
import sys
from base64 import b64encode
from pathlib import Path

import numpy as np
from pydicom import Dataset, FileDataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

OUT = Path(__file__).with_name("carts")
SOP = {"12-lead": "1.2.840.10008.5.1.4.1.1.9.1.1", "general": "1.2.840.10008.5.1.4.1.1.9.1.2",
       "ambulatory": "1.2.840.10008.5.1.4.1.1.9.1.3", "hemodynamic": "1.2.840.10008.5.1.4.1.1.9.2.1"}
# MDC codes of the leads
LEADS = {"I": "2:1", "II": "2:2", "V1": "2:3", "V6": "2:8"}


def code(value, scheme, meaning):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def channel(name, sensitivity, unit, correction, baseline, bits, label=None):
    item = Dataset()
    if label:
        item.ChannelLabel = label
    source = code(LEADS.get(name, "2:0"), "MDC", f"Lead {name}")
    item.ChannelSourceSequence = Sequence([source])
    if sensitivity is not None:
        item.ChannelSensitivity = sensitivity
        item.ChannelSensitivityUnitsSequence = Sequence([code(unit, "UCUM", unit)])
        item.ChannelSensitivityCorrectionFactor = correction
        item.ChannelBaseline = baseline
    item.ChannelSampleSkew = 0
    item.WaveformBitsStored = bits
    return item


def group(label, rate, samples, channels, interpretation="SS", bits=16, padding=None):
    kinds = {"SS": "i2", "US": "u2", "SL": "i4", "UL": "u4", "SB": "i1", "UB": "u1"}
    item = Dataset()
    item.MultiplexGroupLabel = label
    item.WaveformOriginality = "ORIGINAL"
    item.NumberOfWaveformChannels = len(channels)
    item.NumberOfWaveformSamples = samples.shape[0]
    item.SamplingFrequency = rate
    item.ChannelDefinitionSequence = Sequence(channels)
    item.WaveformBitsAllocated = bits
    item.WaveformSampleInterpretation = interpretation
    if padding is not None:
        item.WaveformPaddingValue = np.array([padding]).astype("<" + kinds[interpretation]).tobytes()
        item["WaveformPaddingValue"].VR = "OW"
    item.WaveformData = samples.astype("<" + kinds[interpretation]).tobytes()
    item["WaveformData"].VR = "OB" if bits == 8 else "OW"
    return item


def file(sop, syntax, groups, age="063Y"):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SOP[sop]
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = syntax
    data = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = SOP[sop], "1.2.3"
    data.Modality = "ECG"
    data.PatientName, data.PatientID, data.PatientBirthDate = "Made^Up", "P-1", "19500101"
    data.PatientSex, data.PatientAge = "F", age
    data.AcquisitionDateTime = "20200304101112"
    data.WaveformSequence = Sequence(groups)
    return data


def crc32(data):
    import zlib
    return zlib.crc32(data)


def muse(leads):
    part = lambda name, kind, values: f"""<LeadData><LeadByteCountTotal>{2 * len(values)}</LeadByteCountTotal>
<LeadTimeOffset>0</LeadTimeOffset><LeadSampleCountTotal>{len(values)}</LeadSampleCountTotal>
<LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>
<LeadID>{name}</LeadID><LeadOffsetFirstSample>0</LeadOffsetFirstSample><FirstSampleBaseline>0</FirstSampleBaseline>
<LeadSampleSize>2</LeadSampleSize><LeadOff>{"TRUE" if name == "V6" else "FALSE"}</LeadOff>
{kind}<WaveFormData>
{b64encode(struct.pack(f"<{len(values)}h", *values)).decode()}
</WaveFormData></LeadData>"""
    def whole(values):
        # One lead without a checksum, as older servers export.
        return "".join(part(n, "" if n == "V6" else
                            f"<LeadDataCRC32>{crc32(struct.pack(f'<{len(v)}h', *v))}</LeadDataCRC32>", v)
                       for n, v in values.items())
    halves = {n: v[:20] for n, v in leads.items()}
    wave = lambda kind, values: f"""<Waveform><WaveformType>{kind}</WaveformType><SampleType>CONTINUOUS_SAMPLES</SampleType>
<SampleBase>25</SampleBase><SampleExponent>1</SampleExponent>{whole(values)}</Waveform>"""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE RestingECG SYSTEM "restecg.dtd">
<RestingECG><MuseInfo><MuseVersion>9.0</MuseVersion></MuseInfo>
<PatientDemographics><PatientID>P-1</PatientID><PatientAge>18</PatientAge><AgeUnits>MONTHS</AgeUnits>
<Gender>MALE</Gender><PatientLastName>M\xfcller</PatientLastName></PatientDemographics>
<TestDemographics><AcquisitionDate>03-04-2020</AcquisitionDate></TestDemographics>
{wave("Median", halves)}{wave("Rhythm", leads)}</RestingECG>
""".encode("latin-1")


def xli(leads):
    """Every byte as a code of its own: LZW without any string found again."""
    out = b""
    for values in leads:
        stored = values[:2]
        # value[i] = 2 value[i-1] - value[i-2] - delta[i]; delta[2] is in the header, delta[i+1] + 64 in place i.
        delta = [2 * b - a - c for a, b, c in zip(values, values[1:], values[2:])]
        stored += [d + 64 for d in delta[1:]] + [64]
        raw = b"".join(struct.pack(">h", v)[:1] for v in stored) + b"".join(struct.pack(">h", v)[1:] for v in stored)
        bits = "".join(format(b, "010b") for b in raw) + "1" * 10
        bits += "0" * (-len(bits) % 8)
        packed = int(bits, 2).to_bytes(len(bits) // 8, "big") + b"\0\0\0\0"
        out += struct.pack("<iHh", len(packed), 1, delta[0]) + packed
    return out


def philips(version, leads, compressed):
    names = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]
    if compressed:
        i, ii, iii = leads["I"], leads["II"], leads["III"]
        apart = lambda f, *of: [f(*v) for v in zip(*of)]
        stored = dict(leads)
        stored["III"] = apart(lambda a, b, c: b - a - c, i, ii, iii)
        stored["aVR"] = apart(lambda a, b, r: -((a + b) // 2) - r, i, ii, leads["aVR"])
        stored["aVL"] = apart(lambda a, c, l: (a - c) // 2 - l, i, iii, leads["aVL"])
        stored["aVF"] = apart(lambda b, c, f: (b + c) // 2 - f, ii, iii, leads["aVF"])
        data = xli([stored[n] for n in names])
    else:
        data = b"".join(struct.pack(f"<{len(leads[n])}h", *leads[n]) for n in names)
    count = len(leads["I"])
    own = f'leadlabels="{" ".join(names)}" samplespersecond="250" resolution="2.5" bitspersample="16"' if version != "1.03" else ""
    method = 'compression="XLI"' if compressed and version != "1.03" else 'compressflag="True"' if compressed else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo><documenttype>SierraECG</documenttype>
<documentversion>{version}</documentversion></documentinfo>
<dataacquisition date="2020-03-04"><signalcharacteristics><samplingrate>250</samplingrate>
<signalresolution>2.5</signalresolution><acquisitiontype>STD-12</acquisitiontype><bitspersample>16</bitspersample>
<signaloffset>0</signaloffset><signalsigned>True</signalsigned>
<numberchannelsallocated>12</numberchannelsallocated></signalcharacteristics></dataacquisition>
<patient><generalpatientdata><patientid>P-1</patientid><age><years>50</years></age><sex>Male</sex>
</generalpatientdata></patient>
<waveforms><parsedwaveforms dataencoding="Base64" {method} durationperchannel="{count * 4}" {own}>
{b64encode(data).decode()}
</parsedwaveforms></waveforms></restingecgdata>
"""


def xml_files():
    """Small files of the two vendors, and the nanovolts in them."""
    made = lambda k: [round(300 * math.sin(n / 3 + k) + 5000 * (n == 20)) for n in range(40)]
    eight = {n: made(k) for k, n in enumerate(["I", "II", "V1", "V2", "V3", "V4", "V5", "V6"])}
    (OUT / "muse.xml").write_bytes(muse(eight))
    twelve = dict(eight)
    # Not what follows from I and II, so that the differences are not zero.
    twelve |= {n: made(9 + k) for k, n in enumerate(["III", "aVR", "aVL", "aVF"])}
    for name, version, compressed in [("philips-1.03", "1.03", True), ("philips-1.04.01", "1.04.01", True),
                                      ("philips-uncompressed", "1.04", False)]:
        (OUT / f"{name}.xml").write_text(philips(version, twelve, compressed))
    nv = lambda leads, unit: {n: [round(v * unit) for v in values] for n, values in leads.items()}
    return {"muse": nv(eight, 4880), "philips": nv(twelve, 2500)}


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(4)
    two = rng.integers(-2000, 2000, (60, 2))
    padded = two + 2048
    padded[7:9, 1] = 65535
    uv = lambda name, s=2.5, c=1, b=0, unit="uV": channel(name, s, unit, c, b, 16)
    files = {
        "explicit": file("12-lead", ExplicitVRLittleEndian, [
            group("MEDIAN BEAT", 1000, two[:20] // 2, [uv("I"), uv("II")]),
            group("RHYTHM", 500, two, [uv("I", 4.88, 1.25, 3), uv("II", 0.001, 2, -0.5, "mV")])]),
        "implicit": file("general", ImplicitVRLittleEndian, [
            group("", 250, two, [uv("V1", 1000, 1, 0, "nV"), channel("V6", 1, "uV", 1, 0, 16, label="Lead V6")])], age=""),
        "unsigned": file("ambulatory", ExplicitVRLittleEndian, [
            group("RHYTHM", 180, padded, [uv("I", 5, 1, -10240), uv("II", 5, 1, -10240)], "US", padding=65535)]),
        "bits32": file("general", ExplicitVRLittleEndian, [
            group("RHYTHM", 500, two * 1000, [uv("I", 2.5, 0.001), uv("II")], "SL", 32)]),
        "bits8": file("general", ExplicitVRLittleEndian, [
            group("RHYTHM", 500, two // 20, [uv("I", 50), uv("II", 50)], "SB", 8)]),
        "no-sensitivity": file("12-lead", ExplicitVRLittleEndian, [
            group("RHYTHM", 500, two, [channel("I", None, "", 1, 0, 16), uv("II")])]),
        "hemodynamic": file("hemodynamic", ExplicitVRLittleEndian, [group("P", 500, two, [uv("I"), uv("II")])]),
    }
    truth = {"dicom": {}, "samples": {}, "xml": xml_files()}
    for name, data in files.items():
        path = OUT / f"{name}.dcm"
        data.save_as(path, enforce_file_format=True)
        back = dcmread(path)
        truth["dicom"][name] = [
            {"rate_hz": float(g.SamplingFrequency),
             # pydicom does not look at the padding value.
             "values": [[None if v == 65535 * 5 - 10240 else v for v in c] for c in back.waveform_array(i).T.tolist()],
             "units": [c.ChannelSensitivityUnitsSequence[0].CodeValue if "ChannelSensitivityUnitsSequence" in c else ""
                       for c in g.ChannelDefinitionSequence]}
            for i, g in enumerate(back.WaveformSequence)]
    if len(sys.argv) > 1:
        shared = Path(sys.argv[1])
        data = dcmread(shared / "dicom/Example.dcm")
        for i, name in enumerate(["example_rhythm", "example_median"]):
            truth["samples"][name] = [round(float(s), 6) for s in np.abs(data.waveform_array(i)).sum(axis=0)]
        from sierraecg import read_file
        leads = read_file(str(shared / "philips-xml/1-04.xml")).leads
        truth["samples"]["philips"] = {lead.label: [int(np.abs(lead.samples[:5500].astype(int)).sum()),
                                                    int((lead.samples[:5500].astype(int) * np.arange(5500)).sum())]
                                       for lead in leads[:12]}
    OUT.joinpath("carts.json").write_text(json.dumps(truth, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
