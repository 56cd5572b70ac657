"""Medians of twins beside those of real records of the label, references matched by age and by what else they show.

A real record of LBBB is an old and sick patient's; twins of young healthy references differ from it in more than the
LBBB. So each real record's twin is made from a held-out reference that shows what the record shows beside the label,
as near as there is one, and is of its age.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.judge.labels import FINDINGS, NORMAL, Finding, states_of
from ecgtwin_app.evaluation.metrics.clinical import QUANTITIES, quantity
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.protocols.lines import Outcome, Table, line
from ecgtwin_app.evaluation.protocols.references import at_rate, findings_of, in_turn, one_a_patient
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.training.collections.records import RealRecord

PART = "medians"
#: Labels with fewer real records are not compared; so many of each are.
FEWEST, MOST = 8, 20
#: A median nearer to zero than this (ms, mV) has no meaningful ratio.
SMALLEST = {"ms": 10.0, "mV": 0.1}
CLOSE = 0.1


def run(setting: Setting) -> Outcome:
    """Draw what is missing; the outcome of all labels."""
    store = setting.store(PART)
    pool = [
        r
        for r in one_a_patient([r for r in setting.records if r.recording.rate == 500 and r.held_out])
        if _known(r)
    ]
    most = min(MOST, max(FEWEST, setting.references // 2))
    twins: dict[str, list[dict]] = {}
    real: dict[str, list[dict]] = {}
    for finding in FINDINGS:
        if len(finding.asked) != 1:
            continue
        (name,) = finding.asked
        for record in of_finding(setting, finding, most):
            reference = matched(pool, record, finding)
            patient = record.recording.patient
            asked, rate = at_rate((name,), setting.real_row(record)["measurements"]["heart_rate"])
            wanted = TwinRequest(asked, heart_rate=rate, age=patient.age, sex=patient.sex, seed=setting.seed)
            about = {"name": name, "record": record.key, "reference": reference.key}
            row = setting.draw(store, f"{name}/{record.key}", reference.recording, wanted, about)
            real.setdefault(name, []).append(setting.real_row(record))
            twins.setdefault(name, []).append(row)
    return outcome(twins, real, setting.seed)


def of_finding(setting: Setting, finding: Finding, most: int) -> list[RealRecord]:
    """Real records of 500 Hz of a label that meet its criteria too, databases in turn; none where they are too few."""
    column = FINDINGS.index(finding)
    labelled = one_a_patient(
        [
            r
            for r in setting.records
            if r.recording.rate == 500 and states_of(r.labels, r.database)[column] == PRESENT
        ]
    )
    found: list[RealRecord] = []
    for record in in_turn(labelled, lambda r: r.database):
        row = setting.real_row(record)
        if "failed" not in row and (finding.name == NORMAL or finding.asked[0] in row["criteria"]):
            found.append(record)
        if len(found) == most:
            break
    return found if len(found) >= FEWEST else []


def matched(pool: Sequence[RealRecord], record: RealRecord, finding: Finding) -> RealRecord:
    """The held-out reference of another patient that shows what the record shows beside a finding, and is of its age."""
    beside = {one.name for one in findings_of(record)} - {finding.name}
    age = record.recording.patient.age

    def apart(one: RealRecord) -> tuple[int, float, str]:
        own = {found.name for found in findings_of(one)}
        years = one.recording.patient.age
        return len(own ^ beside), 20.0 if age is None or years is None else abs(years - age), one.key

    return min((one for one in pool if one.patient != record.patient), key=apart)


def outcome(twins: dict[str, list[dict]], real: dict[str, list[dict]], seed: int) -> Outcome:
    """Lines and tables of medians.

    Parameters
    ----------
    twins, real : dict
        Rows by condition.
    """
    table, within, halves = [], [], []
    for name, rows in twins.items():
        for what, (unit, *_) in QUANTITIES.items():
            ours, theirs = _values(rows, what), _values(real[name], what)
            if len(ours) < FEWEST or len(theirs) < FEWEST or abs(np.median(theirs)) < SMALLEST[unit]:
                continue
            ratio = float(np.median(ours) / np.median(theirs))
            low, high = _halves(theirs, seed)
            within.append(abs(ratio - 1) <= CLOSE)
            halves.append(abs(np.array([low, high]) - 1).max() <= CLOSE)
            table.append((name, what, len(ours), float(np.median(ours)), float(np.median(theirs)), unit, ratio,
                          f"{low:.2f} to {high:.2f}", "yes" if low <= ratio <= high else "no"))  # fmt: skip
    floor = _floor(real, seed)
    lines = (
        line("medians within 10 % of real records of the label", share(within), aim=0.8, floor=floor),
        line("medians within what two halves of the real records differ", share([row[-1] == "yes" for row in table]),
             floor=0.95),
    )  # fmt: skip
    head = ("condition", "quantity", "n", "twins", "real", "unit", "ratio", "real halves", "within them")
    return Outcome(
        PART,
        "Do twins measure like real recordings of the label?",
        "Each real record of a label that meets its criteria, and a twin at its rate, age and sex from a held-out "
        "reference that shows what the record shows beside the label. Floor: the same of two halves of the real records.",
        lines,
        (Table("Every median, the farthest first", head, tuple(sorted(table, key=lambda r: -abs(np.log(abs(r[6]) + 1e-9))))),),
    )  # fmt: skip


def _floor(real: dict[str, list[dict]], seed: int) -> float | None:
    """How often the medians of two halves of the real records are within 10 % of each other."""
    close = []
    for rows in real.values():
        for what, (unit, *_) in QUANTITIES.items():
            values = _values(rows, what)
            if len(values) >= FEWEST and abs(np.median(values)) >= SMALLEST[unit]:
                close += [abs(ratio - 1) <= CLOSE for ratio in _ratios(values, seed, 20)]
    return float(np.mean(close)) if close else None


def _halves(values: np.ndarray, seed: int) -> tuple[float, float]:
    low, high = np.percentile(_ratios(values, seed, 200), [2.5, 97.5])
    return float(low), float(high)


def _ratios(values: np.ndarray, seed: int, draws: int) -> list[float]:
    rng, half = np.random.default_rng(seed), len(values) // 2
    orders = [rng.permutation(values) for _ in range(draws)]
    return [float(np.median(one[:half]) / np.median(one[half:])) for one in orders]


def _values(rows: Sequence[dict], what: str) -> np.ndarray:
    values = np.array([quantity(row["measurements"], what) for row in rows if "measurements" in row], float)
    return values[np.isfinite(values)]


def _known(record: RealRecord) -> bool:
    return bool((states_of(record.labels, record.database) == PRESENT).any())
