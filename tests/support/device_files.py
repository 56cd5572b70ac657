"""Files as devices write them, made from a known signal, with identifiers wherever a format has room for them."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS

#: Whatever of this is found in an export has leaked.
IDENTIFIERS = (
    "Zaphod",
    "Beeblebrox",
    "MRN-424242",
    "Magrathea",
    "19520311",
    "1952-03-11",
    "SN-778899",
    "2019-05-06",
)


def muse(steps: np.ndarray, rate: int = 500, microvolts: float = 4.88, crc: int | None = None) -> bytes:
    """GE MUSE XML of twelve leads' steps (12, samples); only the eight independent leads are stored."""
    leads = ""
    for lead, row in zip(INDEPENDENT_LEADS, independent_leads(steps), strict=True):
        data = row.astype("<i2").tobytes()
        leads += (
            f"<LeadData><LeadSampleCountTotal>{row.size}</LeadSampleCountTotal>"
            f"<LeadAmplitudeUnitsPerBit>{microvolts}</LeadAmplitudeUnitsPerBit>"
            "<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits>"
            f"<LeadID>{lead}</LeadID><LeadSampleSize>2</LeadSampleSize>"
            f"<LeadDataCRC32>{zlib.crc32(data) if crc is None else crc}</LeadDataCRC32>"
            f"<WaveFormData>{base64.encodebytes(data).decode()}</WaveFormData></LeadData>"
        )
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE RestingECG SYSTEM "restecg.dtd">\n<RestingECG>'
        "<PatientDemographics><PatientID>MRN-424242</PatientID><PatientAge>67</PatientAge>"
        "<AgeUnits>YEARS</AgeUnits><DateofBirth>03-11-1952</DateofBirth><Gender>FEMALE</Gender>"
        "<PatientLastName>Beeblebrox</PatientLastName><PatientFirstName>Zaphod</PatientFirstName>"
        "</PatientDemographics><TestDemographics><SiteName>Magrathea</SiteName>"
        "<AcquisitionTime>11:34:00</AcquisitionTime><AcquisitionDate>05-06-2019</AcquisitionDate></TestDemographics>"
        "<RestingECGMeasurements><VentricularRate>72</VentricularRate><PRInterval>160</PRInterval>"
        "<QRSDuration>0</QRSDuration><RAxis>-31</RAxis></RestingECGMeasurements>"
        "<Diagnosis><DiagnosisStatement><StmtText>seen by Dr Beeblebrox</StmtText></DiagnosisStatement></Diagnosis>"
        f"<Waveform><WaveformType>Median</WaveformType><SampleBase>{rate}</SampleBase></Waveform>"
        f"<Waveform><WaveformType>Rhythm</WaveformType><SampleBase>{rate}</SampleBase>"
        f"<SampleExponent>0</SampleExponent>{leads}</Waveform></RestingECG>"
    ).encode("latin-1")


def cardiosoft(steps: np.ndarray, rate: int = 500, microvolts: float = 5) -> bytes:
    """GE CardioSoft XML of (12, samples)."""
    leads = "".join(
        f'<WaveformData lead="{lead}">{",".join(map(str, row))},</WaveformData>'
        for lead, row in zip(LEADS, steps, strict=True)
    )
    return (
        "<CardiologyXML><ObservationDateTime><Hour>14</Hour><Minute>19</Minute><Second>39</Second><Day>6</Day>"
        "<Month>5</Month><Year>2019</Year></ObservationDateTime><PatientInfo><PID>MRN-424242</PID><Name>"
        "<FamilyName>Beeblebrox</FamilyName><GivenName>Zaphod</GivenName></Name><Age>67</Age><Gender>FEMALE</Gender>"
        "</PatientInfo><RestingECGMeasurements><VentricularRate>72</VentricularRate></RestingECGMeasurements>"
        f"<StripData><SampleRate>{rate}</SampleRate><ChannelSampleCountTotal>{steps.shape[1]}"
        f'</ChannelSampleCountTotal><Resolution units="uVperLsb">{microvolts}</Resolution>{leads}</StripData>'
        "</CardiologyXML>"
    ).encode()


def sierra(steps: np.ndarray, version: str = "1.04", kind: str = "PhilipsECG", rate: int = 500) -> bytes:
    """Philips Sierra XML of (12, samples), packed with XLI; 5 µV a step, UTF-16."""
    rows = dict(zip(LEADS, steps.astype(np.int64), strict=True))
    one, two = rows["I"], rows["II"]
    stored = rows | {
        "III": two - one - rows["III"],
        "aVR": -rows["aVR"] - (one + two) // 2,
        "aVL": (one - rows["III"]) // 2 - rows["aVL"],
        "aVF": (two + rows["III"]) // 2 - rows["aVF"],
    }
    data = base64.encodebytes(b"".join(xli_block(stored[lead]) for lead in LEADS)).decode()
    return (
        '<?xml version="1.0" encoding="utf-16"?><restingecgdata xmlns="http://www3.medical.philips.com">'
        f"<documentinfo><documenttype>{kind}</documenttype><documentversion>{version}</documentversion>"
        '</documentinfo><dataacquisition date="2019-05-06" time="07:27:34"><machine machineid="SN-778899">x</machine>'
        f"<signalcharacteristics><samplingrate>{rate}</samplingrate><resolution>5</resolution>"
        "<acquisitiontype>10-WIRE</acquisitiontype><bitspersample>16</bitspersample>"
        "<numberchannelsvalid>12</numberchannelsvalid></signalcharacteristics></dataacquisition>"
        "<patient><generalpatientdata><patientid>MRN-424242</patientid><name><lastname>Beeblebrox</lastname>"
        "<firstname>Zaphod</firstname></name><age><dateofbirth>1952-03-11</dateofbirth></age><sex>Female</sex>"
        "</generalpatientdata></patient><interpretations><interpretation><globalmeasurements>"
        "<heartrate>72</heartrate><qrsdur>Failed</qrsdur></globalmeasurements></interpretation></interpretations>"
        f'<waveforms><parsedwaveforms dataencoding="Base64" compression="XLI" numberofleads="12" '
        f'leadlabels="{" ".join(LEADS)}" durationperchannel="{1000 * steps.shape[1] // rate}">{data}'
        "</parsedwaveforms></waveforms></restingecgdata>"
    ).encode("utf-16")


def xli_block(samples: np.ndarray) -> bytes:
    """One lead packed as XLI: what `formats.xli` undoes."""
    values = samples.astype(np.int64).tolist()
    # What must be taken from the straight line through the two samples before.
    corrections = [2 * last - before - now for before, last, now in zip(values, values[1:], values[2:])]
    start = corrections[0]
    stored = values[:2] + [correction + 64 for correction in corrections[1:]] + [64]
    words = np.array(stored, np.int64).astype(np.int16).view(np.uint16)
    packed = _lzw(bytes((words >> 8).astype(np.uint8)) + bytes((words & 255).astype(np.uint8)))
    return struct.pack("<ihh", len(packed), 1, start) + packed


def _lzw(data: bytes) -> bytes:
    """Ten-bit LZW codes, most significant bit first, ended by the last code."""
    table = {bytes([k]): k for k in range(256)}
    codes, current = [], b""
    for k in range(len(data)):
        longer = current + data[k : k + 1]
        if longer in table:
            current = longer
            continue
        codes.append(table[current])
        if len(table) < 1023:
            table[longer] = len(table)
        current = data[k : k + 1]
    bits = "".join(f"{code:010b}" for code in [*codes, table[current], 1023])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def scp(
    steps: np.ndarray,
    encoding: int = 2,
    huffman: bool = True,
    nanovolts: int = 5000,
    interval: int = 2000,
    beat: tuple[np.ndarray, int, list[int]] | None = None,
    bimodal: int = 0,
    statements: bytes = b"",
) -> bytes:
    """SCP-ECG of the eight independent leads of (12, samples).

    `beat` is a reference beat (8, samples), its fiducial (from 1) and the fiducials (from 1) where it is
    subtracted.
    """
    rows = independent_leads(steps).astype(np.int64)
    count = rows.shape[1]
    tags = [
        (0, b"Beeblebrox\0"), (1, b"Zaphod\0"), (2, b"MRN-424242\0"), (5, struct.pack("<HBB", 1952, 3, 11)),
        (8, b"\2"), (25, struct.pack("<HBB", 2019, 5, 6)), (26, bytes([7, 27, 34])),
    ]  # fmt: skip
    sections = {
        1: b"".join(struct.pack("<BH", tag, len(value)) + value for tag, value in tags) + b"\xff\0\0",
        3: bytes([8, 0x44 | (beat is not None)])
        + b"".join(struct.pack("<IIB", 1, count, number) for number in range(1, 9)),
        7: struct.pack("<BBHHHHHHHhhh", 1, 0, 833, 29999, 100, 200, 260, 350, 650, 40, 50, 60),
    }
    if huffman:
        sections[2] = struct.pack("<H", 19999)
    if beat is not None:
        shape, fiducial, places = beat
        for place in places:
            first = place - fiducial
            rows[:, first : first + shape.shape[1]] -= shape
        sections[4] = struct.pack(
            "<HHH", shape.shape[1] * interval // 1000, fiducial, len(places)
        ) + b"".join(
            struct.pack("<HIII", 0, place - fiducial + 1, place, place - fiducial + shape.shape[1])
            for place in places
        )
        sections[5] = _scp_leads(shape, encoding, huffman, nanovolts, interval, 0)
    if statements:
        sections[8] = statements
    sections[6] = _scp_leads(rows, encoding, huffman, nanovolts, interval, bimodal)

    numbers = sorted(sections)
    size = 16 + 10 * (len(numbers) + 1)
    at, pointers, body = 6 + size, struct.pack("<HII", 0, size, 7), b""
    for number in numbers:
        content = sections[number] + b"\0" * (len(sections[number]) % 2)
        head = struct.pack("<HIBB6x", number, 16 + len(content), 13, 13)
        section = struct.pack("<H", zlib.crc32(b"") & 0xFFFF) + head + content
        pointers += struct.pack("<HII", number, len(section), at + len(body) + 1)
        body += section
    first = b"\0\0" + struct.pack("<HIBB6s", 0, size, 13, 13, b"SCPECG") + pointers
    rest = struct.pack("<I", 6 + len(first) + len(body)) + first + body
    return struct.pack("<H", _crc_ccitt(rest)) + rest


def _scp_leads(
    rows: np.ndarray, encoding: int, huffman: bool, nanovolts: int, interval: int, bimodal: int
) -> bytes:
    coded = []
    for row in rows.astype(np.int64):
        steps = np.concatenate([row[:encoding], np.diff(row, encoding)]) if encoding else row
        coded.append(_huffman(steps) if huffman else steps.astype("<i2").tobytes())
    lengths = struct.pack(f"<{len(coded)}H", *map(len, coded))
    return struct.pack("<HHBB", nanovolts, interval, encoding, bimodal) + lengths + b"".join(coded)


def _huffman(values: np.ndarray) -> bytes:
    """The default table of EN 1064."""
    bits = []
    for value in values.tolist():
        if value == 0:
            bits.append("0")
        elif abs(value) <= 8:
            bits.append("1" * abs(value) + "0" + ("1" if value < 0 else "0"))
        elif -128 <= value < 128:
            bits.append("1111111110" + f"{value & 255:08b}")
        else:
            bits.append("1111111111" + f"{value & 65535:016b}")
    text = "".join(bits)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


def _crc_ccitt(data: bytes) -> int:
    """CRC-CCITT, written out so that it does not share a mistake with the reader."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc
