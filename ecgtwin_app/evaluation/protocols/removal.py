"""Removal: the patient without what the reference shows.

Sick references whose finding both the database and the judge see; a twin in sinus rhythm without it. Does the judge
still see it, are its criteria still met, and is it still the patient?
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.judge import RECOGNISED
from ecgtwin_app.evaluation.judge.labels import FINDINGS, NORMAL, Finding
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.metrics.retrieval import retrieval
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line, worst
from ecgtwin_app.evaluation.protocols.references import (
    RATES,
    bases,
    healthy,
    in_turn,
    one_a_patient,
    recognised,
)
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.training.collections.records import RealRecord

PART = "removal"
SINUS = "sinus rhythm"
#: Rhythms that leave no sinus rhythm beside them.
ATRIAL = ("atrial fibrillation", "atrial flutter")
#: Normal recordings that tell what the judge and the criteria find where nothing is.
_NORMALS = 40


def run(setting: Setting) -> Outcome:
    """Draw what is missing; the outcome of all rows."""
    asked = pairs(setting)
    store = setting.store(PART)
    references = {record.key: record for record, _ in asked}
    real = setting.judged(setting.real, [setting.real_row(record) for record in references.values()])
    before = {row["key"]: row for row in real}
    rows = []
    for record, finding in asked:
        about = {"reference": record.key, "finding": finding.name, "asked": list(finding.asked)}
        wanted = TwinRequest((SINUS,), without=finding.asked, seed=setting.seed)
        rows.append(setting.draw(store, f"{record.key}/{finding.name}", record.recording, wanted, about))
    normals = [setting.real_row(r) for r in healthy(setting.records, min(_NORMALS, 2 * setting.references))]
    normals = setting.judged(setting.real, normals)
    rows = setting.judged(store, rows)
    # Among as many patients as the bar names, sick ones first.
    more = [row for row in normals if row["key"] not in before][: max(0, 40 - len(before))]
    return outcome(rows, before, [row for row in normals if "failed" not in row], more, setting.seed)


def pairs(setting: Setting) -> list[tuple[RealRecord, Finding]]:
    """References with a finding to be removed, findings in turn, as many as there are references to be."""
    taught = set(setting.judge.names) - {NORMAL, *RATES}
    found = [
        (record, finding)
        for record in one_a_patient([r for r in setting.records if r.held_out])
        for finding in recognised(setting, record)
        if finding.name in taught
    ]
    return in_turn(found, lambda pair: pair[1].name)[: setting.references]


def outcome(
    rows: Sequence[dict], before: dict[str, dict], normals: Sequence[dict], others: Sequence[dict], seed: int
) -> Outcome:
    """Lines and tables of removal.

    Parameters
    ----------
    rows : sequence of dict
        Twins.
    before : dict
        Rows of their references by key.
    normals : sequence of dict
        Real recordings that show nothing: the floor.
    others : sequence of dict
        More patients among whom a twin's own has to be found.
    """
    made = [row for row in rows if "failed" not in row]
    still = [row["judged"][row["finding"]] >= RECOGNISED for row in made]
    shown = [row for row in made if set(row["asked"]) & set(before[row["reference"]].get("criteria", ()))]
    unmet = [not set(row["asked"]) & set(row["criteria"]) for row in shown]
    atrial = [row for row in made if row["finding"] in ATRIAL]
    keys, vectors = bases([*before.values(), *others])
    own = [row for row in made if row["reference"] in keys and "base" in row]
    identity = retrieval(
        np.array([row["base"] for row in own]),
        np.array([keys.index(row["reference"]) for row in own]),
        vectors,
        seed,
    )
    table = by_finding(made, before, normals)
    bad = worst(table, 3, less=True)
    lines = [
        line("still recognised by the judge after removal", share(still), aim=0.15, less=True,
             floor=_mean([_seen(normals, row["finding"]) for row in made]),
             note=f"worst: {bad[0]} {bad[3]:.0%} of {bad[1]}" if bad else ""),
        line("criteria of what was removed unmet, where the reference met them", share(unmet), aim=0.95,
             floor=_mean([1 - _meets(normals, row["asked"]) for row in shown])),
        line("fibrillation and flutter to sinus: criteria of sinus rhythm met",
             share([SINUS in row["criteria"] for row in atrial]), aim=0.9, floor=_meets(normals, [SINUS])),
        line(f"identity after removal, top-1 among {len(keys)}", identity["top1"], aim=0.85),
    ]  # fmt: skip
    if len(made) < len(rows):
        lines.append(Line("twins that could not be made or measured", 1 - len(made) / len(rows), None, None, len(rows),
                          less=True, floor=0.0, note="; ".join(sorted({r["failed"] for r in rows if "failed" in r}))))  # fmt: skip
    head = (
        "finding",
        "n",
        "in the reference",
        "still seen",
        "its criteria still met",
        "judge on normals",
        "top-1",
    )
    return Outcome(
        PART,
        "Is what the reference showed gone from the twin that was asked for without it?",
        "Held-out references whose finding the database states and the judge sees; one twin each in sinus rhythm at "
        "the reference's rate, without the finding. Floor: the same of held-out recordings that were called normal.",
        tuple(lines),
        (Table("By finding", head, tuple(_with_identity(table, own, keys, vectors))),),
    )


def by_finding(made: Sequence[dict], before: dict[str, dict], normals: Sequence[dict]) -> list[tuple]:
    """Finding, n, mean probability in the reference, share still seen, share whose criteria are met, floor."""
    table = []
    for finding in FINDINGS:
        own = [row for row in made if row["finding"] == finding.name]
        if own:
            first = _mean([before[row["reference"]]["judged"][finding.name] for row in own
                           if "judged" in before[row["reference"]]])  # fmt: skip
            seen = float(np.mean([row["judged"][finding.name] >= RECOGNISED for row in own]))
            met = float(np.mean([bool(set(row["asked"]) & set(row["criteria"])) for row in own]))
            table.append((finding.name, len(own), first, seen, met, _seen(normals, finding.name)))
    return table


def _with_identity(table, own, keys, vectors):
    for entry in table:
        rows = [row for row in own if row["finding"] == entry[0]]
        best = [keys[int(np.argmax(vectors @ np.array(row["base"])))] == row["reference"] for row in rows]
        yield (*entry, _mean(best))


def _seen(rows: Sequence[dict], finding: str) -> float | None:
    return _mean([row["judged"][finding] >= RECOGNISED for row in rows])


def _meets(rows: Sequence[dict], conditions: Sequence[str]) -> float:
    return _mean([bool(set(conditions) & set(row["criteria"])) for row in rows]) or 0.0


def _mean(values) -> float | None:
    values = [float(value) for value in values if value is not None]
    return sum(values) / len(values) if values else None
