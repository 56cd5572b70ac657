"""What the networks are told: states of statements, tokens, and what is present among them."""

import pytest
import torch

from ecgtwin_app.generators.ecgtwin.condition_tokens import ConditionTokens, present_columns
from ecgtwin_app.generators.ecgtwin.conditioning import (
    ABSENT,
    MOST_PRESENT,
    NUMBERS,
    PRESENT,
    UNKNOWN,
    ConditionBatch,
    nothing_known,
    statement_states,
)
from ecgtwin_app.generators.ecgtwin.tensors import as_tensors

STATEMENTS = ("sinus rhythm", "atrial fibrillation", "ventricular premature complex")


@pytest.fixture(scope="module")
def tokens():
    torch.manual_seed(1)
    network = ConditionTokens(3, 16)
    torch.nn.init.normal_(network.severity)
    return network.eval()


def told(*states, severity=float("nan")):
    plain = as_tensors(nothing_known(1, len(states)))
    return ConditionBatch(
        torch.tensor([states]), torch.full((1, len(states)), severity), plain.numbers, plain.sex
    )


def test_statements_of_conditions():
    assert statement_states(STATEMENTS, ("sinus tachycardia",)).tolist() == [PRESENT, ABSENT, ABSENT]
    assert statement_states(STATEMENTS, ("ventricular premature complex",)).tolist() == [
        PRESENT,
        ABSENT,
        PRESENT,
    ]
    assert statement_states(STATEMENTS, ("atrial fibrillation",)).tolist() == [ABSENT, PRESENT, ABSENT]
    with pytest.raises(KeyError):
        statement_states(STATEMENTS, ("torsades",))


def test_sinus_rhythm_gives_way_to_other_rhythms_and_hides_under_some():
    names = ("sinus rhythm", "atrial flutter", "complete AV block", "first-degree AV block")
    assert statement_states(names, ("atrial flutter",))[0] == ABSENT
    assert statement_states(names, ("complete AV block",))[0] == UNKNOWN
    assert statement_states(names, ("first-degree AV block",))[0] == PRESENT


def test_a_present_statement_has_a_token_of_its_own(tokens):
    out, said = tokens(told(ABSENT, PRESENT, UNKNOWN))
    places = min(MOST_PRESENT, len(STATEMENTS))
    assert out.shape == (1, places + 2 + len(NUMBERS), 16) and said.shape == out.shape[:2]
    assert said.sum() == 1 + 1 + len(NUMBERS) + 1  # itself, all others, the numbers, the sex
    columns, filled = present_columns(torch.tensor([[ABSENT, PRESENT, PRESENT], [UNKNOWN, ABSENT, ABSENT]]))
    assert columns[0][filled[0]].tolist() == [1, 2] and not filled[1].any()


def test_severity_matters_only_where_a_statement_is_present(tokens):
    mild, marked = (tokens(told(PRESENT, ABSENT, UNKNOWN, severity=s))[0] for s in (0.1, 0.9))
    moved = (mild - marked).abs().amax(dim=-1)[0]
    assert moved[0] > 1e-3 and moved[1:].max() == 0


def test_absent_is_not_unknown(tokens):
    absent, unknown = (tokens(told(PRESENT, state, UNKNOWN))[0] for state in (ABSENT, UNKNOWN))
    assert (absent - unknown).abs().max() > 1e-3


def test_an_unknown_number_is_not_its_usual_value(tokens):
    plain = told(PRESENT, ABSENT, ABSENT)
    numbers = plain.numbers.clone()
    numbers[0, list(NUMBERS).index("QRS")] = NUMBERS["QRS"][0]
    known = ConditionBatch(plain.statements, plain.severity, numbers, plain.sex)
    assert (tokens(plain)[0] - tokens(known)[0]).abs().max() > 1e-3
