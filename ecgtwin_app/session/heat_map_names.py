"""What heat maps are called: by their method, and in a combination also by one of its conditions."""

from __future__ import annotations


def heat_name(method: str, of: str) -> str:
    """What a map is called by (`HeatMap.name`)."""
    return f"{method} of {of}" if method and of else method


def split_name(name: str) -> tuple[str, str]:
    """Method and condition of a map's name; no condition stands for all of the twin's."""
    method, _, of = name.partition(" of ")
    return method, of


def map_of_twin(name: str, conditions: tuple[str, ...]) -> str:
    """The map's name for a twin of these conditions: one of a condition that it has not is of all."""
    method, of = split_name(name)
    return name if of in conditions and len(conditions) > 1 else method
