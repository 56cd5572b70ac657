"""From the channels a file happens to have to named leads in canonical order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.ecg.leads import twelve_leads
from ecgtwin_app.ecg.recording import INDEPENDENT_LEADS, LEADS, EcgError, Recording

#: Millivolts in one unit. "µ" has two code points, both are met.
MILLIVOLTS = {"nv": 1e-6, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "mv": 1.0, "v": 1e3}

#: Lead numbers of SCP-ECG (EN 1064, table of leads), which DICOM and MDC codes end in too.
SCP_LEADS = {1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"} | {
    n + 2: f"V{n}" for n in range(1, 7)
}

#: No electrode on skin gives more; a larger value means a wrong unit or gain.
_LARGEST_MV = 500.0
#: Shorter strips hold no complete beat at 60/min.
_SHORTEST_S = 1.0
#: Missing samples up to this long are bridged (less than a narrow QRS), longer gaps are refused.
LONGEST_GAP_S = 0.04

#: Leads beyond the twelve, kept only where the twelve are not complete: the modified limb leads of Holters,
#: posterior and right chest leads, the Frank leads, and a lead that is called nothing but ECG.
_OTHER_LEADS = {
    name.lower(): name
    for name in ("MLI", "MLII", "MLIII", "MV1", "MV2", "MV5", "V7", "V8", "V9", "V3R", "V4R", "V5R", "V6R", "ECG",
                 "ECG 1", "ECG 2", "ECG 3", "X", "Y", "Z")
}  # fmt: skip
_NUMBERED = re.compile(r"^(?:ecg|ekg)[\s_-]*([1-3])?$", re.IGNORECASE)
#: Names of other signals that may be repeated in messages. Nothing else may: a channel name is free text,
#: and can hold the name of a patient.
_OTHER_SIGNALS = re.compile(
    r"^(resp\w*|imp\w*|abp|art|bp|cvp|pap|icp|pleth|ppg|spo2|eeg.*|emg.*|eog.*|pulse|temp|edf annotations|marker|status"
    r"|-?av[rlf]|v([7-9]|[3-6]r)|[xyz]|ml(i|ii|iii)|mv[125]|ecg( [123])?)$",
    re.IGNORECASE,
)

#: "DI" and "D1" are what the limb leads are called where Romance languages are spoken.
_CANONICAL = {name.lower(): name for name in LEADS} | {
    spelled: lead for lead, names in {"I": ("di", "d1"), "II": ("dii", "d2"), "III": ("diii", "d3")}.items()
    for spelled in names
}  # fmt: skip
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


def known_leads(names: Sequence[str]) -> tuple[str, ...]:
    """The leads among the channels of a file: the twelve in canonical order, then others.

    Others count only where the twelve cannot be made from what is there.
    """
    found = {lead_name(name) or _other_lead_name(name) for name in names} - {None}
    twelve = tuple(lead for lead in LEADS if lead in found)
    if len(set(twelve) & {"I", "II", "III"}) >= 2 and set(LEADS[6:]) <= set(twelve):
        return twelve
    return twelve + tuple(lead for lead in _OTHER_LEADS.values() if lead in found)


def recording_from_channels(
    name: str, signal: np.ndarray, names: Sequence[str], rate: float, **fields
) -> Recording:
    """A recording from channels in any order, missing limb leads derived.

    Any two of I, II and III give the other four limb leads (Einthoven, Goldberger). A file with fewer leads gives
    a recording with fewer leads. What is derived, left out or bridged is said in the history.

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
        No channel is a lead or one is named twice, the strip is too short, a gap too long, or the values are no
        voltages of an ECG.
    """
    history = list(fields.pop("history", ()))
    known = known_leads(names)
    rows: dict[str, np.ndarray] = {}
    unused = []
    for text, row in zip(names, signal, strict=True):
        lead = lead_name(text) or _other_lead_name(text)
        if lead not in known:
            unused.append(text)
        elif lead in rows:
            raise EcgError(f"{name} has lead {lead} twice; keep one of them.")
        else:
            rows[lead] = row
    if not rows:
        raise EcgError(
            f"{name} has no channel that is called like an ECG lead (I, II, V1 …); rename its channels."
        )
    if unused:
        history.append(f"left out what is none of the twelve leads: {_said(unused)}")
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
    if derived:
        history.append(f"derived {', '.join(derived)} from the other limb leads")

    leads = tuple(lead for lead in (*LEADS, *_OTHER_LEADS.values()) if lead in rows)
    complete = np.stack([rows[lead] for lead in leads])
    if not np.all(np.abs(complete) <= _LARGEST_MV):
        raise EcgError(
            f"{name} has values beyond {_LARGEST_MV:g} mV, which no ECG has; check its unit and gain."
        )
    return Recording(complete, float(rate), leads, history=tuple(history), **fields)


class NotStated(EcgError):
    """A file does not state something that the user can state for it.

    Attributes
    ----------
    missing : tuple of str
        Any of "rate", "unit", "lead_order".
    """

    def __init__(self, sentence: str, missing: tuple[str, ...]):
        super().__init__(sentence)
        self.missing = missing


def require_stated(name: str, **needed) -> None:
    """`NotStated` that names every option the caller must give because the file does not state it.

    Parameters
    ----------
    name : str
        The file.
    **needed
        Value by option: `rate`, `unit`, `lead_order`; None where neither file nor caller stated it.
    """
    missing = [option for option, value in needed.items() if value is None]
    if missing:
        example = {"rate": "rate 500", "unit": "unit mV", "lead_order": "lead order I,II,III,aVR,…"}
        raise NotStated(
            f"{name} does not state its {' and '.join(option.replace('_', ' ') for option in missing)}; "
            f"give {', '.join(example[option] for option in missing)}.",
            tuple(missing),
        )


def millivolts_in(name: str, unit: str) -> float:
    """Millivolts in one of the unit; `EcgError` that names the file when it is no unit of voltage."""
    factor = unit_in_millivolts(unit)
    if factor is None:
        raise EcgError(f"{name} gives a lead in {unit[:20]!r}; the unit must be mV, uV, nV or V.")
    return factor


def resampled(row: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """One channel at another rate, for files with leads at different rates."""
    # Imported here because few files need it, and it takes half a second.
    from ecgtwin_app.ecg.resample import resample_array

    return resample_array(row[None], rate, new_rate)[0]


def _other_lead_name(text: str) -> str | None:
    """The name of a lead beyond the twelve, or None."""
    numbered = _NUMBERED.match(text.strip())
    if numbered:
        return f"ECG {numbered[1]}" if numbered[1] else "ECG"
    return _OTHER_LEADS.get(_PREFIX.sub("", text.strip()).strip().lower())


def _said(names: Sequence[str]) -> str:
    """Channels in words, free text only counted."""
    plain = [text.strip() for text in names]
    known = [text for text in plain if _OTHER_SIGNALS.match(text)]
    rest = len(plain) - len(known)
    if rest:
        known.append(f"{rest} other channel{'s'[: rest > 1]}")
    return ", ".join(known)


def _derive_limb_leads(rows: dict[str, np.ndarray]) -> list[str]:
    """Add to `rows` the limb leads that follow from those there; their names."""
    present = set(rows)
    if "III" in rows:
        if "I" not in rows and "II" in rows:
            rows["I"] = rows["II"] - rows["III"]
        elif "II" not in rows and "I" in rows:
            rows["II"] = rows["I"] + rows["III"]
    if "I" in rows and "II" in rows and not set(LEADS[:6]) <= present:
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
    if longest > LONGEST_GAP_S * rate:
        raise EcgError(
            f"{name} has no samples of lead {lead} for {longest / rate:.3g} s, so the lead cannot be used; "
            "choose a recording without gaps."
        )
    at = np.arange(row.size)
    return np.where(missing, np.interp(at, at[~missing], row[~missing]), row)
