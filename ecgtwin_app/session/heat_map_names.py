"""What heat maps are called: by their method, and in a combination also by one of its conditions."""

from __future__ import annotations

from ecgtwin_app.engine.twin import Twin


def heat_name(method: str, of: str) -> str:
    """What a map is called by (`HeatMap.name`)."""
    return f"{method} of {of}" if method and of else method


def split_name(name: str) -> tuple[str, str]:
    """Method and condition of a map's name; no condition stands for all of the twin's."""
    method, _, of = name.partition(" of ")
    return method, of


def map_of_twin(name: str, twin: Twin) -> str:
    """The map's name for a twin: one of a condition that it neither was asked for nor made without is of all."""
    method, of = split_name(name)
    return name if of in parts_of(twin) else method


def parts_of(twin: Twin) -> tuple[str, ...]:
    """The conditions of a twin that have maps of their own: several that were asked, and those taken out."""
    asked = twin.request.conditions
    return (*(asked if len(asked) > 1 else ()), *taken_out_of(twin))


def taken_out_of(twin: Twin) -> tuple[str, ...]:
    """What the reference shows and the twin has not, as it was made."""
    return tuple(twin.recording.provenance.get("removed", ()))
