"""What generation needs of a reference, said before anything is loaded or computed."""

from __future__ import annotations

from ecgtwin_app.ecg.measurement.quality import UNUSABLE, Quality
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, MODEL_RATE, MODEL_SAMPLES, Recording
from ecgtwin_app.i18n.message import Message

#: Seconds that a twin lasts, and its reference at least.
SECONDS = MODEL_SAMPLES / MODEL_RATE


def needs(recording: Recording) -> Message | None:
    """Why no twin can be made of a recording, as one sentence; None where it can.

    Leads and length only, so that it costs nothing; whether the signal is good enough is another
    question (`unfit`).
    """
    missing = [name for name in INDEPENDENT_LEADS if name not in recording.leads]
    if missing:
        return Message(
            "Generation needs the leads I, II and V1 to V6; this recording lacks {leads}."
            " Open a 12-lead recording to make twins.",
            leads=", ".join(missing),
        )
    # As long as it comes to after resampling.
    if round(recording.samples * MODEL_RATE / recording.rate) < MODEL_SAMPLES:
        return Message(
            "Generation needs {needed:g} seconds; this recording has {seconds:.3g}."
            " Open a longer recording to make twins.",
            needed=SECONDS,
            seconds=recording.duration,
        )
    return None


def unfit(quality: Quality) -> Message | None:
    """Why a twin of a recording would be worth nothing, as one sentence; None where it is worth something."""
    if quality.verdict != UNUSABLE:
        return None
    return Message("This recording is too disturbed for a twin: {why}.", why=quality.why)
