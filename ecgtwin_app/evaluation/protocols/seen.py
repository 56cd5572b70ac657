"""Seen: does a judge that was taught on real recordings alone see in a twin what was asked?

The draws are those of `criteria`. A criterion looks at what a textbook names; the judge looks at the whole strip.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.evaluation.judge.judge import RECOGNISED
from ecgtwin_app.evaluation.judge.labels import FINDINGS, states_of
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.protocols import criteria
from ecgtwin_app.evaluation.protocols.lines import Outcome, Table, line, worst
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT

PART = "seen"


def run(setting: Setting) -> Outcome:
    """The outcome of the draws of `criteria`, made where they are missing."""
    rows = criteria.rows_of(setting)
    rows = setting.judged(setting.store(criteria.PART), rows)
    return outcome(rows, _real(setting), setting.judge.names)


def _real(setting: Setting) -> dict[str, list[float]]:
    """By finding: what the judge says of held-out real records of the label."""
    names, found = setting.judge.names, {}
    for column, finding in enumerate(FINDINGS):
        if finding.name not in names:
            continue
        records = [
            r for r in setting.records
            if r.held_out and states_of(r.labels, r.database)[column] == PRESENT
        ][: setting.references]  # fmt: skip
        found[finding.name] = [float(setting.seen(record)[names.index(finding.name)]) for record in records]
    return found


def outcome(rows: Sequence[dict], real: dict[str, list[float]], names: Sequence[str]) -> Outcome:
    """Lines and table of what the judge sees.

    Parameters
    ----------
    rows : sequence of dict
        Judged twins.
    real : dict
        By finding: probabilities of real records of its label.
    names : sequence of str
        Findings that the judge tells.
    """
    table, seen, floors = [], {criteria.HEALTHY: [], criteria.SICK: []}, []
    for finding in FINDINGS:
        if finding.name not in names or len(finding.asked) != 1:
            continue
        by_kind = {
            kind: [
                row["judged"][finding.name]
                for row in rows
                if row["kind"] == kind and row["name"] == finding.asked[0] and "failed" not in row
            ]
            for kind in seen
        }
        for kind, own in by_kind.items():
            seen[kind] += [one >= RECOGNISED for one in own]
        floors.append(_share(real.get(finding.name, ())))
        table.append((finding.name, sum(map(len, by_kind.values())), *map(_share, by_kind.values()),
                      floors[-1], len(real.get(finding.name, ()))))  # fmt: skip
    known = [one for one in floors if one is not None]
    floor = float(np.mean(known)) if known else None
    lines = []
    for place, (kind, own) in enumerate(seen.items()):
        rows_of_kind = [(row[0], row[2 + place]) for row in table if row[2 + place] is not None]
        bad = worst(rows_of_kind, 1, less=False)
        lines.append(line(f"the judge sees what was asked, {kind} references", share(own), floor=floor,
                          note=f"worst: {bad[0]} {bad[1]:.0%}" if bad else ""))  # fmt: skip
    head = ("finding", "n", "healthy", "sick", "real records of the label", "n")
    return Outcome(
        PART,
        "Does a judge taught on real recordings see what was asked?",
        "The first draws of “criteria”. Floor: held-out real records of the label, their mean over the findings.",
        tuple(lines),
        (Table("By finding: share recognised", head, tuple(table)),),
    )


def _share(values: Sequence[float]) -> float | None:
    return float(np.mean([one >= RECOGNISED for one in values])) if len(values) else None
