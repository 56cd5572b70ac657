"""Plans by quotas: every count exactly, each reference only where it fits, the same plan from the same seed."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from copying_engine import REFERENCES, Choice, read

from ecgtwin_app.conditions.bounds import rate_bounds
from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.engine.cohorts.plan import ByQuotas, Known, fingerprint, known_of, paths_of
from ecgtwin_app.engine.cohorts.pools import OnePool
from ecgtwin_app.engine.cohorts.run import Cohort, iter_cohort, quotas_of
from ecgtwin_app.engine.cohorts.table import CohortRow, rows_in
from ecgtwin_app.engine.cohorts.toml_plan import plan_from
from ecgtwin_app.engine.cohorts.worker import CohortFailure

WOMAN, MAN, NOBODY = (
    Known(Path("w"), "1", 45, "F"),
    Known(Path("m"), "2", 70, "M"),
    Known(Path("n"), "3", None, None),
)
PLAN = """
n = 60
references = ["example"]
[conditions]
"sinus bradycardia" = 10
AF = 20
"AF + LBBB" = 10
healthy = 20
[heart_rates]
own = 15
"45-58" = 15
"70-110" = 30
[ages]
"40-59" = 24
"60-79" = 36
[sexes]
F = 21
M = 39
[severities]
drawn = 40
"0.5-1" = 20
[devices]
"as made" = 45
holter = {n = 15, rate = 250}
"""
SPEC = plan_from(PLAN, "plan.toml")


def counted(planned, name) -> dict:
    return dict(Counter(name(one) for one in planned))


def within(value, ranges):
    return next(label for label, (low, high) in ranges.items() if low <= value <= high)


def test_every_quota_is_met_exactly():
    planned = list(ByQuotas(SPEC, [WOMAN, MAN, NOBODY]))
    assert [one.number for one in planned] == list(range(1, 61))
    assert [one.request.seed for one in planned] == list(range(1, 61))
    assert counted(planned, lambda one: " + ".join(one.request.conditions)) == {
        "sinus bradycardia": 10, "atrial fibrillation": 20, "atrial fibrillation + left bundle branch block": 10,
        "sinus rhythm": 20,
    }  # fmt: skip
    rates = [one.request.heart_rate for one in planned]
    assert Counter(None if rate is None else "slow" if rate <= 58 else "fast" for rate in rates) == {
        None: 15, "slow": 15, "fast": 30,
    }  # fmt: skip
    assert counted(planned, lambda one: one.device and one.device.name) == {None: 45, "holter": 15}
    assert counted(planned, lambda one: one.request.severity is not None) == {True: 20, False: 40}
    ages = {"young": (40, 59), "old": (60, 79)}
    assert counted(planned, lambda one: within(one.request.age, ages)) == {"young": 24, "old": 36}
    assert counted(planned, lambda one: one.request.sex) == {"F": 21, "M": 39}


def test_no_heart_is_asked_for_a_rate_that_it_cannot_have():
    for one in ByQuotas(SPEC, [NOBODY]):
        bounds, rate = rate_bounds(one.request.conditions), one.request.heart_rate
        assert rate is None or bounds.low <= rate <= bounds.high


def test_references_are_used_only_where_they_fit():
    for one in ByQuotas(SPEC, [WOMAN, MAN, NOBODY]):
        for known in (WOMAN, MAN):
            if known.path in one.candidates:
                assert one.request.sex == known.sex and (one.request.age < 60) == (known.age < 60)
                # Their own age and sex stay.
                request = one.request_for(Patient(known.age, known.sex))
                assert request.age is request.sex is None
        assert one.request_for(Patient()).sex in ("F", "M")


def test_where_it_is_asked_any_reference_takes_another_age_and_sex():
    planned = list(ByQuotas(replace(SPEC, people="asked"), [WOMAN]))
    assert all(one.candidates == [WOMAN.path] for one in planned)
    assert counted(planned, lambda one: one.request_for(Patient(45, "F")).sex) == {"F": 21, "M": 39}


def test_every_reference_has_its_share():
    used = Counter(one.reference(0) for one in ByQuotas(replace(SPEC, people="asked"), [WOMAN, MAN, NOBODY]))
    assert max(used.values()) - min(used.values()) <= 6


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("", "", "The quota of ages cannot be met: 40-59, 60-79 need 60, and of the sexes that go with them there are 21;"),
        ('"sinus bradycardia" = 10\nAF = 20', '"sinus bradycardia" = 30',
         "The quota of conditions cannot be met: sinus bradycardia need 30, and of the heart rates that go with"),
        ("[severities]", "[request]\nqt = 600\n[severities]", "QT"),
    ],
)  # fmt: skip
def test_a_shortage_is_said_before_anything_begins(old, new, sentence):
    text = PLAN.replace(old, new, 1).replace("healthy = 20", "healthy = 20")
    references = [WOMAN, replace(WOMAN, path=Path("v"), age=65)] if not old else [WOMAN, MAN, NOBODY]
    text = (
        text.replace("own = 15\n", "")
        .replace('"45-58" = 15', '"45-58" = 25')
        .replace('"70-110" = 30', '"70-110" = 35')
    )
    with pytest.raises(EcgError) as refused:
        ByQuotas(plan_from(text, "plan.toml"), references)
    assert sentence in str(refused.value) and "\n" not in str(refused.value)


def test_the_same_seed_makes_the_same_plan_and_another_seed_another():
    plans = [ByQuotas(replace(SPEC, seed=seed), [WOMAN, MAN, NOBODY]) for seed in (5, 5, 6)]
    first, again, other = map(fingerprint, plans)
    assert first == again != other


def test_references_are_read_once_each(tmp_path):
    found = list(known_of([Path("a"), Path("lost"), Path("b"), Path("a")], read))
    assert [one.path for one in found if isinstance(one, Known)] == [Path("a"), Path("b")]
    assert [one for one in found if isinstance(one, CohortFailure)] == [
        CohortFailure(Path("lost"), "", "lost is empty.")
    ]
    with pytest.raises(EcgError, match="holds no files"):
        paths_of([str(tmp_path)])


# -- made by it -------------------------------------------------------------------------------------------


def made(folder, references, names=("a", "b")):
    known = [
        one
        for one in known_of(map(Path, names), lambda path: references[path.name])
        if isinstance(one, Known)
    ]
    spec = replace(SPEC, people="asked", request=replace(SPEC.request))
    spec = plan_from(PLAN.replace('[severities]\ndrawn = 40\n"0.5-1" = 20\n', ""), "plan.toml")
    spec = replace(spec, people="asked")
    cohort = Cohort(ByQuotas(spec, known), spec.request, folder, quotas=quotas_of(spec))
    reading = lambda path: references[path.name]
    return list(iter_cohort(cohort, Choice(), reading, lambda: OnePool(Choice(), "wfdb")))


def test_a_cohort_by_quotas_is_made_with_its_devices(tmp_path):
    items = made(tmp_path, REFERENCES)
    rows = list(rows_in(tmp_path))
    assert len([one for one in items if isinstance(one, CohortRow)]) == len(rows) == 60
    assert [row.number for row in rows] == [row.seed for row in rows] == list(range(1, 61))
    assert Counter(row.device for row in rows) == {"": 45, "holter": 15}
    assert Counter(row.sex for row in rows) == {"F": 21, "M": 39}
    header = next(tmp_path / row.file for row in rows if row.device == "holter").read_text(encoding="utf-8")
    assert " 12 250 2500\n" in header and "# history: resampled 500 Hz to 250 Hz" in header


def test_another_reference_takes_the_place_of_one_that_fails(tmp_path):
    """Of the old patient no fibrillation can be made: the quotas are met with the other one."""
    old = replace(REFERENCES["a"], patient=Patient(age=90))
    hard = {"a": old, "b": REFERENCES["b"]}
    # Its age is asked anew in every twin, so the engine is told by another field.
    hard["a"] = replace(old, patient=Patient(age=91))
    spec = plan_from('n = 6\nreferences = ["x"]\n[conditions]\nAF = 3\nhealthy = 3\n', "plan.toml")
    known = [
        one
        for one in known_of([Path("a"), Path("b")], lambda path: hard[path.name])
        if isinstance(one, Known)
    ]
    cohort = Cohort(ByQuotas(spec, known), spec.request, tmp_path, quotas=quotas_of(spec))
    items = list(
        iter_cohort(cohort, Choice(), lambda path: hard[path.name], lambda: OnePool(Choice(), "wfdb"))
    )
    rows = list(rows_in(tmp_path))
    assert Counter(row.conditions for row in rows) == {"atrial fibrillation": 3, "sinus rhythm only": 3}
    assert {row.reference_sha256 for row in rows} == {REFERENCES["b"].digest()}
    assert [one.reference for one in items if isinstance(one, CohortFailure)] == [Path("a")] * 2
    again = list(
        iter_cohort(cohort, Choice(), lambda path: hard[path.name], lambda: OnePool(Choice(), "wfdb"))
    )
    assert not [one for one in again if isinstance(one, CohortRow | CohortFailure)]
