"""A generator for tests of cohorts: it copies the reference, a little smaller for each seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError
from ecgtwin_app.engine.request import AskedGot, Progress, Twin
from ecgtwin_app.generators.base import Ability, Spec

SPEC = Spec(
    id="copying",
    model="copy",
    weights_sha256="c" * 64,
    rate=500.0,
    samples=5000,
    leads=INDEPENDENT_LEADS,
    statements=("sinus rhythm",),
    abilities=frozenset({Ability.TWIN}),
    samplers={"dpm_solver_2m": 4},
    rhythms=("process",),
    set_points=frozenset({"heart_rate"}),
    dials=frozenset({"strength", "identity"}),
)


class CopyingEngine:
    """Twins that are the reference, a little smaller for each seed; odd seeds miss what was asked."""

    spec = SPEC

    def iter_generate(self, reference, request, previews=True):
        assert request.samples == 1 and not previews
        yield Progress(1, 2)
        if request.conditions[0] == "atrial fibrillation" and reference.patient.age == 90:
            raise EcgError("{what} cannot be.", what="This")
        if reference.patient.age == 91:
            raise ZeroDivisionError("strange")
        met = request.seed % 2 == 0
        line = AskedGot("QRS duration", "ms", "≥ 120", 72.0, 80.0, met)
        provenance = {"synthetic": True, "model": "copy", "seed": request.seed}
        given = {
            name: getattr(request, name) for name in ("age", "sex") if getattr(request, name) is not None
        }
        copy = replace(
            reference, signal=reference.signal / request.seed, synthetic=True, provenance=provenance,
            patient=replace(reference.patient, **given),
        )  # fmt: skip
        rate = None if request.seed == 3 else 71.987
        yield Twin(copy, request, request.seed, None, (line,), met, 1.0, 0.0, {"heart_rate": rate}, 0.1)


class Choice:
    """Loads the engine above."""

    def load(self):
        return CopyingEngine()


REFERENCES = {name: strip(rate)[0] for name, rate in (("a", 60), ("b", 80))}


def read(path: Path):
    if path.name not in REFERENCES:
        raise EcgError("{file} is empty.", file=path.name)
    return REFERENCES[path.name]
