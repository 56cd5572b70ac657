"""Recordings of watches and phones as their makers' services hand them over in JSON.

AliveCor Kardia (developers.kardia.com), Fitbit (dev.fitbit.com, "ECG") and Withings (developer.withings.com, "Heart v2
- Get") describe what the keys mean.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format
from ecgtwin_app.formats.guard import check_shape, check_values, parsing
from ecgtwin_app.formats.statements import statements_of
from ecgtwin_app.formats.table_head import moment_in

NAME = "JSON of a watch or phone"

_KARDIA_LEADS = {"leadi": "I", "leadii": "II", "leadiii": "III", "avr": "aVR", "avl": "aVL", "avf": "aVF"}
_MOST_LEADS = 24


def sniff(path: Path, head: bytes) -> bool:
    """Whether the text begins like JSON and is called so."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and path.suffix.lower() == ".json"


def open_file(path: Path) -> EcgFile:
    """Read one recording.

    Raises
    ------
    EcgError
        The file is no recording of one of these makers, or holds several.
    """
    with parsing(path, NAME):
        said = json.loads(path.read_bytes().decode("utf-8-sig"))
        reader = next((read for is_one, read in _LAYOUTS if is_one(said)), None)
        if reader is None:
            raise EcgError(
                "{file} is no recording of Kardia, Fitbit or Withings; export it as CSV from its program.",
                file=path.name,
            )
        names, rows, rate, millivolts, fields = reader(path.name, said)
        if len({len(row) for row in rows}) != 1 or len(rows) > _MOST_LEADS:
            raise EcgError("{file} has leads of different lengths; copy it again.", file=path.name)
        check_shape(path.name, len(rows), rate, len(rows[0]))
        check_values(path.name, len(rows), len(rows[0]))
        signal = np.array(rows, dtype=np.float64) * millivolts
        return EcgFile(
            path,
            NAME,
            tuple(names),
            rate,
            signal.shape[1],
            lambda first, last: signal[:, first:last],
            fields,
        )


def _kardia(name: str, said: dict) -> tuple:
    """Kardia's "data.raw": samples by lead, nanovolts in a step."""
    raw = said["data"]["raw"]
    nanovolts = float(raw.get("amplitudeResolution") or 0)
    if nanovolts <= 0:
        raise EcgError(
            "{file} does not say how many millivolts a sample is, so it cannot be drawn to scale.", file=name
        )
    samples = {_KARDIA_LEADS.get(key.lower(), key): row for key, row in raw["samples"].items() if row}
    rate = said.get("heartRate")
    fields = {
        "patient": Patient(identifier=str(said.get("patientID") or "")),
        "recorded": moment_in(str(said.get("recordedAt") or "")),
        "device": {"heart rate": float(rate)} if isinstance(rate, int | float) and rate > 0 else {},
        "statements": statements_of([str(said.get("algorithmDetermination") or "")]),
    }
    return list(samples), list(samples.values()), float(raw["frequency"]), nanovolts * 1e-6, fields


def _fitbit(name: str, said: dict) -> tuple:
    """One of Fitbit's "ecgReadings": steps of a scaling factor in a millivolt, lead I."""
    readings = said["ecgReadings"] if isinstance(said, dict) and "ecgReadings" in said else said
    readings = readings if isinstance(readings, list) else [readings]
    if len(readings) != 1:
        raise EcgError(
            "{file} holds {recordings} recordings; export one of them.", file=name, recordings=len(readings)
        )
    one = readings[0]
    rate = one.get("averageHeartRate")
    fields = {
        "recorded": moment_in(str(one.get("startTime") or "")),
        "device": {"heart rate": float(rate)} if isinstance(rate, int | float) and rate > 0 else {},
        "statements": statements_of([str(one.get("resultClassification") or "")]),
    }
    return (
        ["I"],
        [one["waveformSamples"]],
        float(one["samplingFrequencyHz"]),
        1 / float(one["scalingFactor"]),
        fields,
    )


def _withings(name: str, said: dict) -> tuple:
    """Withings' "body": microvolts, lead I at the wrist."""
    body = said.get("body", said)
    return ["I"], [body["signal"]], float(body["sampling_frequency"]), 1e-3, {}


def _is_fitbit(said) -> bool:
    if isinstance(said, dict) and isinstance(said.get("ecgReadings"), list):
        return True
    one = said[0] if isinstance(said, list) and said else said
    return isinstance(one, dict) and "waveformSamples" in one


def _is_withings(said) -> bool:
    body = said.get("body", said) if isinstance(said, dict) else None
    return isinstance(body, dict) and isinstance(body.get("signal"), list) and "sampling_frequency" in body


def _is_kardia(said) -> bool:
    data = said.get("data") if isinstance(said, dict) else None
    return isinstance(data, dict) and isinstance(data.get("raw"), dict) and "samples" in data["raw"]


_LAYOUTS = ((_is_kardia, _kardia), (_is_fitbit, _fitbit), (_is_withings, _withings))


FORMAT = Format(
    id="phone",
    name=NAME,
    suffixes=(".json",),
    sniff=sniff,
    open=open_file,
    holds="one to six leads, patient, statements, time",
    after="Kardia's, Fitbit's and Withings' descriptions of their services",
    largest=20_000_000,
)
