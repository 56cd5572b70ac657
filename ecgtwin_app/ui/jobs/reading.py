"""Reading a recording for the window: with its measurements, its marks and what is to be noticed about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ecgtwin_app.conditions.referee import met_conditions
from ecgtwin_app.conditions.together import atrial_rhythm
from ecgtwin_app.ecg.delineation.flutter import without_p
from ecgtwin_app.ecg.measurement.doubts import exchanged
from ecgtwin_app.ecg.measurement.matrix import lead_reversal
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.measurement.on_filled import resting_on_filled
from ecgtwin_app.ecg.measurement.quality import GOOD, UNUSABLE, Quality, quality_of
from ecgtwin_app.ecg.signal.recording import EcgError, Recording
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.registry import open_ecg
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.session.marks import Marks, marks_of

#: What is opened, and from which length on a recording is offered for choice: many devices add a little to ten
#: seconds.
SECONDS, LONG = 10.0, 12.0
#: Seconds that are looked at to see whether the channels have names.
_MOMENT_S = 2.0
#: A recording, its measurements and marks (None where no beat can be measured), notes, and the verdict on it.
Measured = tuple[Recording, dict | None, Marks | None, tuple[str, ...], Quality]


def read(path: Path, options: dict) -> Measured | EcgFile | NotStated:
    """A measured recording; the file itself where it is long or interrupted; what is missing where it does not say it."""
    try:
        file = open_ecg(path, **options)
        if file.duration <= LONG and len(file.stretches()) == 1:
            return measured(file.recording())
        _check_names(file)
    except NotStated as error:
        return error
    return file


def _check_names(file: EcgFile) -> None:
    """`NotStated` when the channels of a file cannot be told as leads; asked of a moment of it."""
    begin, end = max(file.stretches(), key=lambda stretch: stretch[1] - stretch[0])
    try:
        file.recording(begin, min(_MOMENT_S, end - begin))
    except NotStated:
        raise
    except EcgError:
        return  # what is wrong with that moment need not be wrong with the ten seconds that are chosen


def measured(recording: Recording) -> Measured:
    """A recording, its measurements and marks (None where no beat can be measured), notes, and the verdict on it."""
    try:
        found = measure(recording)
    except EcgError:
        # The panels show dashes; the engine says what it lacks when asked.
        quality = quality_of(recording)
        return recording, None, None, quality.notes, quality
    quality = quality_of(recording, found)
    notes = quality.notes
    if hint := lead_reversal(recording, found):
        notes += (exchanged(hint),)
    met = met_conditions(found, recording.patient.age, recording.patient.sex)
    values = found.as_dict() | {"criteria_met": met}
    values |= resting_on_filled(recording, [beat["time"] for beat in values["beats"]])
    if atrial_rhythm(met) == "flutter" and found.flutter is not None:
        values = without_p(values, found.flutter)
    return recording, values, marks_of(found, recording.rate), notes, quality


def verdict_words(quality: Quality) -> str:
    """The verdict on a recording in one sentence, with the leads that are meant and why."""
    why = "; ".join(map(translate, quality.notes))
    if quality.verdict == GOOD:
        return tr("The signal is good.")
    if quality.verdict == UNUSABLE:
        return tr("The signal is unusable: {why}.").format(why=why)
    return tr("Not every lead is good: {why}.").format(why=why)


def find_marks(recording: Recording) -> Iterator[Marks]:
    """Yields the marks of a recording; nothing where no beat can be measured."""
    try:
        yield marks_of(measure(recording), recording.rate)
    except EcgError:
        return
