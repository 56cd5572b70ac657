"""Session files: a zip of JSON and arrays, every member hashed and checked on opening. No Qt.

They are de-identified: of the patient, age (up to 89, older as 90) and sex are kept. Written beside the target first and put in its
place in one step, so that a file is never half written.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np

from ecgtwin_app import __version__
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.quality import Quality, quality_of
from ecgtwin_app.ecg.signal.filled import Filled
from ecgtwin_app.ecg.signal.recording import EcgError, Patient, Recording
from ecgtwin_app.engine.request import AskedGot, HeatMap, Twin, TwinRequest
from ecgtwin_app.formats.marking import provenance_shown, shown_age
from ecgtwin_app.formats.own_lines import own_line
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.shown import Shown
from ecgtwin_app.report.calipers import Caliper
from ecgtwin_app.report.layers import REFERENCE
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.session.kept_messages import messages_in, with_messages
from ecgtwin_app.session.layer_stack import LayerStack, LayerStyle
from ecgtwin_app.session.marks import MarkedBeat, Marks
from ecgtwin_app.session.plain_json import read_json
from ecgtwin_app.session.reference_shows import without_words_of_file
from ecgtwin_app.session.request_json import from_json, to_json
from ecgtwin_app.whole_files import whole, why

SUFFIX = ".ecgtwin"
FORMAT = 1
#: Members and bytes (unpacked) that a session may have.
_MOST_MEMBERS, _MOST_BYTES = 500, 1_000_000_000
_DOCUMENT, _HASHES = "session.json", "hashes.json"


@dataclass(frozen=True, eq=False)
class SessionState:
    """Everything a session file keeps.

    Attributes
    ----------
    reference : Recording
    measurements : dict or None
    others, set_aside : tuple of Recording
        Of the same patient: pooled with the reference, and no longer so but known to a twin.
    marks : dict of Recording to Marks
    twins : tuple of Twin
    current : int
    request : TwinRequest
    requests : tuple of TwinRequest
    heatmaps : dict of (Twin, str) to HeatMap
    calipers : tuple of Caliper
    shown : Shown or None
        What was recognised in the reference; None where nobody looked, as in sessions of former versions.
    layout : PageLayout
    layers : LayerStack
    quality : tuple of str
        Notes on the reference's leads; not kept but found again on reading.
    verdict : Quality or None
        On the reference; found again likewise.
    """

    reference: Recording
    measurements: dict | None = None
    others: tuple[Recording, ...] = ()
    set_aside: tuple[Recording, ...] = ()
    marks: dict = field(default_factory=dict)
    twins: tuple[Twin, ...] = ()
    current: int = -1
    request: TwinRequest = field(default_factory=TwinRequest)
    requests: tuple[TwinRequest, ...] = ()
    heatmaps: dict = field(default_factory=dict)
    calipers: tuple[Caliper, ...] = ()
    shown: Shown | None = None
    layout: PageLayout = field(default_factory=PageLayout)
    layers: LayerStack = field(default_factory=LayerStack)
    quality: tuple[str, ...] = ()
    verdict: Quality | None = None


# -- writing ------------------------------------------------------------------------------------------


def write_session(path: Path, state: SessionState) -> None:
    """Write a session; `EcgError` when the file cannot be written."""
    arrays: dict[str, bytes] = {}
    plain = _document(state, arrays)
    plain["messages"] = messages_in(plain)
    document = json.dumps(plain, ensure_ascii=False).encode()
    members = {_DOCUMENT: document, **arrays}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    members[_HASHES] = json.dumps(hashes).encode()
    try:
        with (
            whole(path) as beside,
            open(beside, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
        ):
            for name, data in members.items():
                archive.writestr(name, data)
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder.",
            file=path.name,
            reason=why(error),
        ) from None


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """What tells a file from another one that takes its place; None where there is none. No clock is asked: every
    session is written as a new file."""
    try:
        said = path.stat()
    except OSError:
        return None
    return said.st_ino, said.st_size, said.st_mtime_ns


def _document(state, arrays):
    def keep(array):
        name = f"arrays/{len(arrays):04d}.npy"
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
        arrays[name] = buffer.getvalue()
        return name

    twins = list(state.twins)
    return {
        "format": FORMAT,
        "program": __version__,
        "reference": _recording(state.reference, keep) | {"measurements": state.measurements},
        "shown": None if state.shown is None else without_words_of_file(state.shown).to_json(),
        "others": [_recording(other, keep) for other in state.others],
        "set_aside": [_recording(other, keep) for other in state.set_aside],
        "marks": {
            name: _marks(state.marks[recording])
            for name, recording in _named_recordings(state)
            if recording in state.marks
        },
        "twins": [_twin(twin, keep) for twin in twins],
        "current": state.current,
        "request": to_json(state.request),
        "requests": [to_json(request) for request in state.requests],
        "heatmaps": [
            {"twin": twins.index(twin), "values": keep(heat.values), **_plain(heat, "values")}
            for (twin, _), heat in state.heatmaps.items()
            if twin in twins
        ],
        "calipers": [asdict(caliper) for caliper in state.calipers],
        "layout": asdict(state.layout) | {"identity": False},
        "layers": _layers(state.layers, twins),
    }


def _recording(recording, keep):
    plain = _plain(recording, "signal", "patient", "recorded", "statements")
    age = recording.patient.age
    patient = {"age": age if age is None else shown_age(age, False)[0], "sex": recording.patient.sex}
    own = {"provenance": provenance_shown(recording.provenance), "patient": patient}
    own["filled"] = [str(one) for one in recording.filled]
    return plain | own | {"signal": keep(recording.signal)}


def _twin(twin, keep):
    plain = _plain(twin, "recording", "request", "score", "asked_got")
    return plain | {
        "recording": _recording(twin.recording, keep),
        "request": to_json(twin.request),
        "score": twin.score.to_json() if twin.score is not None else None,
        "asked_got": [asdict(line) for line in twin.asked_got],
    }


def _marks(marks):
    return {"beats": [asdict(beat) for beat in marks.beats], "moved": dict(marks.moved)}


def _layers(stack, twins):
    def name(key):
        return REFERENCE if key == REFERENCE else twins.index(key)

    there = [REFERENCE, *twins]
    return {
        "styles": [[name(key), asdict(style)] for key, style in stack.styles.items() if key in there],
        "order": [name(key) for key in stack.order if key in there],
    }


def _plain(value, *left_out):
    """The fields of a dataclass that JSON knows."""
    return {f.name: getattr(value, f.name) for f in fields(value) if f.name not in left_out}


def _named_recordings(state):
    return [("reference", state.reference), *((str(k), twin.recording) for k, twin in enumerate(state.twins))]


# -- reading ------------------------------------------------------------------------------------------


def read_session(path: Path) -> SessionState:
    """Read a session.

    Raises
    ------
    EcgError
        When the file is none, was changed or damaged, or comes from a newer version.
    """
    try:
        members = _checked_members(path)
        document = read_json(members[_DOCUMENT])
        if document["format"] > FORMAT:
            raise EcgError(
                "{file} comes from a newer version of the program; update the program.", file=path.name
            )
        return _state(with_messages(document, document.pop("messages", None)), members)
    except EcgError:
        raise
    except OSError as error:
        raise EcgError(
            "{file} cannot be read ({reason}); choose another file.", file=path.name, reason=why(error)
        ) from None
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError,
            NotImplementedError, OverflowError, RuntimeError):  # fmt: skip
        raise EcgError(
            "{file} is no session, or is damaged; open the ECG itself again.", file=path.name
        ) from None


def _checked_members(path):
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if len(entries) > _MOST_MEMBERS or sum(entry.file_size for entry in entries) > _MOST_BYTES:
            raise ValueError("too large")
        members = {entry.filename: archive.read(entry) for entry in entries}
    hashes = read_json(members.pop(_HASHES))
    found = {name: hashlib.sha256(data).hexdigest() for name, data in members.items()}
    if found != hashes:
        raise EcgError(
            "{file} was changed since it was saved (its hashes differ); open the ECG itself again.",
            file=path.name,
        )
    return members


def _state(document, members):
    def array(name):
        return np.load(io.BytesIO(members[name]), allow_pickle=False)

    reference = _read_recording(document["reference"], array)
    twins = tuple(_read_twin(plain, array) for plain in document["twins"])
    recordings = {"reference": reference} | {str(k): twin.recording for k, twin in enumerate(twins)}
    heatmaps = {}
    for plain in document["heatmaps"]:
        values = {k: v for k, v in plain.items() if k not in ("twin", "values")}
        heat = HeatMap(values=array(plain["values"]), **values)
        heatmaps[twins[plain["twin"]], heat.name] = heat
    measurements = document["reference"]["measurements"]
    verdict = quality_of(reference)
    return SessionState(
        reference=reference,
        measurements=measurements,
        # Sessions of former versions know no others.
        others=tuple(_read_recording(plain, array) for plain in document.get("others", ())),
        set_aside=tuple(_read_recording(plain, array) for plain in document.get("set_aside", ())),
        marks={recordings[name]: _read_marks(plain) for name, plain in document["marks"].items()},
        twins=twins,
        current=min(int(document["current"]), len(twins) - 1),
        request=from_json(document["request"]),
        requests=tuple(from_json(plain) for plain in document["requests"]),
        heatmaps=heatmaps,
        calipers=tuple(
            Caliper(**{**plain, "shows": tuple(plain["shows"])}) for plain in document["calipers"]
        ),
        layout=PageLayout(**document["layout"]),
        layers=_read_layers(document["layers"], twins),
        shown=_read_shown(document.get("shown")),
        quality=verdict.notes,
        verdict=verdict,
    )


def _read_recording(plain, array):
    known = {k: plain[k] for k in ("rate", "source", "device", "synthetic", "provenance")}
    return Recording(
        array(plain["signal"]), leads=tuple(plain["leads"]), patient=Patient(**plain["patient"]),
        history=_read_history(plain["history"]), filled=_read_filled(plain.get("filled", ())), **known,
    )  # fmt: skip


def _read_filled(lines):
    """The stretches that were filled in; sessions of former versions know none."""
    found = [Filled.read(line) for line in lines]
    known = tuple(one for one in found if one is not None)
    if len(known) < len(found):
        raise ValueError("a stretch that is none")
    return known


def _read_shown(plain):
    return None if plain is None else Shown.from_json(plain)


def _read_history(lines):
    """The lines that the program writes itself; a session of former versions keeps their text alone."""
    own = [(line, own_line(line)) for line in lines]
    return tuple(line if isinstance(line, Message) else known for line, known in own if known is not None)


def _read_twin(plain, array):
    own = ("recording", "request", "score", "asked_got")
    return Twin(
        recording=_read_recording(plain["recording"], array),
        request=from_json(plain["request"]),
        score=None if plain["score"] is None else RhythmScore.from_json(plain["score"]),
        asked_got=tuple(AskedGot(**line) for line in plain["asked_got"]),
        **{k: v for k, v in plain.items() if k not in own},
    )


def _read_marks(plain):
    return Marks(tuple(MarkedBeat(**beat) for beat in plain["beats"]), dict(plain["moved"]))


def _read_layers(plain, twins):
    def key(name):
        return REFERENCE if name == REFERENCE else twins[name]

    styles = {key(name): LayerStyle(**style) for name, style in plain["styles"]}
    return LayerStack(styles, tuple(key(name) for name in plain["order"]))
