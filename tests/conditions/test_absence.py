"""A condition that was taken away is gone where its criteria are not met, and the line says by what was measured."""

import pytest
from drawn_conditions import drawn
from synthetic_ecg import strip

from ecgtwin_app.conditions.absence import judge_absent
from ecgtwin_app.conditions.referee import is_plausible, meets
from ecgtwin_app.conditions.verdict import ABSENCE
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import Recording

NAMES = [condition.name for condition in load_vocabulary()]
#: What a plain sinus rhythm of 72/min has itself.
OWN = {"sinus rhythm"}


@pytest.fixture(scope="module")
def plain():
    return measure(strip(rate=72)[0])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_is_not_absent_and_what_is_not_is(plain, name):
    shown = measure(drawn()[name][0])
    there = judge_absent(shown, name, age=60, sex="M")
    assert there.met is False and there.got, there
    gone = judge_absent(plain, name, age=60, sex="M", reference=shown)
    assert gone.met is (name not in OWN) and gone.reference == there.got
    assert gone.kind == ABSENCE and gone.name == f"without {name}"
    assert meets([gone]) is (name not in OWN) and is_plausible([there])


def test_the_measured_value_says_so(plain):
    block = measure(drawn()["left bundle branch block"][0])
    line = judge_absent(plain, "LBBB", reference=block)
    assert line.got.startswith("QRS duration ") and line.got.endswith(" ms")
    assert float(line.got.split()[2]) == pytest.approx(plain.qrs, rel=0.01)
    assert "broad R without q in I and V6: yes" in line.reference
    assert judge_absent(plain, "PVC").got == "ventricular premature complexes 0"


def test_what_the_leads_do_not_tell_is_neither(plain):
    recording = strip(rate=72)[0]
    limb = Recording(recording.signal[:2], recording.rate, ("I", "II"))
    line = judge_absent(measure(limb), "anterior STEMI")
    assert line.met is None and line.reason and not meets([line])
    assert judge_absent(measure(limb), "sinus tachycardia").met is True, "its rate tells"


def test_a_fascicular_block_beside_a_bundle_branch_block_is_read_by_the_left_ventricle():
    both = measure(drawn()["right bundle branch block"][0])
    alone = judge_absent(both, "left anterior fascicular block")
    beside = judge_absent(both, "left anterior fascicular block", present=["right bundle branch block"])
    assert alone.met and beside.met
    assert alone.got != beside.got, "the axis of the whole QRS and that of its first 80 ms"
