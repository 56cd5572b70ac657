"""What a field of a request is: its words, its limits, its flag, and how it is written down.

`TwinRequest` declares each of its fields once, with a `RequestField`. The limits and their error sentences, the flags
of the command line, the rows of the window's form, the JSON of sessions, presets and `twins.json`, and the table in
docs/request.md all come from these records.
"""

from __future__ import annotations

from dataclasses import Field, dataclass, field, replace
from typing import Any, Literal, cast

from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.vocabulary import find_condition, is_healthy
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import N_

Kind = Literal["number", "whole", "choice", "switch", "conditions", "score"]
#: Key of the record in the metadata of a dataclass field.
_RECORD = "request field"


@dataclass(frozen=True)
class RequestField:
    """One field of a request.

    Attributes
    ----------
    kind : {"number", "whole", "choice", "switch", "conditions", "score"}
    title : str
        Stands beside the field in the window.
    noun : str
        What an error sentence calls it: "The number of twins must be between …".
    help : str
        One sentence: what it does, and what leaving it open means.
    unit : str
        As it is shown behind the number.
    limits : tuple of float
        Lowest and highest value that is accepted.
    offered : tuple of float
        The narrower limits of the window's field; those that are accepted unless given.
    slider : tuple of float
        What is usual, and what the slider covers; without it a number has no slider.
    step : float
        Of the slider and of the field's arrows.
    unset : str
        The word for a field that is left open (None); "" for one that always has a value.
    choices : tuple of (value, words)
        What can be chosen. Without words it is not offered in the window.
    unoffered : tuple
        Further values that files and generators state, and that nobody is offered.
    short : str
        What the undo menu and the folded form call it; the noun unless given.
    brief : str
        How the title of a request tells it, with a place for "{value}"; "" leaves it untold.
    metavar, usage : str
        Placeholder and help of the flag; the help sentence unless given.
    in_form : bool
        Whether the form has a row for it.
    advanced : bool
        Whether that row stands behind "More".
    of_patient : bool
        Asked in the place of something that is the patient's own: left open again for another patient.
    part : {"", "set point", "dial"}
        Of a generator's task it goes to: `Target.set_points`, `Settings.dials`, or a place of its own.
    only_if_set : bool
        Written into files only where it is not the default: the field came after the format.
    name : str
        Of the attribute of `TwinRequest`.
    default : object
    """

    kind: Kind
    title: str
    noun: str
    help: str
    unit: str = ""
    limits: tuple[float, float] = (0.0, 0.0)
    offered: tuple[float, float] = (0.0, 0.0)
    slider: tuple[float, float] | None = None
    step: float = 1.0
    unset: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    unoffered: tuple[Any, ...] = ()
    short: str = ""
    brief: str = ""
    metavar: str = "N"
    usage: str = ""
    in_form: bool = True
    advanced: bool = True
    of_patient: bool = False
    part: Literal["", "set point", "dial"] = ""
    only_if_set: bool = False
    name: str = ""
    default: Any = None

    @property
    def flag(self) -> str:
        """Of the command line: "--heart-rate"; "--condition", which names one of them each time."""
        return "--condition" if self.name == "conditions" else "--" + self.name.replace("_", "-")

    @property
    def spaced_unit(self) -> str:
        """The unit as it follows a number: " ms", "°", "/min"."""
        return f" {self.unit}" if self.unit.isalpha() else self.unit

    @property
    def flag_help(self) -> str:
        """Help of the flag, in small letters as argparse has it."""
        return self.usage or self.help[:1].lower() + self.help[1:]

    @property
    def values(self) -> tuple:
        """What can be chosen, without the words."""
        return tuple(value for value, _ in self.choices)

    def check(self, value: object) -> None:
        """Refuse a value that no request can have.

        Raises
        ------
        EcgError
            One sentence that names the limits or the choices.
        """
        if value is None and self.unset:
            return
        if self.kind in ("number", "whole"):
            low, high = self.limits
            if not low <= cast(float, value) <= high:
                raise EcgError(
                    "The {noun} must be between {low:g} and {high:g}, not {value:g}.",
                    noun=Message(self.noun),
                    low=low,
                    high=high,
                    value=value,
                )
        elif self.kind == "choice" and value not in (*self.values, *self.unoffered):
            known = ", ".join(str(one) for one in self.values if one is not None)
            raise EcgError(
                "The {noun} must be one of {known}, not {value}.",
                noun=Message(self.noun),
                known=known,
                value=value,
            )

    def to_json(self, value: Any) -> Any:
        """A value of the field as JSON holds it."""
        if value is None:
            return None
        if self.kind == "conditions":
            return list(value)
        return value.to_json() if self.kind == "score" else value

    def from_json(self, plain: Any) -> Any:
        """A value of the field from what `to_json` gave; conditions by their names in the vocabulary.

        Raises
        ------
        EcgError
            A condition that nobody knows.
        TypeError, KeyError, ValueError
            When it is something else.
        """
        if plain is None:
            return None
        if self.kind == "conditions":
            # "healthy" says more than the rhythm that goes by this name; `TwinRequest` takes it apart.
            return tuple(
                str(name) if is_healthy(str(name)) else find_condition(str(name)).name for name in plain
            )
        if self.kind == "score":
            return RhythmScore.from_json(plain)
        if self.kind == "switch" and not isinstance(plain, bool):
            raise TypeError(f"{self.name} is on or off")
        return plain


def asked(default: Any, **facts: Any) -> Any:
    """A dataclass field with its record; to be used in `TwinRequest` only."""
    record = RequestField(default=default, **facts)
    if record.offered == (0.0, 0.0):
        record = replace(record, offered=record.limits)
    record = replace(record, short=record.short or record.noun)
    return field(default=default, metadata={_RECORD: record})


def set_point(name: str, **facts: Any) -> Any:
    """A field that says what the referee is to measure: its noun and its unit are the referee's."""
    point = SET_POINTS[name]
    return asked(
        None, kind="number", noun=point.name, unit=point.unit, unset=N_("keep"), of_patient=True, part="set point",
        usage=facts.pop("usage", f"set-point of the {point.name}"), **facts,
    )  # fmt: skip


def names_of_part(fields: dict[str, RequestField], part: str) -> tuple[str, ...]:
    """The names of the fields that go to one part of a generator's task."""
    return tuple(name for name, record in fields.items() if record.part == part)


def records_of(request_class: type) -> dict[str, RequestField]:
    """The records of a request's fields, by name, in the order of the class."""
    declared: dict[str, Field] = request_class.__dataclass_fields__  # type: ignore[attr-defined]
    return {name: replace(one.metadata[_RECORD], name=name) for name, one in declared.items()}
