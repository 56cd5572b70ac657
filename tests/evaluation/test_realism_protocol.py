"""Told from real and the public suite as protocols: what stands beside which floor."""

import pytest

from ecgtwin_app.evaluation.metrics.public_suite import METRICS
from ecgtwin_app.evaluation.metrics.told_from_real import BANDS
from ecgtwin_app.evaluation.protocols import realism
from ecgtwin_app.evaluation.runs.variants import DEEPFAKE


def test_told_from_real_stands_beside_real_normals():
    told = {band: [0.98, 0.96] for band in BANDS}
    found = realism.told_outcome(told, {band: [0.6, 0.66] for band in BANDS}, 40, 1)
    whole = found.lines[0]
    assert whole.value == pytest.approx(0.97) and whole.floor == pytest.approx(0.63)
    assert whole.met is False and whole.worse_than_real and whole.n == 80 and whole.aim == 0.75
    assert {one.aim for one in found.lines[1:]} == {0.65}


def test_the_suite_is_told_over_real_and_beside_another_generator():
    one = {"floor": 2.0, "twins": 2.2, DEEPFAKE: 6.0, "twins/floor": 1.1, f"{DEEPFAKE}/floor": 3.0, "n": 40}
    found = {name: dict(one) for name in METRICS}
    found["mmd"]["twins/floor"] = None
    lines = {line.name.split(" over")[0]: line for line in realism.suite_outcome(found).lines}
    assert lines["Fréchet distance"].met and lines["Fréchet distance"].less
    assert lines["precision and recall"].met and not lines["precision and recall"].less
    assert lines["maximum mean discrepancy"].met is None
    assert realism.suite_outcome(found).tables[0].rows[0][4] == 6.0
