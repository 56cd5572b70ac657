"""The loops in space: where the eye stands, how large they are, and that they begin at zero."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic_ecg import strip

from ecgtwin_app.report.export import page_image
from ecgtwin_app.report.layout import PageLayout
from ecgtwin_app.report.page import Page
from ecgtwin_app.report.vector_loops import _vectors, loop_gain, seen_from


@pytest.fixture(scope="module")
def reference():
    return strip(rate=66)[0]


def test_the_eye_at_the_front_sees_the_frontal_plane_and_from_the_left_the_sagittal_one():
    right, down = seen_from(0.0, 0.0)
    assert right == pytest.approx([1, 0, 0]) and down == pytest.approx([0, 1, 0])
    right, down = seen_from(90.0, 0.0)
    assert right == pytest.approx([0, 0, 1], abs=1e-9), "from the patient's left, the back is at the right"
    _, down = seen_from(0.0, 90.0)
    assert down == pytest.approx([0, 0, -1], abs=1e-9), "from above, the front is below"


@pytest.mark.parametrize(("turn", "tilt"), [(30, 30), (200, -45), (359, 89)])
def test_turning_never_changes_lengths(turn, tilt):
    right, down = seen_from(turn, tilt)
    assert np.linalg.norm(right) == pytest.approx(1)
    assert np.linalg.norm(down) == pytest.approx(1)
    assert right @ down == pytest.approx(0, abs=1e-9)


def test_loops_begin_at_zero_and_fit_into_their_quarter(qapp, reference):
    page = Page(reference, layout=PageLayout(mode="vector loops"))
    vectors = _vectors(page, "reference")
    assert vectors[:, 0] == pytest.approx([0, 0, 0])
    _, _, width, height = page.layout.paper
    x, y, z = np.abs(vectors * loop_gain(page))
    assert max(x.max(), z.max()) <= width / 4
    assert max(y.max(), z.max()) <= height / 4


def test_another_view_changes_only_the_quarter_in_space(qapp, reference):
    first, second = (
        page_image(Page(reference, layout=PageLayout(mode="vector loops", turn=turn)), 2.0)
        for turn in (30.0, 120.0)
    )
    half = first.width() // 2, first.height() // 2
    assert first.copy(0, 0, *half) == second.copy(0, 0, *half)
    assert first.copy(*half, *half) != second.copy(*half, *half)
