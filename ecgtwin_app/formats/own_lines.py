"""Which lines of a history this program writes itself.

A file may claim to come from this program and hold anything in its history, the name of a patient too. So of what a
file states only lines are taken that one of the templates below makes, filled with nothing but numbers, names of leads
and a few words. What is taken is a message again, with its key and values.
"""

from __future__ import annotations

import re
from functools import cache
from string import Formatter

from ecgtwin_app.conditions.vocabulary import is_condition
from ecgtwin_app.formats.channels import is_signal_name
from ecgtwin_app.i18n.message import Message, fields_of

#: Every line of a history; those that count something as they are for one and for many. A test holds this against what
#: the code writes.
OWN_LINES: tuple[str | tuple[str, str], ...] = (
    "resampled {old_rate:g} Hz to {rate:g} Hz",
    "resampled {leads} to {rate:g} Hz as the other leads",
    "cut {start:g} s to {end:g} s",
    "took {start:.10g} s to {end:.10g} s of {duration:.10g} s",
    "filtered without delay: {filters}",
    "put the leads in canonical order",
    "took the leads {leads}",
    "took the leads {leads} for the standard leads they come nearest to",
    "filled in {leads}",
    "completed to twelve leads, filled in {leads}",
    "continued by {seconds:g} s",
    "continued by {seconds:g} s under {condition}",
    "put together from {count} segments",
    "aligned the leads by the skew that the header states",
    "derived {leads} from I and II",
    "derived {leads} from the other limb leads",
    "bridged {count} missing samples of lead {lead} by straight lines",
    "decoded {law} samples (G.711)",
    "joined {count} groups of leads that were recorded together",
    "joined {count} stretches in order of time",
    "took the time column for {unit}",
    "took {volts:g} V and a gain of {gain:g} for the ECG sensor, as its maker publishes",
    "samples differ from the checksum in the file: {leads}",
    "samples differ from the checksum in the header: {leads}",
    "the file differs from its checksum",
    "found sections of the file beside where it says they are",
    "left out what is none of the twelve leads: {channels}",
    "left out what has no samples here: {leads}",
    "left out what not all leads have, in the first {seconds:g} s",
    "left out what not all leads have, in the last {seconds:g} s",
    "left out the calibration pulse in the first {seconds:g} s",
    "left out the calibration pulse in the last {seconds:g} s",
    "left out the full-disclosure recording of {seconds:g} s beside the strip",
    "left out a second channel of lead {lead} with the same samples",
    "left out a group that does not fit the others: {leads} ({seconds:g} s at {rate:g} Hz)",
    "left out a group that does not fit the others: {leads} ({seconds:g} s at {rate:g} Hz, from {start:g} s on)",
    "left out {seconds:g} s that only some of the groups have",
    "left out {seconds:g} s of filling at the end",
    "left out {seconds:.6g} s behind the samples that are announced",
    "left out the last {seconds:.6g} s, in which not every lead has a value",
    "left out the time column, whose unit is not stated",
    "left out empty rows at the end: {count:,}",
    "left out {leads}, which has no values",
    ("left out {n:,} line above the table", "left out {n:,} lines above the table"),
    ("left out {n:,} line below the table", "left out {n:,} lines below the table"),
    (
        "left out {n:,} column not called like an ECG lead",
        "left out {n:,} columns not called like an ECG lead",
    ),
    (
        "left out {n:,} sensor not called like an ECG lead",
        "left out {n:,} sensors not called like an ECG lead",
    ),
    (
        "left out {n:,} signal not called like an ECG lead",
        "left out {n:,} signals not called like an ECG lead",
    ),
    "{fraction:.0%} of the way from the same draw in the patient's own rhythm",
    "the same draw in the patient's own rhythm up to second {onset:.2f}",
)
#: Words beside numbers and names of leads that fill the places of a line.
_FILLING_WORDS = frozenset(
    [
        "s",
        "and",
        "or",
        "other",
        "channel",
        "channels",
        "hz",
        "high-pass",
        "low-pass",
        "notch",
        "not",
        "in",
        "leads",
        "ecg",
        "lead",
        "missing",
        "samples",
        "seconds",
        "milliseconds",
        "microseconds",
        "nanoseconds",
    ]
)
_NUMBER = re.compile(r"[-+−]?\d{1,9}(\.\d+)?%?")
#: A place with a format holds a number.
_NUMBER_PLACE = r"-?\d[\d,]{0,11}(?:\.\d+)?%?"


def own_line(line: str) -> Message | None:
    """The message behind a line of history that a file states; None where the program does not write such a line.

    Examples
    --------
    >>> own_line("resampled 1000 Hz to 500 Hz").values["rate"], own_line("Jane Doe had syncope")
    (500, None)
    """
    for template in OWN_LINES:
        one, many = template if isinstance(template, tuple) else (template, "")
        found = _shape(one).fullmatch(line) or (_shape(many).fullmatch(line) if many else None)
        if found is None:
            continue
        specs = dict(fields_of(one))
        values = {name: _value(text, specs[name]) for name, text in found.groupdict().items()}
        if None in values.values():
            continue
        message = Message.counted(one, many, int(values["n"] or 0)) if many else Message(one, **values)
        # Written as the program writes it, to the last digit.
        if message == line:
            return message
    return None


@cache
def _shape(template: str) -> re.Pattern:
    """A template as an expression: a place with a format holds a number, any other words."""
    shape = ""
    for literal, name, spec, _ in Formatter().parse(template):
        shape += re.escape(literal)
        if name is not None:
            shape += f"(?P<{name}>{_NUMBER_PLACE if spec else '.*?'})"
    return re.compile(shape)


def _value(text, spec):
    """What stands in a place: a number, or harmless words; None for anything else."""
    if spec:
        number = float(text.rstrip("%").replace(",", ""))
        number = number / 100 if text.endswith("%") else number
        return int(number) if number.is_integer() else number
    if all(map(is_condition, text.split(", "))):
        return text
    return text if all(_harmless(word) for word in re.split(r"[\s,;/]+", text)) else None


def _harmless(word: str) -> bool:
    return not word or bool(_NUMBER.fullmatch(word)) or word.lower() in _FILLING_WORDS or is_signal_name(word)
