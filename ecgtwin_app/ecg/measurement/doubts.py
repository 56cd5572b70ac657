"""What to mind about a recording's measurements, in sentences: one place for the window and the command line."""

from __future__ import annotations

from collections.abc import Mapping

from ecgtwin_app.ecg.measurement.qtc import BAZETT_RATES, FORMULAS, qtc_doubts
from ecgtwin_app.ecg.measurement.quality import UNUSABLE, Quality
from ecgtwin_app.ecg.signal.leads import LIMB_LEADS
from ecgtwin_app.ecg.signal.recording import LEADS


def doubts(measurements: Mapping, quality: Quality | None = None, reversal: str = "") -> list[str]:
    """What to mind, most important first; empty where nothing is.

    Parameters
    ----------
    measurements : mapping
        As `Measurements.as_dict` gives them; {} where no beat was found.
    quality : Quality, optional
        Of the recording.
    reversal : str
        Electrodes that look exchanged (`ecg.lead_reversal`).
    """
    said = []
    if quality is not None:
        if quality.verdict == UNUSABLE:
            said.append("The signal is unusable; nothing that is measured on it can be trusted.")
        said += quality.notes
    if reversal:
        said.append(f"electrodes perhaps exchanged: {reversal}")
    if not measurements:
        return said
    leads = measurements.get("leads", LEADS)
    if tuple(leads) != LEADS:
        # Of six limb leads two are independent.
        derived = 4 if set(LIMB_LEADS) <= set(leads) else 0
        count = len(leads) - derived
        said.append(
            "The intervals rest on one lead; others may show an earlier begin or a later end."
            if count == 1
            else f"The intervals rest on {count} independent leads, not eight; others may show an earlier begin or a "
            "later end."
        )
    return said + _of_qtc(measurements)


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
        "heart rate": f"At {rate or 0:.0f}/min QTc by Bazett misleads: it is too short below {low:g}/min and too long "
        f"above {high:g}/min.",
        "wide QRS": f"The QRS of {qrs or 0:.0f} ms lengthens QT and QTc by itself.",
        "irregular rhythm": "The rhythm is irregular; one QTc does not stand for all beats.",
    }
    return [sentence for reason, sentence in sentences.items() if reason in reasons]
