"""What is known of a condition stands in its record: its name is written nowhere else."""

import ast
from pathlib import Path

import pytest

import ecgtwin_app
from ecgtwin_app.conditions.vocabulary import EXAMPLE, NORMAL, load_vocabulary
from ecgtwin_app.heart import binding
from ecgtwin_app.heart.morphologies import MORPHOLOGIES
from ecgtwin_app.heart.rhythm.processes import EARLY_BEATS, LEADING

PACKAGE = Path(ecgtwin_app.__file__).parent
NAMES = {condition.name for condition in load_vocabulary()}
#: Where a name may be written: the records, and where a criterion, a transform, a rhythm process, a rule of recognition,
#: ranges measured on real recordings, databases' labels or a protocol of the evaluation are bound to it.
ALLOWED = (
    "conditions/records/", "conditions/criteria/", "conditions/likeness.py", "conditions/real_ranges.py", "heart/shape/",
    "heart/rhythm/", "recognition/", "generators/sssd/statements.py", "training/cases/real_labels.py", "evaluation/judge/labels.py",
    "evaluation/protocols/", "evaluation/experiments/filling.py",
)  # fmt: skip


def names_written_in(text):
    """(line, name) of every literal that is the name of a condition."""
    return [
        (node.lineno, node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value in NAMES
    ]


def test_a_name_is_written_in_records_and_at_bindings_only():
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}:{line}": name
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.relative_to(PACKAGE).as_posix().startswith(ALLOWED)
        for line, name in names_written_in(path.read_text("utf-8"))
    }
    assert not found, "ask the record instead (a role, `NORMAL`, `EXAMPLE`)"


def test_the_scan_sees_a_name_wherever_it_stands():
    text = (
        'LIMITS = {"long QT": 1}\nif "sinus rhythm" in names:\n    pass\n# "T inversion"\nx = "no long QT"\n'
    )
    assert names_written_in(text) == [(1, "long QT"), (2, "sinus rhythm")]


def test_every_condition_is_made_by_one_transform_or_one_process():
    made = [*MORPHOLOGIES, *LEADING, *EARLY_BEATS]
    assert len(set(made)) == len(made)
    for condition in load_vocabulary():
        if condition.is_rhythm:
            # The sinus node leads without a process of its own, with whatever PR.
            by_default = condition.sinus or (condition.own_pr and not condition.drops_beats)
            assert (condition.name in made) != by_default, condition.name
        else:
            assert condition.name in MORPHOLOGIES, condition.name


def test_names_that_records_name_are_in_the_vocabulary():
    for condition in load_vocabulary():
        named = {
            *condition.includes,
            *condition.goes_with,
            *condition.not_in,
            *(name for excluded in condition.excludes for name in excluded.names),
            *condition.labels.contradicts,
            *(condition.taught.companions if condition.taught else ()),
            condition.measured_with,
            condition.told_as,
        }
        assert named - {""} <= NAMES, condition.name
    assert NORMAL == "sinus rhythm" and EXAMPLE == "ventricular premature complex"


def test_a_function_is_bound_to_a_name_that_there_is():
    with pytest.raises(ValueError, match="synonym"):
        binding.makes("LBBB")
    with pytest.raises(ValueError, match="No condition"):
        binding.makes("left bundel branch block")
