"""Files of formats that this program reads and does not write, made after their descriptions; for tests and the fuzz bench."""

import base64
import json
import struct

import numpy as np

from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import LEADS

#: Twelve leads of noise as whole steps, and one of a converter of ten bits.
STEPS = np.rint(twelve_leads(np.random.default_rng(3).normal(0, 400, (8, 1200)))).astype(np.int16)
CONVERTER = np.random.default_rng(8).integers(300, 700, 1500)
LEAD_CODES = {"I": 5, "II": 6, "III": 7, "aVR": 8, "aVL": 9, "aVF": 10} | {
    f"V{n}": 10 + n for n in range(1, 7)
}


def edf(signals, records=3, seconds="1", plus="", sample=2) -> bytes:
    """EDF, or BDF of three bytes a sample, of (label, unit, physical range, steps) signals.

    Each has a whole number of samples a record; steps of single bytes are annotations.
    """
    per_record = [
        steps.size // records // (sample if steps.dtype == np.uint8 else 1) for *_, steps in signals
    ]
    most = str((1 << (8 * sample - 1)) - 1)
    columns = [
        [(label, 16), ("", 80), (unit, 8), (f"{-physical:g}", 8), (f"{physical:g}", 8), (f"-{most}", 8), (most, 8),
         ("", 80), (str(count), 8), ("", 32)]
        for (label, unit, physical, _), count in zip(signals, per_record, strict=True)
    ]  # fmt: skip
    head = [("0" if sample == 2 else "\xffBIOSEMI", 8), ("X", 80), ("X", 80), ("03.02.2004.05.06", 16), (str(256 * (len(signals) + 1)), 8),
            (plus, 44), (str(records), 8), (seconds, 8), (str(len(signals)), 4)]  # fmt: skip
    head += [columns[k][field] for field in range(10) for k in range(len(signals))]
    data = b"".join(text.encode("latin-1").ljust(width) for text, width in head)
    for record in range(records):
        for (*_, steps), count in zip(signals, per_record, strict=True):
            if steps.dtype == np.uint8:
                data += steps[record * count * sample : (record + 1) * count * sample].tobytes()
                continue
            wide = steps[record * count : (record + 1) * count].astype("<i4")
            data += wide.view(np.uint8).reshape(-1, 4)[:, :sample].tobytes()
    return data


def ishne(
    steps=STEPS,
    codes=None,
    stated=None,
    variable=b"a remark",
    nanovolts=1000,
    rate=200,
) -> bytes:
    """An ISHNE file of samples interleaved by lead."""
    count, codes = len(steps), codes or tuple(LEAD_CODES.values())
    head = bytearray(522)
    head[:8] = b"ISHNE1.0"
    stated = steps.shape[1] if stated is None else stated
    struct.pack_into("<4i", head, 10, len(variable), stated, 522, 522 + len(variable))
    struct.pack_into("<h", head, 26, 1)
    head[28:33], head[68:72], head[108:111] = b"Carla", b"Muir", b"A17"
    struct.pack_into("<2h", head, 128, 2, 1)
    struct.pack_into("<12h", head, 132, 3, 2, 1950, 24, 12, 2003, 1, 1, 2004, 8, 30, 15)
    struct.pack_into("<h", head, 156, count)
    struct.pack_into("<12h", head, 158, *codes, *[-9] * (12 - count))
    struct.pack_into("<12h", head, 206, *[nanovolts] * count, *[-9] * (12 - count))
    struct.pack_into("<h", head, 272, rate)
    return bytes(head) + variable + steps.T.astype("<i2").tobytes()


def gdf(
    version, steps=STEPS, kind=3, unit="uV", records=6, seconds=(1, 1), labels=LEADS, physical=32767.0
) -> bytes:
    """A GDF file; `kind` is the code of its samples."""
    two = version.startswith("2")
    count, per_record = len(steps), steps.shape[1] // records
    head = bytearray(256)
    head[:8] = f"GDF {version}".encode()
    if two:
        head[8:20] = b"A17 Carla X "
        head[87] = 2
        struct.pack_into("<2Q", head, 168, (731939 << 32) + (1 << 31), 712257 << 32)
        struct.pack_into("<H", head, 184, count + 1)
        struct.pack_into("<H", head, 252, count)
    else:
        head[8:18], head[168:184] = b"A17 Carla ", b"2003122412000000"
        struct.pack_into("<q", head, 184, 256 * (count + 1))
        struct.pack_into("<I", head, 252, count)
    struct.pack_into("<q", head, 236, records)
    head[244:252] = struct.pack("<d", seconds) if isinstance(seconds, float) else struct.pack("<2I", *seconds)
    most = float(2 ** (8 * (3 if kind == 279 else 2) - 1) - 1)
    codes = {"uV": 4275, "mV": 4274}
    fields = [
        [label.encode().ljust(16, b"\0") for label in labels], [b"\0" * 80] * count,
*([[b"\0" * 6] * count, [struct.pack("<H", codes[unit])] * count] if two else [[unit.encode().ljust(8, b"\0")] * count]),
        [struct.pack("<d", -physical)] * count, [struct.pack("<d", physical)] * count,
        [struct.pack("<d" if two else "<q", -most if two else int(-most))] * count,
        [struct.pack("<d" if two else "<q", most if two else int(most))] * count,
        [b"\0" * 80] * count, [struct.pack("<I", per_record)] * count, [struct.pack("<I", kind)] * count, [b"\0" * 32] * count,
    ]  # fmt: skip
    data = bytes(head) + b"".join(b"".join(field) for field in fields)
    for record in range(records):
        for row in steps:
            part = row[record * per_record : (record + 1) * per_record]
            if kind == 279:
                data += part.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
            else:
                data += part.astype({3: "<i2", 16: "<f4", 17: "<f8"}[kind]).tobytes()
    return data + b"\1\0\0\0" + b"\0" * 4


def opensignals(columns, rows, sensors, labels, bits, device="bitalino_rev", rate=1000) -> str:
    """An OpenSignals file of one device."""
    head = {"20:16:12:21:35:82": {
        "position": 0, "device": device, "device name": "20:16:12:21:35:82", "sampling rate": rate, "resolution": bits,
        "date": "2017-1-7", "time": "16:4:46.811", "channels": [1], "sensor": sensors, "label": labels, "column": columns,
        "special": [{}], "digital IO": [0, 0, 1, 1]}}  # fmt: skip
    body = "".join("\t".join(map(str, row)) + "\t\n" for row in rows)
    return f"# OpenSignals Text File Format. Version 1\n# {json.dumps(head)}\n# EndOfHeader\n{body}"


def atc(leads=1, nanovolts=500, rate=300) -> bytes:
    """An ATC file of one to six leads."""

    def block(name, body):
        raw = name + struct.pack("<I", len(body)) + body
        return raw + struct.pack("<I", sum(raw) & 0xFFFFFFFF)

    data = b"ALIVE\0\0\0" + struct.pack("<I", 3)
    data += block(b"info", b"2016-01-02T03:04:05.000-08:00".ljust(268, b"\0"))
    data += block(b"fmt ", struct.pack("<BHHBH", 1, rate, nanovolts, 0, 0))
    for k, name in enumerate((b"ecg ", b"ecg2", b"ecg3", b"ecg4", b"ecg5", b"ecg6")[:leads]):
        data += block(name, (CONVERTER * (k + 1)).astype("<i2").tobytes())
    return data + block(b"ann ", b"\0" * 4)


def mortara(steps, units="400", duration=None, rate=500, extra="") -> str:
    channels = "".join(
        f'<CHANNEL OFFSET="0" BITS="16" FORMAT="SIGNED" UNITS_PER_MV="{units}" DURATION="{duration or steps.shape[1]}" SAMPLE_FREQ="{rate}" '
        f'ENCODING="BASE64" NAME="{name}" DATA="{base64.b64encode(row.tobytes()).decode()}"/>'
        for name, row in zip(LEADS, steps, strict=True)
    )
    return f"""<?xml version="1.0"?>
<!--Generated by ELI-->
<ECG ACQUISITION_TIME="20031224083015" ACQUISITION_TIME_XML="2003-12-24T08:30:15" NUM_QRS="4" VENT_RATE="72" AVERAGE_RR="833" AGE="53"
 AGE_UNITS="YEARS"><SOURCE TYPE="STANDARD" MANUFACTURER="Mortara"/>
<SUBJECT LAST_NAME="Muir" FIRST_NAME="Carla" ID="A17" GENDER="FEMALE" DOB="19500203"/>
<AUTOMATIC_INTERPRETATION><STATEMENT TEXT="SINUS RHYTHM" REASON=""/></AUTOMATIC_INTERPRETATION>
<TYPICAL_CYCLE PR_DURATION="158" QRS_DURATION="96" QT="400" QTC="438" P_AXIS="60" QRS_AXIS="-20" T_AXIS="45" BITS="16"
 FORMAT="SIGNED" ENCODING="BASE64"><TYPICAL_CYCLE_CHANNEL NAME="I" DATA="AAAA"/></TYPICAL_CYCLE>{channels}{extra}</ECG>"""


def schiller(steps, unit="uV", per_bit="2.5", rate="500", exponent="1", kind="ECG_RHYTHMS") -> str:
    channels = "".join(
        f"<channel><name>{name.upper()}</name><datastype>COMMASEPARATE</datastype><data>{','.join(map(str, row))}</data></channel>"
        for name, row in zip(LEADS, steps, strict=True)
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<com.xiriuz.sema.xml.schillerEDISchillerEDI><patdata><id>A17</id><lastname>Muir</lastname><firstname>Carla</firstname>
<birthdate>19500203</birthdate><gender>Female</gender></patdata>
<examdescript><startdatetime><date>20031224</date><time>083015</time></startdatetime></examdescript>
<eventdata><event><wavedata><type>ECG_AVERAGES</type></wavedata><wavedata><type>{kind}</type><resolution><samplerate><value>{rate}</value>
<exponent>{exponent}</exponent></samplerate><yres><unitperbit>{per_bit}</unitperbit><units>{unit}</units></yres></resolution>{channels}
</wavedata></event></eventdata></com.xiriuz.sema.xml.schillerEDISchillerEDI>"""
