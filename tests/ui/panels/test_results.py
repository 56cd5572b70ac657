"""Asked versus got: criteria first, then what was taken out and what real recordings look like, each under its heading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ui_standin import StandInEngine
from ui_window import generate

from ecgtwin_app.engine.twin import AskedGot, Twin

pytest_plugins = ("ui_fixtures",)


class Grouping(StandInEngine):
    """Its twins have lines of every kind, in no order."""

    def iter_generate(self, reference, request, others=()):
        for item in super().iter_generate(reference, request, others):
            if isinstance(item, Twin):
                gone = AskedGot(
                    "without LBBB", "", "criteria not met", "QRS 160 ms", "QRS 92 ms", True, "absence"
                )
                likely = AskedGot("S in V2", "mV", "≤ 4.5", 1.0, 5.7, False, "plausibility")
                item = replace(item, asked_got=(likely, gone, *item.asked_got))
            yield item


@pytest.fixture
def engine():
    return Grouping()


def test_lines_stand_under_the_heading_of_their_kind(opened, qtbot):
    generate(opened, qtbot)
    table = opened.workbench.parts.results.criteria
    names = [table.item(row, 0).text() for row in range(table.rowCount())]
    assert names == [
        "heart rate, 1/min", "QRS duration of the early beat, ms", "PR, ms",
        "Taken out of this ECG", "without LBBB: QRS 92 ms",
        "Beside real recordings of it", "S in V2, mV",
    ]  # fmt: skip
    assert [table.columnSpan(row, 0) for row in range(7)] == [1, 1, 1, 5, 4, 5, 1]
    assert table.item(4, 4).text() == "✓" and "criteria not met" in table.item(4, 0).toolTip()
    assert table.item(6, 4).text() == "✗" and "missed" in table.item(6, 0).toolTip()
    opened.workbench.session.remove_twins(0, 1)
    assert table.rowCount() == 0


def test_headings_go_with_their_lines(opened, qtbot):
    """A row that was a heading is an ordinary one for the next twin."""
    generate(opened, qtbot)
    session = opened.workbench.session
    plain = tuple(line for line in session.twin.asked_got if line.kind == "criterion")
    session.replace_twin(0, replace(session.twin, asked_got=plain * 2))
    table = opened.workbench.parts.results.criteria
    assert [table.columnSpan(row, 0) for row in range(table.rowCount())] == [1] * 6
    assert not any(table.item(row, 0).font().bold() for row in range(6))
