"""Messages in JSON: text stays text, and what it was made of is kept in a tree beside it."""

from __future__ import annotations

from collections.abc import Mapping

from ecgtwin_app.i18n.message import Message


def messages_in(value: object) -> dict:
    """Key and values of every message in a tree of dicts and lists, at the same places; {} where there is none.

    JSON writes a message as its English text. Kept beside it, what this gives lets `with_messages` make it one again;
    a program that does not know of it reads the text as before.
    """
    if isinstance(value, Message):
        return value.to_json() if value else {}
    if isinstance(value, Mapping):
        places = value.items()
    elif isinstance(value, list | tuple):
        places = enumerate(value)
    else:
        return {}
    return {str(place): kept for place, part in places if (kept := messages_in(part))}


def with_messages(value: object, kept: object) -> object:
    """A tree as JSON reads it, with messages where `messages_in` kept them.

    What was kept counts only where it gives the very text that stands in the tree.
    """
    if not isinstance(kept, Mapping):
        return value
    if isinstance(value, dict):
        return {name: with_messages(part, kept.get(name)) for name, part in value.items()}
    if isinstance(value, list):
        return [with_messages(part, kept.get(str(place))) for place, part in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        message = Message.from_json(kept)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return value
    return message if message == value else value
