"""Criteria: every condition in healthy and in sick references of all databases, first draws; and identity in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.labels import FINDINGS, states_of
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.metrics.retrieval import retrieval
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line, worst
from ecgtwin_app.evaluation.protocols.references import bases, findings_of, healthy, in_turn, sick
from ecgtwin_app.evaluation.protocols.setting import OutOfTime, Setting
from ecgtwin_app.evaluation.runs.draws import Draw, condition_draws
from ecgtwin_app.evaluation.runs.store import Store
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.training.collections.records import RealRecord

PART, IDENTITY = "criteria", "identity"
#: A condition is ready when so many first draws meet its criteria.
READY = 0.9
HEALTHY, SICK = "healthy", "sick"


def run(setting: Setting) -> Outcome:
    """Draw what is missing; the outcome of all rows. Real records come first: they are few, and the time may end."""
    floor = _real_floor(setting)
    return criteria_outcome(rows_of(setting), floor)


def run_identity(setting: Setting) -> Outcome:
    """Identity in the same draws, and of real second visits."""
    references = {kind: [setting.real_row(r) for r in own] for kind, own in _references(setting).items()}
    visits = second_visits(setting.records)[: setting.references]
    again = [(setting.real_row(a), setting.real_row(b)) for a, b in visits]
    return identity_outcome(rows_of(setting), references, again, setting.seed)


def _references(setting: Setting) -> dict[str, list[RealRecord]]:
    return {
        HEALTHY: healthy(setting.records, setting.references, 500),
        SICK: sick(setting.records, setting.references, 500),
    }


def rows_of(setting: Setting) -> list[dict]:
    """Rows of every reference under every condition, a healthy and a sick reference in turn.

    When the time is over, those of the references that are whole; `OutOfTime` where there is none of each kind.
    """
    references = _references(setting)
    names = [c.name for c in load_vocabulary() if setting.engine.knows(c)]
    order = in_turn(
        [(kind, k) for kind, own in references.items() for k in range(len(own))], lambda one: one[0]
    )
    store, rows = setting.store(PART), []
    for kind, number in order:
        try:
            rows += [
                _row(setting, store, kind, references[kind][number], draw)
                for draw in _draws(names, number, setting)
            ]
        except OutOfTime:
            if {row["kind"] for row in rows} != set(references):
                raise
            break
    return rows


def _draws(names: list[str], number: int, setting: Setting) -> list[Draw]:
    """The draws of one reference; the same however many others there are."""
    return [draw for draw in condition_draws(names, number + 1, setting.seed) if draw.reference == number]


def _row(setting: Setting, store: Store, kind: str, record: RealRecord, draw: Draw) -> dict:
    wanted = TwinRequest(draw.conditions, heart_rate=draw.rate, seed=draw.seed)
    about = {
        "kind": kind, "name": draw.name, "reference": record.key, "database": record.database,
        "shown": [finding.name for finding in findings_of(record)],
    }  # fmt: skip
    return setting.draw(store, f"{kind}/{draw.name}/{record.key}", record.recording, wanted, about)


def _real_floor(setting: Setting) -> dict[str, tuple[int, int]]:
    """By condition: how many held-out real records of its finding there are, and how many meet its criteria."""
    floor: dict[str, tuple[int, int]] = {}
    for finding in FINDINGS:
        column = FINDINGS.index(finding)
        records = [
            r for r in setting.records
            if r.held_out and states_of(r.labels, r.database)[column] == PRESENT
        ][: setting.references]  # fmt: skip
        if len(finding.asked) != 1 or not records:
            continue
        rows = [setting.real_row(record) for record in records]
        met = sum(finding.asked[0] in row.get("criteria", ()) for row in rows)
        floor[finding.asked[0]] = (len(rows), met)
    return floor


def criteria_outcome(rows: Sequence[dict], floor: dict[str, tuple[int, int]]) -> Outcome:
    """Lines and tables of criteria met.

    Parameters
    ----------
    floor : dict
        By condition: real records of its label, and how many of them meet its criteria.
    """
    names = list(dict.fromkeys(row["name"] for row in rows))
    by = {(row["kind"], row["name"]): [] for row in rows}
    for row in rows:
        by[row["kind"], row["name"]].append(row)
    rate = {where: float(np.mean([row.get("met", False) for row in own])) for where, own in by.items()}
    real = {name: met / n for name, (n, met) in floor.items()}
    lines = []
    for kind, aim in ((HEALTHY, 38), (SICK, 35)):
        own = [row for row in rows if row["kind"] == kind]
        ready = sum(rate[kind, name] >= READY for name in names if (kind, name) in rate)
        lines.append(Line(f"conditions whose criteria 90 % of first draws meet, {kind} references", float(ready), None,
                          None, len(names), f"of {len(names)}", float(aim), note=f"{len(own)} twins"))  # fmt: skip
        bad = worst([(name, rate[kind, name]) for name in names if (kind, name) in rate], 1, less=False)
        lines.append(
            line(f"criteria met, {kind} references", share([row.get("met", False) for row in own]),
                 floor=float(np.mean(list(real.values()))) if real else None,
                 note=f"worst: {bad[0]} {bad[1]:.0%}" if bad else "")
        )  # fmt: skip
    judged = [row for row in rows if "implausible" in row]
    if judged:
        lines.append(line("lines of plausibility all met", share([not row["implausible"] for row in judged])))
    table = []
    for name in names:
        own = by.get((HEALTHY, name), []) + by.get((SICK, name), [])
        missed = Counter(text for row in own for text in row.get("missed", ["not measurable"]))
        both = float(np.mean([row.get("met", False) for row in own]))
        table.append((name, len(own), both, rate.get((HEALTHY, name)), rate.get((SICK, name)), real.get(name),
                      ", ".join(f"{text} {n}" for text, n in missed.most_common(3))))  # fmt: skip
    head = ("condition", "n", "met", "healthy", "sick", "real records of the label", "missed most")
    return Outcome(
        PART,
        "Does a twin have what was asked, whoever the patient is?",
        "Every condition from held-out references of all databases, healthy and sick (the findings in turn), at rates "
        "drawn from the condition's range; first draws. Floor: real held-out records of the label that meet its criteria.",
        tuple(lines),
        (Table("By condition", head, tuple(table)), _by_database(rows)),
    )


def pass_rates(found: Outcome) -> dict[str, float]:
    """Condition to share of first draws that meet it, in healthy and sick references, as it stands beside the weights."""
    return {row[0]: round(row[2], 3) for row in found.tables[0].rows}


def _by_database(rows: Sequence[dict]) -> Table:
    bases_ = list(dict.fromkeys((row["database"], row["kind"]) for row in rows))
    own = {where: [r for r in rows if (r["database"], r["kind"]) == where] for where in bases_}
    return Table(
        "By database",
        ("database", "references", "n", "met"),
        tuple(
            (*where, len(of), float(np.mean([r.get("met", False) for r in of]))) for where, of in own.items()
        ),
    )


def second_visits(records: Sequence[RealRecord]) -> list[tuple[RealRecord, RealRecord]]:
    """The first recording of 500 Hz and another one of every patient who has both."""
    own: dict[str, list[RealRecord]] = {}
    for record in sorted(records, key=lambda r: (-r.recording.rate, r.key)):
        own.setdefault(record.patient, []).append(record)
    return [(one[0], one[1]) for one in own.values() if len(one) > 1 and one[0].recording.rate == 500]


def identity_outcome(
    rows: Sequence[dict],
    references: dict[str, list[dict]],
    again: Sequence[tuple[dict, dict]],
    seed: int,
) -> Outcome:
    """Lines of identity.

    Parameters
    ----------
    references : dict
        By kind: rows of the references.
    again : sequence of (row, row)
        Of two real visits of one patient: how well the second finds the first is the floor.
    """
    group = {condition.name: condition.group for condition in load_vocabulary()}
    pairs = [(a, b) for a, b in again if "base" in a and "base" in b]
    lines, table = [], []
    for kind, own in references.items():
        keys, vectors = bases(own)
        more = np.array([a["base"] for a, _ in pairs])
        among = np.concatenate([more, vectors])[: max(len(keys), 2)] if len(pairs) else vectors
        seen = np.array([b["base"] for _, b in pairs[: len(among)]])
        floor = retrieval(seen, np.arange(len(seen)), among, seed)["top1"]["value"] if len(seen) else None
        for what, groups, aim in (
            ("rhythm", ("rhythm",), 0.97),
            ("conduction and muscle", ("conduction", "muscle"), 0.9),
        ):
            twins = [
                r
                for r in rows
                if r["kind"] == kind and group[r["name"]] in groups and r["reference"] in keys and "base" in r
            ]
            found = _found(twins, keys, vectors, seed)
            lines.append(line(f"top-1 among {len(keys)}, {what}, {kind} references", found["top1"],
                              aim=aim if kind == HEALTHY else None, floor=floor))  # fmt: skip
        for name in dict.fromkeys(r["name"] for r in rows):
            twins = [
                r
                for r in rows
                if r["kind"] == kind and r["name"] == name and r["reference"] in keys and "base" in r
            ]
            if twins:
                table.append((name, kind, len(twins), _found(twins, keys, vectors, seed)["top1"]["value"]))
    return Outcome(
        IDENTITY,
        "Is the twin nearest to its own patient?",
        "Base vectors of the draws of “criteria”, each among all references of its kind. Floor: a second real visit "
        "finds the first among as many patients.",
        tuple(lines),
        (Table("By condition", ("condition", "references", "n", "top-1"), tuple(table)),),
    )


def _found(twins: Sequence[dict], keys: list[str], vectors: np.ndarray, seed: int) -> dict:
    own = np.array([keys.index(row["reference"]) for row in twins], int)
    return retrieval(np.array([row["base"] for row in twins]), own, vectors, seed)
