"""Conditions and twins of which the tests of teaching make their cases."""

from __future__ import annotations

from ui_standin import StandInEngine

from ecgtwin_app.engine.request import Twin, TwinRequest

BLOCK, FLUTTER, SINUS = "left bundle branch block", "atrial flutter", "sinus rhythm"


def twins_of(reference, *conditions, **fields):
    request = TwinRequest(conditions or (BLOCK,), steps=1, **fields)
    return tuple(t for t in StandInEngine().iter_generate(reference, request) if isinstance(t, Twin))
