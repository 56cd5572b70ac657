"""Calipers: what the one that is chosen says. No Qt."""

from __future__ import annotations

from ecgtwin_app.i18n.words import number, tr
from ecgtwin_app.report.calipers import AMPLITUDE, TIME, Caliper
from ecgtwin_app.session.marks import corrected_qt

#: Intervals (s) that a QT can have; others get no QTc.
QT_RANGE = (0.2, 0.75)
#: Intervals (s) that an RR can have, for the QTc of another caliper.
RR_RANGE = (0.25, 2.5)


def read_out(caliper: Caliper, others: list[Caliper], rr: float | None, gain: float, ends: str = "") -> str:
    """All that one caliper says, for the line under the page.

    Parameters
    ----------
    others : list of Caliper
        The newest last; the last time caliper that can be an RR interval gives the QTc.
    rr : float or None
        Mean RR of the recording (s), where no other caliper gives one.
    gain : float
        mm/mV of its lead.
    ends : str
        What its legs stand on, with the lead; "" where they stand on nothing.
    """
    lead = ends or caliper.lead.replace("-", "−")
    if caliper.kind == AMPLITUDE:
        return f"{lead}: {number(caliper.size, 2)} mV = {number(caliper.size * gain, 1)} mm"
    words = [f"{lead}: {1000 * caliper.size:.0f} ms = {number(caliper.size, 3)} s"]
    if caliper.size > 0.04:
        words.append(tr("as RR {rate}/min").format(rate=number(60 / caliper.size)))
    by_hand = [
        o.size for o in others if o.kind == TIME and RR_RANGE[0] <= o.size <= RR_RANGE[1] and o != caliper
    ]
    interval = by_hand[-1] if by_hand else rr
    if QT_RANGE[0] <= caliper.size <= QT_RANGE[1] and interval:
        qtc = corrected_qt(1000 * caliper.size, interval)
        values = ", ".join(f"{name.capitalize()} {value:.0f}" for name, value in qtc.items())
        sentence = (
            tr("as QT: QTc {values} ms (RR {rr} ms, caliper)")
            if by_hand
            else tr("as QT: QTc {values} ms (RR {rr} ms, measured)")
        )
        words.append(sentence.format(values=values, rr=number(1000 * interval)))
    return " · ".join(words)
