"""Requests as plain values, for favourites, presets and session files. They hold nothing of a patient
but the age and sex that were asked for, ages above 89 as in exports."""

from __future__ import annotations

import json
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.feasible import check_request
from ecgtwin_app.engine.request import FIELDS, TwinRequest, request_to_json
from ecgtwin_app.formats.marking import shown_age
from ecgtwin_app.i18n.words import figure, tr
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.session.plain_json import read_json
from ecgtwin_app.whole_files import why, write_whole

#: A preset file larger than this is none.
_LARGEST = 1_000_000
#: So many characters has no name of a condition.
_LONGEST = 200


def to_json(request: TwinRequest) -> dict:
    """The request's fields; a score as its events."""
    plain = request_to_json(request)
    if request.age is not None:
        plain["age"] = shown_age(request.age, False)[0]
    return plain


def from_json(plain: dict) -> TwinRequest:
    """Read what `to_json` wrote; fields of other versions are left out.

    Raises
    ------
    EcgError
        When it asks for what cannot be asked.
    """
    try:
        named = {"conditions": plain["conditions"]} | plain
        _check_words(named)
        values = {name: FIELDS[name].from_json(value) for name, value in named.items() if name in FIELDS}
        # Former versions could leave the rhythm to nobody, and said so in two ways; nothing offers that any more.
        if values.get("rhythm") == "none":
            values["rhythm"] = FIELDS["rhythm"].default
        request = TwinRequest(**values)
        check_request(request)
    except EcgError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise EcgError(
            "This is no request for a twin; choose a file that was saved with “Save presets”."
        ) from None
    return request


def _check_words(plain: dict) -> None:
    """Refuse words and numbers longer than any that can be asked for: a sentence of refusal would repeat them."""
    for value in plain.values():
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str | int) and len(str(word)) > _LONGEST:
                raise ValueError("too long")


def write_presets(path: Path, named: list[tuple[str, TwinRequest]]) -> None:
    """Write named requests into a file; `EcgError` when it cannot be written."""
    document = {"presets": [{"name": name, "request": to_json(request)} for name, request in named]}
    try:
        write_whole(path, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())
    except OSError as error:
        raise EcgError(
            "{file} cannot be written ({reason}); choose another folder.",
            file=path.name,
            reason=why(error),
        ) from None


def read_presets(path: Path) -> list[tuple[str, TwinRequest]]:
    """Read named requests; `EcgError` when the file holds something else."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError
        rows = read_json(path.read_text(encoding="utf-8"))["presets"]
        return [(str(row["name"])[:80], from_json(row["request"])) for row in rows]
    except EcgError:
        raise
    except OSError as error:
        raise EcgError(
            "{file} cannot be read ({reason}); choose another file.", file=path.name, reason=why(error)
        ) from None
    except (ValueError, KeyError, TypeError):
        raise EcgError(
            "{file} holds no presets; choose a file saved with “Save presets”.", file=path.name
        ) from None


def title(request: TwinRequest) -> str:
    """A request in a few words of the window's language: "atrial fibrillation + LBBB, 90/min"."""
    return ", ".join([conditions_title(request), *settings_words(request)])


def conditions_title(request: TwinRequest) -> str:
    """What a twin has and what it is made without: "atrial fibrillation, without left bundle branch block"."""
    return ", ".join(filter(None, (names_text(request.conditions), *kept_words(request))))


def kept_words(request: TwinRequest) -> list[str]:
    """What a request makes of what the reference shows, in a few words: "without LBBB"."""
    words = []
    if request.without:
        words.append(tr("without {conditions}").format(conditions=names_text(request.without, ", ")))
    if request.only:
        words.append(tr("nothing else kept"))
    elif request.keep is not None:
        kept = names_text(request.keep, ", ") or tr("nothing")
        words.append(tr("keeping {conditions}").format(conditions=kept))
    return words


def settings_words(request: TwinRequest) -> list[str]:
    """What a request sets beside its conditions, each in a few words: "90/min", "PR 220 ms"."""
    words = []
    for name, record in FIELDS.items():
        value = getattr(request, name)
        if record.brief and value != record.default:
            words.append(tr(record.brief).format(value=figure(value)))
    if request.score is not None:
        words.append(tr("own rhythm"))
    elif request.rhythm == "learned":
        words.append(tr("rhythm by the model"))
    return words
