"""Transforms and rhythm processes are bound to their condition where they are written."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

from ecgtwin_app.conditions.vocabulary import find_condition

Function = TypeVar("Function", bound=Callable)
_BOUND: dict[Callable, str] = {}


def makes(name: str) -> Callable[[Function], Function]:
    """Bind a transform, a rhythm process or a writer of early beats to the condition of this name.

    Raises
    ------
    UnknownCondition, ValueError
        As soon as the module is imported: no record has exactly this name.
    """
    if find_condition(name).name != name:
        raise ValueError(f"{name!r} is a synonym; bind to {find_condition(name).name!r}.")

    def bind(function: Function) -> Function:
        _BOUND[function] = name
        return function

    return bind


def condition_made_by(function: Callable) -> str:
    """The name of the condition that a function makes."""
    return _BOUND[function]


def made_in(*modules: ModuleType) -> dict[str, Callable]:
    """What the functions of some modules make, in the order of the modules and of what stands in each."""
    own = [(one, vars(module).values()) for module in modules for one in [module.__name__]]
    return {
        _BOUND[function]: function
        for module, functions in own
        for function in functions
        if callable(function) and function in _BOUND and function.__module__ == module
    }
