"""Which conditions one heart can show together, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Sequence

from ecgtwin_app.conditions.record import GROUPS
from ecgtwin_app.conditions.together import check_combination, check_rhythms
from ecgtwin_app.conditions.vocabulary import load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.i18n.words import translate


def in_order(names: Sequence[str]) -> tuple[str, ...]:
    """Rhythm first, then conduction, muscle, ischaemia and metabolic, as the groups stand."""
    places = {c.name: (GROUPS.index(c.group), k) for k, c in enumerate(load_vocabulary())}
    return tuple(sorted(dict.fromkeys(names), key=places.__getitem__))


def why_not(names: Sequence[str]) -> str:
    """One sentence that says why no heart shows these together; "" when one does."""
    try:
        check_rhythms(names)
        check_combination(names)
    except EcgError as error:
        return translate(error.message)
    return ""
