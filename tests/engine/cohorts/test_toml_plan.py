"""Plans in TOML: read, written in the same words, and refused in one sentence that says where and how to mend it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgtwin_app.ecg.signal.device import Device
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.cohorts.spec import CohortSpec, Quota
from ecgtwin_app.engine.cohorts.toml_plan import LARGEST, plan_from, plan_text, read_plan
from ecgtwin_app.resources import resource_path

PLAN = """
n = 12
references = ["example"]

[conditions]
"LBBB" = 4
"AF + LBBB" = 2
healthy = 6

[heart_rates]
own = 6
"60-90" = 6

[ages]
"40-59" = 12

[sexes]
F = "75 %"
M = "25 %"

[devices]
"as made" = 9
holter = {n = 3, rate = 250, band = [0.5, 40], leads = ["I", "II", "V1"]}

[request]
best_of = 2
without = ["PVC"]
"""


def test_a_plan_is_read():
    spec = plan_from(PLAN, "plan.toml")
    assert (spec.total, spec.seed, spec.form, spec.people) == (12, 1, "wfdb", "own")
    assert [one.value for one in spec.conditions] == [
        ("left bundle branch block",),
        ("atrial fibrillation", "left bundle branch block"),
        ("healthy",),
    ]
    assert spec.heart_rates == (Quota("60-90", (60.0, 90.0), 6), Quota("own", None, 6))
    assert [(one.label, one.count) for one in spec.sexes] == [("F", 9), ("M", 3)]
    assert spec.devices[0].value == Device("holter", 250.0, 0.5, 40.0, ("I", "II", "V1"))
    assert spec.quotas("severities") == (Quota("drawn", None, 12),)
    assert spec.request.best_of == 2 and spec.request.without == ("ventricular premature complex",)


def test_it_is_written_in_the_same_words():
    spec = plan_from(PLAN, "plan.toml")
    assert plan_from(plan_text(spec), "again.toml") == spec


def test_references_lie_beside_the_plan(tmp_path):
    (tmp_path / "plan.toml").write_text(PLAN.replace('"example"', '"ecgs", "example"'), encoding="utf-8")
    assert read_plan(tmp_path / "plan.toml").references == (str(tmp_path / "ecgs"), "example")


def test_the_example_of_the_documents_is_a_plan():
    assert read_plan(resource_path("cohort-example.toml")).total == 24


def refused(text: str) -> str:
    with pytest.raises(EcgError) as error:
        plan_from(text, "plan.toml")
    return str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('references = ["example"]', "", "plan.toml: references is missing; write for example references"),
        ("n = 12", "n = 13", "line 5: The counts in conditions add up to 12, and n is 13; change one of them."),
        ("n = 12", "n = 1e9", "line 2: n must be a whole number from 1 to 100000, not 1000000000.0; write"),
        ("n = 12", "nn = 12", "line 2: nn is not known here; the keys are n, seed, references,"),
        ('"LBBB" = 4', '"LBBB" = -4', "line 6: conditions.LBBB must be a whole number from 0 to 100000, not -4;"),
        ('"LBBB" = 4', '"LBBBB" = 4', "line 6: No condition is called “LBBBB”; did you mean"),
        ('"LBBB" = 4', '"LBBB + RBBB" = 4', "line 6: "),
        ("healthy = 6", '"left bundle branch block" = 6', 'is the same as conditions.LBBB; leave one of them out'),
        ('"60-90" = 6', '"90-60" = 6', "line 12: heart_rates.90-60 must be a range within 30-220, or own, not 90-60;"),
        ('"60-90" = 6', '"60-900" = 6', "must be a range within 30-220, or own"),
        ('"60-90" = 6', '"fast" = 6', "must be a range within 30-220, or own"),
        ('M = "25 %"', 'M = "20 %"', "The shares in sexes add up to 95 %; make them 100 %."),
        ('M = "25 %"', "X = 3", "line 19: sexes.X must be one of F, M, own, not X"),
        ("rate = 250", "rate = nan", "devices.holter.rate must be a number from 1 to 100000, not nan"),
        ("rate = 250", "rate = 50", "A device has 100 to 1000 samples a second, not 50."),
        ("band = [0.5, 40]", "band = [40, 0.5]", "two edges from 0.01 to 250 Hz, the lower one first"),
        ("band = [0.5, 40]", "band = 40", "devices.holter.band must be two numbers, not 40"),
        ('"V1"]}', '"V9"]}', "The leads of a device are some of I, II"),
        ("best_of = 2", "best_of = 2000", "line 26: request.best_of must be a whole number from 1 to 50, not 2000"),
        ("best_of = 2", "seed = 2", "request.seed is not known here"),
        ("best_of = 2", "strength = inf", "request.strength must be a number from 0 to 5, not inf"),
        ('["PVC"]', '["PVCC"]', "did you mean"),
        ('["example"]', '["\\\\\\\\host\\\\share"]', "references names something on a network"),
        ('["example"]', '["https://example.org/a.dcm"]', "references names something on a network"),
        ("[sexes]", "[sexes", "plan.toml is no TOML: "),
        ("n = 12", "n = 12\nn = 13", "plan.toml is no TOML: "),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old, new, sentence):
    assert old in PLAN
    said = refused(PLAN.replace(old, new))
    assert sentence in said and "\n" not in said


def test_sizes_are_held_before_anything_is_made_of_them(tmp_path):
    assert "nested too deeply" in refused("a = " + "[" * 100_000)
    assert "entries, and 500 are read" in refused(
        'references = ["x"]\n[conditions]\n' + "\n".join(f"a{k} = 1" for k in range(501))
    )
    assert "not …" in refused(PLAN.replace("n = 12", "n = " + "9" * 1000))
    assert "is no TOML" in refused(PLAN.replace("n = 12", "n = " + "9" * 10_000))
    (tmp_path / "large.toml").write_bytes(b"#" * (LARGEST + 1))
    for name, content in (("large.toml", None), ("latin.toml", b"# \xe4"), ("gone.toml", None)):
        if content:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(EcgError, match=name):
            read_plan(tmp_path / name)


# -- whatever stands in a plan ----------------------------------------------------------------------------

#: Words that a plan knows and words that it does not, ways out of folders among them.
WORDS = st.one_of(
    st.sampled_from(
        ["n", "seed", "references", "conditions", "heart_rates", "ages", "sexes", "severities", "devices", "request",
         "people", "generator", "form", "shard", "own", "drawn", "as made", "AF", "LBBB", "healthy", "60-90", "F", "rate",
         "band", "leads", "example", "../../etc", "/etc/passwd", "C:\\x", "\x7f\u202e", "wfdb", "parquet", "50 %", "999 %"]
    ),
    st.text(max_size=20),
)  # fmt: skip
SCALARS = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(),
    st.integers(-5, 30),
    st.floats(),
    st.just(10**400),
    st.dates(),
    st.datetimes(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def toml(value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(c):08X}" for c in text if not 0xD800 <= ord(c) <= 0xDFFF) + '"'


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(WORDS, VALUES, max_size=8), st.booleans())
def test_any_values_make_a_plan_or_one_sentence(document, whole):
    if whole:
        document = {"references": ["example"], "conditions": {"AF": 3}} | document
    held_to_one_sentence("\n".join(f"{quoted(key)} = {toml(value)}" for key, value in document.items()))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_plan_that_was_damaged_makes_a_plan_or_one_sentence(data):
    begin = data.draw(st.integers(0, len(PLAN)))
    end = data.draw(st.integers(begin, min(len(PLAN), begin + 30)))
    held_to_one_sentence(PLAN[:begin] + data.draw(st.text(max_size=12)) + PLAN[end:])


def held_to_one_sentence(text: str) -> None:
    try:
        spec = plan_from(text, "plan.toml")
    except EcgError as error:
        said = str(error)
        assert said.isprintable() and said.endswith((".", "?")) and len(said) < 1200
    else:
        assert isinstance(spec, CohortSpec) and sum(one.count for one in spec.conditions) == spec.total
        assert plan_from(plan_text(spec), "again.toml") == spec


def test_a_plan_names_no_place_to_write_to():
    assert not any(isinstance(value, Path) for value in vars(plan_from(PLAN, "plan.toml")).values())
