"""From the channels a file happens to have to the twelve leads in canonical order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.ecg.leads import twelve_leads
from ecgtwin_app.ecg.recording import INDEPENDENT_LEADS, LEADS, EcgError, Recording

#: Millivolts in one unit. "µ" has two code points, both are met.
MILLIVOLTS = {"nv": 1e-6, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "mv": 1.0, "v": 1e3}

#: No electrode on skin gives more; a larger value means a wrong unit or gain.
_LARGEST_MV = 500.0
#: Shorter strips hold no complete beat at 60/min.
_SHORTEST_S = 1.0
#: Missing samples up to this long are bridged (less than a narrow QRS), longer gaps are refused.
_LONGEST_GAP_S = 0.04

_CANONICAL = {name.lower(): name for name in LEADS}
_PREFIX = re.compile(r"^(mdc_ecg_lead_|mdc_ecg_|lead[ _]+|ecg[ _]+|ekg[ _]+)+", re.IGNORECASE)
_CHEST = re.compile(r"^[vc]\s*([1-6])$", re.IGNORECASE)


def lead_name(text: str) -> str | None:
    """The canonical name in `text`, or None when it names none of the twelve leads.

    Examples
    --------
    >>> lead_name("Lead I (Einthoven)"), lead_name("MDC_ECG_LEAD_AVR"), lead_name("v3"), lead_name("Resp")
    ('I', 'aVR', 'V3', None)
    """
    plain = re.sub(r"\(.*?\)|\[.*?\]", "", text).strip(" _-:\"'") if not text.startswith("-") else text
    plain = _PREFIX.sub("", plain).strip()
    chest = _CHEST.match(plain)
    return f"V{chest[1]}" if chest else _CANONICAL.get(plain.lower())


def unit_in_millivolts(text: str) -> float | None:
    """Millivolts in one of the unit named `text`, or None for no unit of voltage."""
    return MILLIVOLTS.get(text.strip().lower())


def twelve_lead_recording(
    name: str, signal: np.ndarray, names: Sequence[str], rate: float, **fields
) -> Recording:
    """A 12-lead recording from channels in any order, missing limb leads derived.

    Any two of I, II and III give the other four limb leads (Einthoven, Goldberger). What is derived,
    left out or bridged is said in the history.

    Parameters
    ----------
    name : str
        The file, for messages.
    signal : ndarray, shape (channels, samples)
        Millivolts; NaN where a sample is missing.
    names : sequence of str
        As the file spells them.
    rate : float
        Hz.
    **fields
        Further fields of `Recording`; a `history` given here comes first.

    Raises
    ------
    EcgError
        Leads are missing or named twice, the strip is too short, a gap too long, or the values are
        no voltages of an ECG.
    """
    history = list(fields.pop("history", ()))
    rows: dict[str, np.ndarray] = {}
    unused = []
    for text, row in zip(names, signal, strict=True):
        lead = lead_name(text)
        if lead is None:
            unused.append(text.strip() or "unnamed")
        elif lead in rows:
            raise EcgError(f"{name} has lead {lead} twice; keep one of them.")
        else:
            rows[lead] = row
    if unused:
        history.append(f"left out channels that are none of the twelve leads: {', '.join(unused)}")
    if signal.shape[1] < _SHORTEST_S * rate:
        raise EcgError(f"{name} lasts {signal.shape[1] / rate:.2g} s; at least {_SHORTEST_S:g} s are needed.")

    for lead, row in rows.items():
        bridged = _bridge_gaps(name, lead, row, rate)
        if bridged is not row:
            history.append(
                f"bridged {int(np.isnan(row).sum())} missing samples of lead {lead} by straight lines"
            )
            rows[lead] = bridged
    derived = _derive_limb_leads(rows)
    missing = [lead for lead in LEADS if lead not in rows]
    if missing:
        raise EcgError(
            f"{name} lacks lead{'s'[: len(missing) > 1]} {', '.join(missing)}; "
            "a 12-lead ECG needs two of I, II and III, and V1 to V6."
        )
    if derived:
        history.append(f"derived {', '.join(derived)} from the other limb leads")

    complete = np.stack([rows[lead] for lead in LEADS])
    if not np.all(np.abs(complete) <= _LARGEST_MV):
        raise EcgError(
            f"{name} has values beyond {_LARGEST_MV:g} mV, which no ECG has; check its unit and gain."
        )
    return Recording(complete, float(rate), LEADS, history=tuple(history), **fields)


def _derive_limb_leads(rows: dict[str, np.ndarray]) -> list[str]:
    """Add to `rows` the limb leads that follow from those there; their names."""
    present = set(rows)
    if "III" in rows:
        if "I" not in rows and "II" in rows:
            rows["I"] = rows["II"] - rows["III"]
        elif "II" not in rows and "I" in rows:
            rows["II"] = rows["I"] + rows["III"]
    if "I" in rows and "II" in rows:
        nothing = np.zeros_like(rows["I"])
        complete = twelve_leads(np.stack([rows.get(lead, nothing) for lead in INDEPENDENT_LEADS]))
        for lead, row in zip(LEADS[:6], complete[:6], strict=True):
            rows.setdefault(lead, row)
    return [lead for lead in LEADS if lead in rows and lead not in present]


def _bridge_gaps(name: str, lead: str, row: np.ndarray, rate: float) -> np.ndarray:
    """`row` with short runs of NaN interpolated; `row` itself when it has none."""
    missing = np.isnan(row)
    if not missing.any():
        return row
    edges = np.flatnonzero(np.diff(np.concatenate([[0], missing.astype(np.int8), [0]])))
    longest = int(np.max(edges[1::2] - edges[::2]))
    if longest > _LONGEST_GAP_S * rate:
        raise EcgError(
            f"{name} has no samples of lead {lead} for {longest / rate:.3g} s, so the lead cannot be used; "
            "choose a recording without gaps."
        )
    at = np.arange(row.size)
    return np.where(missing, np.interp(at, at[~missing], row[~missing]), row)
