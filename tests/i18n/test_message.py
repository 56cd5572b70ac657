"""A message is its English sentence, and keeps the key and the values that it was made of."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import NotStated
from ecgtwin_app.i18n.message import Message, alternatives, conjoined, in_a_row, joined
from ecgtwin_app.session.kept_messages import messages_in, with_messages

_TEXT = st.text(max_size=12)
_NUMBERS = st.integers(-(10**9), 10**9) | st.floats(
    # torch flushes them to zero in this process
    allow_nan=False,
    allow_infinity=False,
    allow_subnormal=False,
)
#: Literal text of a template: braces are written twice.
_LITERAL = _TEXT.map(lambda text: text.replace("{", "{{").replace("}", "}}"))


@st.composite
def messages(draw, depth=2):
    """Any message that the code can make: places with and without formats, counts, messages within messages."""
    values, template = {}, draw(_LITERAL)
    for number in range(draw(st.integers(0, 3))):
        kinds = ["text", "number", "formatted"] + (["message"] if depth else [])
        kind, name = draw(st.sampled_from(kinds)), f"value{number}"
        spec = draw(st.sampled_from([":g", ":.2f", ":,.0f", ":.3g"])) if kind == "formatted" else ""
        values[name] = draw(
            messages(depth - 1) if kind == "message" else _TEXT if kind == "text" else _NUMBERS
        )
        template += f"{{{name}{spec}}}" + draw(_LITERAL)
    if draw(st.booleans()):
        return Message.counted("{n} one" + template, "{n} many" + template, draw(st.integers(0, 5)), **values)
    return Message(template, **values) if values else Message(draw(_TEXT))


@given(messages())
def test_any_message_comes_back_from_json(message):
    again = Message.from_json(json.loads(json.dumps(message.to_json())))
    assert again == message and type(again) is Message
    assert (again.key, again.plural, dict(again.values)) == (
        message.key,
        message.plural,
        dict(message.values),
    )


@given(
    st.recursive(messages() | _TEXT | _NUMBERS, lambda part: st.lists(part) | st.dictionaries(_TEXT, part))
)
def test_a_tree_keeps_its_messages_beside_its_text(tree):
    plain = json.loads(json.dumps(tree))
    again = with_messages(plain, json.loads(json.dumps(messages_in(tree))))
    assert again == plain, "the text stays as it was written"
    assert messages_in(again) == messages_in(tree)


def test_what_is_kept_counts_only_where_it_gives_the_text_that_stands_there():
    kept = Message("cut {start:g} s to {end:g} s", start=0, end=10).to_json()
    assert isinstance(with_messages("cut 0 s to 10 s", kept), Message)
    assert not isinstance(with_messages("cut 0 s to 11 s", kept), Message)


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("{a.__class__}", {"a": "x"}),
        ("{a[0]}", {"a": "x"}),
        ("{a:99999999}", {"a": "x"}),
        ("{a:{b}}", {"a": 1, "b": "g"}),
        ("{b}", {"a": "x"}),
        ("{a:g}", {"a": "no number"}),
        ("{a", {"a": "x"}),
        ("{a}" + "x" * 2000, {"a": "x"}),
        ("{a}", {"a": ["x"]}),
    ],
)
def test_a_file_cannot_bring_a_template_that_does_more_than_fill_in(key, values):
    with pytest.raises((ValueError, TypeError, KeyError)):
        Message.from_json({"key": key, "values": values})
    assert with_messages("x", {"key": key, "values": values}) == "x"


def test_a_message_is_its_text_and_does_not_change():
    message = Message("{rate:g} Hz of {what!r}", rate=np.float64(500), what="a")
    assert message == "500 Hz of 'a'" and {message: 1}["500 Hz of 'a'"] == 1
    assert type(message.values["rate"]) is float
    for other in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert other == message and other.values == message.values
    with pytest.raises(AttributeError):
        message.key = "x"
    assert Message("{braces} stay without values") == "{braces} stay without values"


def test_messages_in_a_row():
    assert joined([Message("flat"), Message("noisy")], "; ") == "flat; noisy"
    assert [in_a_row(names) for names in (["I"], ["I", "II"], ["I", "II", "V1"])] == [
        "I",
        "I and II",
        "I, II and V1",
    ]
    assert alternatives(["a", "b", "c"]) == "a or b or c"
    assert conjoined(["a", "b", "c"]) == "a and b and c"


def test_an_error_keeps_its_message():
    error = EcgError("{file} is empty; copy it again.", file="a.edf")
    assert str(error) == "a.edf is empty; copy it again."
    assert (error.message.key, error.message.values["file"]) == ("{file} is empty; copy it again.", "a.edf")
    again = pickle.loads(pickle.dumps(error))
    assert again.message.values == error.message.values
    outer = EcgError("{file} cannot be added: {reason}", file="b.edf", reason=error.message)
    assert outer.message.values["reason"].key == error.message.key
    refused = pickle.loads(pickle.dumps(NotStated(("rate",), "{file} states no rate.", file="c")))
    assert (refused.missing, str(refused)) == (("rate",), "c states no rate.")
