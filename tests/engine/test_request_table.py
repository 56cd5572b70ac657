"""One table of request fields: what comes of it, and that nothing else knows a field."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import fields

import pytest
from places import ROOT
from synthetic_ecg import strip

from ecgtwin_app.cli.asking import add_request_arguments, request_from
from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import check_request
from ecgtwin_app.engine.request import FIELDS, TwinRequest, request_to_json
from ecgtwin_app.engine.request_tables import page, schema
from ecgtwin_app.formats.marking import comment_lines, read_comment_lines
from ecgtwin_app.resources import resource_path
from ecgtwin_app.session.request_json import from_json, to_json

STRIP = strip(seconds=3)[0]
NUMBERS = [name for name, record in FIELDS.items() if record.kind in ("number", "whole")]


def asked(*arguments):
    parser = argparse.ArgumentParser()
    add_request_arguments(parser)
    return request_from(parser.parse_args(["--condition", "sinus rhythm", *arguments]))


def another(record):
    """A value that is not the default and contradicts nothing."""
    if record.kind == "choice":
        return next(value for value in record.values if value not in (None, record.default))
    low, high = record.slider or record.offered
    value = {"heart_rate": 72.0, "pr": 180.0, "axis": 40.0, "qt": 380.0}.get(
        record.name, low + (high - low) / 4
    )
    return int(value) if record.kind == "whole" else value


def test_page_and_schema_are_up_to_date():
    """Else run ``python -m ecgtwin_app.engine.request_tables``."""
    assert (ROOT / "docs" / "request.md").read_text("utf-8") == page()
    assert json.loads(resource_path("request.schema.json").read_text("utf-8")) == json.loads(
        json.dumps(schema())
    )


def test_every_field_has_a_record_and_its_own_default():
    request = TwinRequest()
    assert list(FIELDS) == [field.name for field in fields(TwinRequest)]
    assert all(getattr(request, name) == record.default for name, record in FIELDS.items())
    assert request == asked(), "a flag that is left out leaves the request's own default"


@pytest.mark.parametrize(
    "name", [name for name, record in FIELDS.items() if record.kind in ("number", "whole", "choice")]
)
def test_a_field_goes_by_flag_into_files_and_back(name):
    record = FIELDS[name]
    value = another(record)
    request = asked(record.flag, str(value))
    assert getattr(request, name) == value and type(getattr(request, name)) is type(value)
    assert from_json(json.loads(json.dumps(to_json(request)))) == request
    lines = comment_lines(STRIP.changed("", synthetic=True, provenance={"request": request_to_json(request)}))
    assert read_comment_lines(lines)["provenance"]["request"][name] == value


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        (
            ("--without", "LBBB", "--without", "AF"),
            {"without": ("left bundle branch block", "atrial fibrillation")},
        ),
        (("--only",), {"only": True}),
        (("--keep", "LBBB"), {"keep": ("left bundle branch block",)}),
        (("--keep", "none"), {"keep": ()}),
        (
            ("--shows", "AF", "--shows", "LBBB"),
            {"shows": ("atrial fibrillation", "left bundle branch block")},
        ),
        (("--shows", "none"), {"shows": ()}),
    ],
)
def test_what_is_kept_goes_by_flag_into_files_and_back(arguments, changes):
    request = asked(*arguments)
    assert request == TwinRequest(**changes)
    plain = json.loads(json.dumps(to_json(request)))
    assert set(changes) == set(plain) - set(to_json(TwinRequest())), "files say it where it is asked"
    assert from_json(plain) == request


def test_a_healthy_patient_is_sinus_rhythm_and_nothing_else():
    healthy = TwinRequest(("sinus rhythm",), only=True)
    assert TwinRequest(("healthy",)) == TwinRequest(("Normal",)) == healthy
    assert from_json({"conditions": ["healthy"]}) == healthy
    assert TwinRequest(("healthy", "LBBB")).conditions == ("sinus rhythm", "LBBB")
    assert not TwinRequest(("sinus rhythm",)).only


@pytest.mark.parametrize("wrong", [{"only": "yes"}, {"without": 3}, {"shows": ["no such thing"]}])
def test_what_is_no_choice_of_conditions_is_refused(wrong):
    with pytest.raises(EcgError):
        from_json({"conditions": ["sinus rhythm"]} | wrong)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_limits_are_kept_and_said(name):
    record = FIELDS[name]
    low, high = record.limits
    for value in (low, high):
        record.check(value)
    for value in (low - 1, high + 1):
        with pytest.raises(
            EcgError, match=re.escape(f"The {record.noun} must be between {low:g} and {high:g}, not")
        ):
            check_request(TwinRequest(**{name: value}))
    narrow = [
        *record.offered,
        *(record.slider or record.offered),
        *([] if record.default is None else [record.default]),
    ]
    assert all(low <= value <= high for value in narrow)
    assert record.slider is None or record.slider[0] <= record.slider[1]


def test_what_is_no_choice_is_refused_with_the_choices():
    for name in ("sampler", "rhythm", "sex"):
        with pytest.raises(EcgError, match=f"The {name} must be one of .*{FIELDS[name].values[-1]}"):
            check_request(TwinRequest(**{name: "magic"}))


def test_a_set_point_is_the_referees():
    of_request = [name for name in FIELDS if name in SET_POINTS]
    assert of_request == list(SET_POINTS)
    for name, point in SET_POINTS.items():
        assert (FIELDS[name].noun, FIELDS[name].unit) == (point.name, point.unit)
        assert point.measured in Measurements.__dataclass_fields__
