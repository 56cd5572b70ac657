"""What to mind about a recording's measurements, in sentences: one place for the window and the command line."""

from __future__ import annotations

from collections.abc import Mapping

from ecgtwin_app.ecg.measurement.qtc import BAZETT_RATES, FORMULAS, qtc_doubts
from ecgtwin_app.ecg.measurement.quality import UNUSABLE, Quality
from ecgtwin_app.ecg.signal.leads import LIMB_LEADS
from ecgtwin_app.ecg.signal.recording import LEADS
from ecgtwin_app.i18n.message import Message


def doubts(measurements: Mapping, quality: Quality | None = None, reversal: str = "") -> list[str]:
    """What to mind, most important first; empty where nothing is.

    Parameters
    ----------
    measurements : mapping
        As `Measurements.as_dict` gives them; {} where no beat was found.
    quality : Quality, optional
        Of the recording.
    reversal : str
        Electrodes that look exchanged (`ecg.measurement.lead_reversal`).
    """
    found: list[str] = []
    if quality is not None:
        if quality.verdict == UNUSABLE:
            found.append(Message("The signal is unusable; nothing that is measured on it can be trusted."))
        found += quality.notes
    if reversal:
        found.append(exchanged(reversal))
    if not measurements:
        return found
    if filled := measurements.get("filled_leads"):
        found.append(
            Message(
                "{leads}: filled in, not recorded; values with a star rest on it.", leads=", ".join(filled)
            )
        )
    leads = measurements.get("leads", LEADS)
    if tuple(leads) != LEADS:
        # Of six limb leads two are independent.
        derived = 4 if set(LIMB_LEADS) <= set(leads) else 0
        count = len(leads) - derived
        found.append(
            Message.counted(
                "The intervals rest on one lead; others may show an earlier begin or a later end.",
                "The intervals rest on {n} independent leads, not eight; others may show an earlier begin or a "
                "later end.",
                count,
            )
        )
    return found + _of_qtc(measurements)


#: The note on electrodes that look exchanged.
EXCHANGED = "electrodes perhaps exchanged: {electrodes}"


def exchanged(reversal: str) -> Message:
    """The note on electrodes that look exchanged, for what `lead_reversal` says of them."""
    return Message(EXCHANGED, electrodes=reversal)


def is_exchanged(note: str) -> bool:
    """Whether a note is that on electrodes."""
    return isinstance(note, Message) and note.key == EXCHANGED


def _of_qtc(measurements):
    if measurements.get("qt") is None:
        return []
    rate, qrs = measurements.get("heart_rate"), measurements.get("qrs")
    reasons = {
        reason
        for formula in FORMULAS
        for reason in qtc_doubts(formula, rate, qrs, measurements.get("rr_cv_all"))
    }
    low, high = BAZETT_RATES
    sentences = {
        "heart rate": Message(
            "At {rate:.0f}/min QTc by Bazett misleads: it is too short below {low:g}/min and too long "
            "above {high:g}/min.",
            rate=rate or 0,
            low=low,
            high=high,
        ),
        "wide QRS": Message("The QRS of {qrs:.0f} ms lengthens QT and QTc by itself.", qrs=qrs or 0),
        "irregular rhythm": Message("The rhythm is irregular; one QTc does not stand for all beats."),
    }
    return [sentence for reason, sentence in sentences.items() if reason in reasons]
