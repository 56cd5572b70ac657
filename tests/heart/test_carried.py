"""The beats of one heart are changed alike: what differs by 3 % before differs by about 3 % after."""

from dataclasses import replace

import numpy as np
import pytest

from ecgtwin_app.heart import carried as module
from ecgtwin_app.heart.carried import carried
from ecgtwin_app.heart.morphologies import MORPHOLOGIES
from ecgtwin_app.heart.virtual_patient import transform, transform_beats


def breathing(template, amount):
    """The beat with its leads larger and smaller by `amount`, as the heart turns with the breath."""
    gain = (1 + amount * np.cos(np.arange(8) * 0.4))[:, None].astype(np.float32)
    return replace(template, p=template.p * gain, qrs=template.qrs * gain, t=template.t * gain)


def apart(one, other):
    """Rms difference of two beats' QRS and T against the size of the first."""
    difference = sum(float(((getattr(one, w) - getattr(other, w)) ** 2).sum()) for w in ("qrs", "t"))
    return np.sqrt(difference / sum(float((getattr(one, w) ** 2).sum()) for w in ("qrs", "t")))


@pytest.mark.parametrize("name", list(MORPHOLOGIES))
def test_beats_that_differ_by_3_percent_still_do_under_a_condition(patient, name):
    beats = [breathing(patient.template, amount) for amount in (-0.04, -0.02, 0.02, 0.04)]
    before = [apart(patient.template, beat) for beat in beats]
    changed, singles, _ = transform_beats(patient, beats, (name,), np.random.default_rng(5))
    after = [apart(changed, beat) for beat in singles]
    for small, then in zip(before, after, strict=True):
        assert 0.5 * small < then < 1.8 * small


def test_the_median_beat_is_changed_as_by_transform_and_carries_onto_itself(patient):
    one, _ = transform(patient, ("left bundle branch block",), np.random.default_rng(1))
    changed, (same,), _ = transform_beats(
        patient, [patient.template], ("left bundle branch block",), np.random.default_rng(1)
    )
    assert np.array_equal(one.qrs, changed.qrs)
    assert np.allclose(same.qrs, changed.qrs, atol=1e-4) and np.allclose(same.t, changed.t, atol=1e-4)
    assert np.allclose(same.p, changed.p, atol=1e-4)


def test_a_beat_keeps_its_cycle_and_one_without_p_stays_without(patient):
    own = patient.template
    bare = replace(own, p=np.zeros((8, 0), np.float32))
    longer = replace(own, rr=1.1 * own.rr, pr=own.pr + 0.01)
    (beat,) = carried(own, own, [longer])
    assert beat.rr == pytest.approx(1.1 * own.rr) and beat.pr == pytest.approx(own.pr + 0.01)
    (beat,) = carried(bare, bare, [own])
    assert not beat.has_p


def test_a_drawn_beat_breathes_as_the_patients_own_does(patient):
    own = [breathing(patient.template, amount) for amount in (-0.06, 0.0, 0.06)]
    # What was drawn is a larger beat, whose waves differ in another way.
    mean = replace(patient.template, qrs=1.7 * patient.template.qrs)
    drawn = [replace(mean, qrs=gain * mean.qrs) for gain in (1.01, 0.98, 1.0)]
    beats = [module.breathing(a, mean, b, patient.template) for a, b in zip(drawn, own, strict=True)]
    for beat, one in zip(beats, own, strict=True):
        size, as_own = (np.linalg.norm(x.qrs, axis=1) for x in (beat, one))
        ratio = (
            size / np.linalg.norm(mean.qrs, axis=1) * np.linalg.norm(patient.template.qrs, axis=1) / as_own
        )
        large = np.linalg.norm(patient.template.qrs, axis=1) > 0.3 * as_own.max()
        # A lead without forces of its own follows the others in part.
        assert np.abs(ratio[large] - 1).max() < 0.03
        assert np.array_equal(beat.t, mean.t)
