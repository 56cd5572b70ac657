"""The same asked of several generators: what each makes of it, and what one that cannot says."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
from drawn_patients import DrawnPatients
from shipped import engine, reference  # noqa: F401

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.engine.comparison import Cell, iter_comparison
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Progress, TwinRequest

LBBB = "left bundle branch block"


def test_every_generator_is_asked_every_request_of_every_reference(engine, reference):  # noqa: F811
    nobody, loaded = DrawnPatients(), []
    known = replace(reference, patient=Patient(age=66.0, sex="M"))

    def load(id):
        loaded.append(id)
        if id == "published":
            raise EcgError("It needs files that are not there.")
        return engine if id == "ecgtwin" else TwinEngine(nobody)

    requests = [
        TwinRequest((LBBB,), seed=3, samples=5),
        TwinRequest(("sinus rhythm",), pr=180.0, keep=("sinus rhythm",)),
        TwinRequest(("T inversion",), seed=3),
    ]
    items = list(iter_comparison(load, ("ecgtwin", "published", "sssd"), [known], requests))
    cells = [item for item in items if isinstance(item, Cell)]
    assert loaded == ["ecgtwin", "published", "sssd"]
    assert [(c.generator, c.reference, c.request) for c in cells] == [
        (id, 0, number) for id in loaded for number in range(3)
    ]
    ours, none, drawn = cells[:3], cells[3:6], cells[6:]
    # The same twin as alone, and one a request.
    (alone,) = engine.generate(known, replace(requests[0], samples=1))
    assert np.array_equal(ours[0].twin.recording.signal, alone.recording.signal) and not ours[0].of_nobody
    assert all(cell.twin is None and cell.reason == "It needs files that are not there." for cell in none)
    # Of nobody: told age and sex of the reference, asked for nothing that the reference has.
    assert drawn[0].of_nobody and drawn[0].twin.request.conditions == (LBBB,)
    assert (drawn[0].twin.recording.patient.age, drawn[0].twin.recording.patient.sex) == (66.0, "M")
    assert drawn[1].twin is None and "takes no PR interval" in drawn[1].reason
    assert drawn[2].twin is None and "not trained for T inversion" in drawn[2].reason
    steps = [item for item in items if isinstance(item, Progress)]
    assert all(a.step <= b.step <= b.total for a, b in itertools.pairwise(steps))
