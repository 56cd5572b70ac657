"""Documents and files as a forger or a failing disk leaves them, for hypothesis."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

#: What stands in the place of something else: of every kind that JSON knows, and of sizes that nobody expects.
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["../x", "\ud800", "\0", "x" * 10_000, "atrial fibrillation", 10**400, [], {}, [[]], {"": {}}]
    ),
    st.lists(st.integers(-3, 3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(-3, 3), max_size=2),
)


def _places(value: Any, path: tuple = ()) -> Iterator[tuple]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(part, (*path, key))


@st.composite
def documents(draw, valid: Any) -> Any:
    """A valid document with one to three of its parts exchanged, gone or there twice."""
    document = copy.deepcopy(valid)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if not places:
            break
        *path, last = draw(st.sampled_from(places))
        holder = document
        for key in path:
            holder = holder[key]
        how = draw(st.sampled_from(["exchange", "exchange", "delete", "twice", "nest"]))
        if how == "exchange":
            holder[last] = draw(ANYTHING)
        elif how == "delete":
            del holder[last]
        elif how == "nest":
            holder[last] = [holder[last]]
        elif isinstance(holder, list):
            holder.append(holder[last])
        else:
            holder[f"{last} "] = holder[last]
    return document


@st.composite
def damaged(draw, valid: bytes) -> bytes:
    """A file that was cut, or of which bytes were changed, or that are endless somewhere."""
    data = bytearray(valid)
    for place in draw(st.lists(st.integers(0, len(data) - 1), max_size=6)):
        data[place] = draw(st.integers(0, 255))
    kept = bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)
    endless = draw(st.sampled_from([b"", b"", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 5000]))
    return draw(st.sampled_from([kept + endless, endless or kept, endless + kept]))


def written(document: Any) -> bytes:
    """JSON as another program may write it: lone surrogates and numbers without end included."""
    return json.dumps(document).encode("utf-8", "surrogatepass")
