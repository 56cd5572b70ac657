"""The tables of a language: sentences in a .po file, what conditions are called by their names."""

from __future__ import annotations

import gettext
import io
import json
from functools import lru_cache

from ecgtwin_app.resources import resource_path


@lru_cache(maxsize=4)
def read_table(language: str) -> gettext.GNUTranslations:
    """All sentences of a language, with its plural rule.

    The text file itself is read, so that no compiled copy of it can be older than it is.
    """
    import polib  # imported here because English needs no table

    return gettext.GNUTranslations(
        io.BytesIO(polib.pofile(str(resource_path(f"words/{language}.po"))).to_binary())
    )


@lru_cache(maxsize=4)
def read_conditions(language: str) -> dict[str, dict]:
    """What a language says of each condition, by its English name: `name`, `synonyms`, `criteria`, `teaching`."""
    return json.loads(resource_path(f"words/conditions.{language}.json").read_text("utf-8"))


def read_condition_names(language: str) -> dict[str, str]:
    """What each condition is called in a language."""
    return {name: entry["name"] for name, entry in read_conditions(language).items()}
