"""Runs before the program: `captum` without the methods that nobody calls.

Its packages import all they have, and one of the methods imports matplotlib. Only Integrated Gradients are
used, so the two packages are entered without their `__init__`.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType


class _Attr(ModuleType):
    """`captum.attr`, with the one name that is asked of it."""

    def __getattr__(self, name):
        if name == "IntegratedGradients":
            return import_module("captum.attr._core.integrated_gradients").IntegratedGradients
        raise AttributeError(name)


for _name, _kind in (("captum", ModuleType), ("captum.attr", _Attr)):
    _module = _kind(_name)
    _module.__path__ = [str(Path(sys._MEIPASS, *_name.split(".")))]
    sys.modules[_name] = _module
