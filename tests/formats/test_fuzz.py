"""A few hundred mutated files of every format: read, or refused in one sentence. benchmarks/fuzz.py does more."""

import importlib.util
import sys

import pytest
from places import ROOT

pytest.importorskip("resource", reason="the fuzz bench limits memory, which Windows cannot")

_PATH = ROOT / "benchmarks" / "fuzz.py"
_SPEC = importlib.util.spec_from_file_location("fuzz", _PATH)
fuzz = importlib.util.module_from_spec(_SPEC)
sys.modules["fuzz"] = fuzz  # dataclasses look their module up
_SPEC.loader.exec_module(fuzz)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    return fuzz.cases(tmp_path_factory.mktemp("cases"))


def test_the_files_are_read_before_they_are_mutated(cases, tmp_path):
    refused = {
        case.mutated for case in cases if fuzz.outcome(case, case.files[case.mutated], tmp_path) == "refused"
    }
    assert refused <= {"empty.xml", "minimum_aecg.xml", "invalid-doc-type.xml"}
    assert len(cases) >= 20


def test_mutated_files_are_read_or_refused(cases, tmp_path):
    outcomes = [fuzz.outcome(case, data, tmp_path) for case, data in fuzz.mutations(cases, 400, seed=20)]
    # Neither: mutations that do nothing, nor ones that leave nothing to parse.
    assert outcomes.count("read") > 40 and outcomes.count("refused") > 40
