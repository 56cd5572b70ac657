"""From the channels a file happens to have to named leads in canonical order."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.ecg.signal.filled import cut_filled, with_derived
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, LEADS, EcgError, Recording
from ecgtwin_app.formats.calibration import without_pulse
from ecgtwin_app.formats.gaps import bridged, ends_with_samples, without_empty
from ecgtwin_app.formats.units import millivolts_in, unit_in_millivolts
from ecgtwin_app.i18n.message import Message, conjoined, joined

__all__ = [
    "SCP_LEADS", "NotStated", "known_leads", "lead_name", "millivolts_in", "recording_from_channels",
    "require_stated", "resampled", "told_apart", "unit_in_millivolts",
]  # fmt: skip

#: Lead numbers of SCP-ECG (EN 1064, table of leads), which DICOM and MDC codes end in too.
SCP_LEADS = {1: "I", 2: "II", 61: "III", 62: "aVR", 63: "aVL", 64: "aVF"} | {
    n + 2: f"V{n}" for n in range(1, 7)
}

#: No electrode on skin gives more; a larger value means a wrong unit or gain.
_LARGEST_MV = 500.0
#: Shorter strips hold no complete beat at 60/min.
_SHORTEST_S = 1.0
#: Channels that are called nothing but ECG are numbered up to here.
_MOST_NUMBERED = 12

#: Leads beyond the twelve, kept only where the twelve are not complete: the modified limb leads of Holters,
#: posterior and right chest leads, the Frank leads, and a lead that is called nothing but ECG.
_OTHER_LEADS = {
    name.lower(): name
    for name in ("MLI", "MLII", "MLIII", "MV1", "MV2", "MV5", "V7", "V8", "V9", "V3R", "V4R", "V5R", "V6R", "ECG",
                 *(f"ECG {n}" for n in range(1, _MOST_NUMBERED + 1)), "X", "Y", "Z")
}  # fmt: skip
_NUMBERED = re.compile(r"^(?:ecg|ekg)[\s_-]*0?([1-9]|1[0-2])?$", re.IGNORECASE)
#: Names of other signals that may be repeated in messages. Nothing else may: a channel name is free text,
#: and can hold the name of a patient.
_OTHER_SIGNALS = re.compile(
    r"^(resp\w*|imp\w*|abp|art|bp|cvp|pap|icp|pleth|ppg|spo2|eeg.*|emg.*|eog.*|pulse|temp|edf annotations|marker|status"
    r"|-?av[rlf]|v([7-9]|[3-6]r)|[xyz]|ml(i|ii|iii)|mv[125]|ecg( \d+)?)$",
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


def told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """The channels of a file, those that are called nothing but ECG numbered where there are several.

    Examples
    --------
    >>> told_apart(["ECG", "Resp", "ECG"])
    ('ECG 1', 'Resp', 'ECG 2')
    """
    called = [_other_lead_name(name) for name in names]
    if called.count("ECG") < 2:
        return tuple(names)
    free = (f"ECG {n}" for n in range(1, len(names) + 1) if f"ECG {n}" not in called)
    return tuple(next(free) if lead == "ECG" else name for lead, name in zip(called, names, strict=True))


def is_signal_name(text: str) -> bool:
    """Whether a word is the name of a lead or of another signal that devices record, and of nobody."""
    return lead_name(text) is not None or bool(_OTHER_SIGNALS.match(text))


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
    name: str,
    signal: np.ndarray,
    names: Sequence[str],
    rate: float,
    ends: tuple[bool, bool] = (True, True),
    **fields,
) -> Recording:
    """A recording from channels in any order, missing limb leads derived.

    Any two of I, II and III give the other four limb leads (Einthoven, Goldberger). A file with fewer leads gives
    a recording with fewer leads. A calibration pulse at an end, ends without samples and leads without any are left
    out. What is derived, left out or bridged is said in the history.

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
    ends : tuple of bool
        Whether the signal begins, and ends, where the recording does; elsewhere nothing is left out at its ends.
    **fields
        Further fields of `Recording`; a `history` given here comes first.

    Raises
    ------
    EcgError
        The strip is too short, a gap too long, or the values are no voltages of an ECG.
    NotStated
        No channel is called like a lead, or two are called the same; the caller can name them.
    """
    history = list(fields.pop("history", ()))
    rows = _by_lead(name, signal, told_apart(names), history)
    if signal.shape[1] < _SHORTEST_S * rate:
        raise EcgError(
            "{file} lasts {seconds:.2g} s; at least {least:g} s are needed.",
            file=name,
            seconds=signal.shape[1] / rate,
            least=_SHORTEST_S,
        )

    filled = fields.pop("filled", ())
    if any(ends):
        rows, (first, last) = _without_ends(rows, rate, ends, history)
        filled = cut_filled(filled, first / rate, last / rate) if filled else ()
    for lead, row in rows.items():
        rows[lead] = bridged(name, lead, row, rate)
        if rows[lead] is not row:
            history.append(bridged_samples(int(np.isnan(row).sum()), lead))
    derived = _derive_limb_leads(rows)
    if derived:
        history.append(Message("derived {leads} from the other limb leads", leads=", ".join(derived)))

    leads = tuple(lead for lead in (*LEADS, *_OTHER_LEADS.values()) if lead in rows)
    complete = np.stack([rows[lead] for lead in leads])
    if not np.all(np.abs(complete) <= _LARGEST_MV):
        raise EcgError(
            "{file} has values beyond {limit:g} mV, which no ECG has; check its unit and gain.",
            file=name,
            limit=_LARGEST_MV,
        )
    filled = with_derived(filled, derived)
    return Recording(complete, float(rate), leads, history=tuple(history), filled=filled, **fields)


def _by_lead(name: str, signal: np.ndarray, names: Sequence[str], history: list) -> dict[str, np.ndarray]:
    """The channels that are leads, by their name; what is left out is added to `history`.

    Raises
    ------
    NotStated
        No channel is called like a lead, or two with different samples are called the same.
    """
    known = known_leads(names)
    rows: dict[str, np.ndarray] = {}
    unused = []
    for text, row in zip(names, signal, strict=True):
        lead = lead_name(text) or _other_lead_name(text)
        if lead not in known:
            unused.append(text)
        elif lead in rows:
            if not np.array_equal(rows[lead], row, equal_nan=True):
                raise NotStated(
                    ("lead_order",),
                    "{file} has lead {lead} twice, with different samples; name its {channels} channels with the "
                    "option lead order.",
                    file=name,
                    lead=lead,
                    channels=len(names),
                )
            history.append(
                Message("left out a second channel of lead {lead} with the same samples", lead=lead)
            )
        else:
            rows[lead] = row
    if not rows:
        raise NotStated(
            ("lead_order",),
            "{file} has no channel that is called like an ECG lead (I, II, V1 …); name its channels "
            "({channels}) with the option lead order.",
            file=name,
            channels=len(names),
        )
    if unused:
        history.append(
            Message("left out what is none of the twelve leads: {channels}", channels=_listed(unused))
        )
    return rows


#: What an option is called in a sentence, and an example of it.
_OPTIONS = {
    "rate": (Message("rate"), Message("rate 500")),
    "unit": (Message("unit"), Message("unit mV")),
    "lead_order": (Message("lead order"), Message("lead order I,II,III,aVR,…")),
}


class NotStated(EcgError):
    """A file does not state something that the user can state for it.

    Attributes
    ----------
    missing : tuple of str
        Any of "rate", "unit", "lead_order".
    """

    def __init__(self, missing: tuple[str, ...], message: str, /, **values):
        super().__init__(message, **values)
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
        raise NotStated(
            tuple(missing),
            "{file} does not state its {options}; give {examples}.",
            file=name,
            options=conjoined([_OPTIONS[option][0] for option in missing]),
            examples=joined([_OPTIONS[option][1] for option in missing], ", "),
        )


def resampled(row: np.ndarray, rate: float, new_rate: float) -> np.ndarray:
    """One channel at another rate, for files with leads at different rates."""
    # Imported here because few files need it, and it takes half a second.
    from ecgtwin_app.ecg.signal.resampling import resample_array

    return resample_array(row[None], rate, new_rate)[0]


def _other_lead_name(text: str) -> str | None:
    """The name of a lead beyond the twelve, or None."""
    numbered = _NUMBERED.match(text.strip())
    if numbered:
        return f"ECG {numbered[1]}" if numbered[1] else "ECG"
    return _OTHER_LEADS.get(_PREFIX.sub("", text.strip()).strip().lower())


def _listed(names: Sequence[str]) -> Message:
    """Channels in words, free text only counted."""
    plain = [text.strip() for text in names]
    known = [text for text in plain if _OTHER_SIGNALS.match(text)]
    rest = len(plain) - len(known)
    if rest:
        known.append(other_channels(rest))
    return joined(known, ", ")


#: The line of a history for a lead whose short gaps were bridged.
BRIDGED = "bridged {count} missing samples of lead {lead} by straight lines"


def bridged_samples(count: int, lead: str) -> Message:
    """So many samples of a lead were bridged."""
    return Message(BRIDGED, count=count, lead=lead)


def other_channels(count: int) -> Message:
    """Channels that are no leads: "1 other channel"."""
    return Message.counted("{n} other channel", "{n} other channels", count)


def _without_ends(
    rows: dict, rate: float, ends: tuple[bool, bool], history: list[str]
) -> tuple[dict[str, np.ndarray], tuple[int, int]]:
    """The leads that have samples, without what is no ECG at their ends, and which of the samples these are; what is left
    out is added to `history`.
    """
    empty = without_empty(rows)
    if empty:
        history.append(Message("left out what has no samples here: {leads}", leads=", ".join(empty)))
    measured = [rows[lead] for lead in INDEPENDENT_LEADS if lead in rows]
    pulse = without_pulse(measured if len(measured) > 2 else list(rows.values()), rate)
    begin, _ = kept = _at(ends, pulse, rows)
    rows = _cut(rows, kept, rate, True, history)
    first, last = kept = _at(ends, ends_with_samples(rows, rate), rows)
    return _cut(rows, kept, rate, False, history), (begin + first, begin + last)


def _at(ends: tuple[bool, bool], kept: tuple[int, int], rows: dict) -> tuple[int, int]:
    """The stretch that is kept, with nothing left out where the signal does not end."""
    samples = next(iter(rows.values())).size
    return (kept[0] if ends[0] else 0, kept[1] if ends[1] else samples)


def _cut(rows: dict, kept: tuple[int, int], rate: float, is_pulse: bool, history: list[str]) -> dict:
    """The stretch of all leads that is kept; what is left out is added to `history`."""
    samples = next(iter(rows.values())).size
    first, last = kept[0] / rate, (samples - kept[1]) / rate
    if first:
        history.append(
            Message("left out the calibration pulse in the first {seconds:g} s", seconds=first)
            if is_pulse
            else Message("left out what not all leads have, in the first {seconds:g} s", seconds=first)
        )
    if last:
        history.append(
            Message("left out the calibration pulse in the last {seconds:g} s", seconds=last)
            if is_pulse
            else Message("left out what not all leads have, in the last {seconds:g} s", seconds=last)
        )
    return {lead: row[slice(*kept)] for lead, row in rows.items()} if first or last else rows


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
