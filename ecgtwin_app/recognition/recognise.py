"""What a recording shows, from everything that can say so."""

from __future__ import annotations

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.recognition.criteria import CLAIMED_ALONE, evidence, judged
from ecgtwin_app.recognition.shown import SOURCES, Finding, Shown, in_order
from ecgtwin_app.recognition.statements import conditions_stated


def recognise(recording: Recording, measured: Measurements | None = None) -> Shown:
    """What a recording shows.

    Parameters
    ----------
    recording : Recording
    measured : Measurements, optional
        Of the recording, where it is measured already.

    Raises
    ------
    EcgError
        When the recording cannot be measured.
    """
    patient = recording.patient
    verdicts = judged(measured or measure(recording), patient.age, patient.sex)
    stated = conditions_stated(recording.statements)
    findings = []
    for condition in load_vocabulary():
        name = condition.name
        meets, lines = verdicts[name]
        says = {"file": name in stated, "criteria": bool(meets) and name in CLAIMED_ALONE}
        if not any(says.values()):
            continue
        because = evidence(lines) if meets else ()
        if name in stated:
            because += (Message("The file says: {statement}", statement=stated[name]),)
        sources = tuple(source for source in SOURCES if says.get(source))
        findings.append(Finding(name, None, meets, sources, because))
    return Shown(in_order(findings))
