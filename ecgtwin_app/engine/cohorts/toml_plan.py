"""A cohort's plan as TOML: read with every value checked, and written in the same words. docs/cohorts.md describes it."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import find_condition, is_healthy
from ecgtwin_app.ecg.signal.device import Device
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError
from ecgtwin_app.engine.cohorts.quotas import shared
from ecgtwin_app.engine.cohorts.spec import (
    LEFT,
    LIMITS,
    MOST_IN_A_SHARD,
    MOST_TWINS,
    NOUNS,
    PEOPLE,
    USUAL_SHARD,
    CohortSpec,
    Quota,
    forms,
)
from ecgtwin_app.engine.cohorts.toml_checks import Checks, dotted
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.engine.request_fields import RequestField
from ecgtwin_app.generators.catalogue import GENERATORS, USUAL
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.whole_files import why

#: A plan of five hundred quotas is some 30 kB.
LARGEST = 1_000_000
_KEYS = ("n", "seed", "references", "people", "generator", "form", "shard", *NOUNS, "request")
#: Fields of a request that the quotas or the plan itself decide, and those that belong to one recording.
_DECIDED = ("conditions", "heart_rate", "age", "sex", "severity", "samples", "seed", "score", "shows")
_ASKED = tuple(name for name in FIELDS if name not in _DECIDED)
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")
_EXAMPLES = {
    "conditions": '"left bundle branch block" = 20',
    "heart_rates": '"60-90" = 20',
    "ages": '"40-59" = 20',
    "sexes": "F = 20",
    "severities": '"0.2-0.6" = 20',
    "devices": "holter = {n = 20, rate = 250, band = [0.5, 40]}",
}


def read_plan(path: Path) -> CohortSpec:
    """The plan in a file. Relative references are taken from the folder of the file.

    Raises
    ------
    EcgError
        One sentence: the line, the key, and how it is mended.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise EcgError("{file} is too large for a cohort's plan; choose another file.", file=path.name)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EcgError("{file} cannot be read: {reason}.", file=path.name, reason=why(error)) from None
    except UnicodeDecodeError:
        raise EcgError("{file} is no text in UTF-8; save it as that.", file=path.name) from None
    spec = plan_from(text, path.name)
    return replace(spec, references=tuple(_beside(path.parent, one) for one in spec.references))


def plan_from(text: str, name: str) -> CohortSpec:
    """The plan in a text; see `read_plan`.

    Parameters
    ----------
    name : str
        Of the file, for sentences.
    """
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise EcgError("{file} is nested too deeply for a cohort's plan; flatten it.", file=name) from None
    except ValueError as error:  # TOMLDecodeError is one
        reason = " ".join(str(error).split())[:120]
        raise EcgError("{file} is no TOML: {reason}; mend it there.", file=name, reason=reason) from None
    return _Reader(Checks(name, text), document).spec()


class _Reader:
    """Takes a document apart."""

    def __init__(self, checks: Checks, document: dict[str, Any]):
        self._checks, self._document = checks, document

    def spec(self) -> CohortSpec:
        checks, document = self._checks, self._document
        checks.known((), document, _KEYS)
        for key, example in (("references", 'references = ["example"]'), ("conditions", "[conditions]")):
            if key not in document:
                checks.refuse(
                    (), Message("{key} is missing; write for example {example}.", key=key, example=example)
                )
        references = checks.texts(("references",), document["references"], '["example"]')
        for one in references:
            if one.startswith(("\\\\", "//")) or "://" in one:
                words = Message(
                    "{key} names something on a network; copy it here and name a file.", key="references"
                )
                checks.refuse(("references",), words)
        if not references:
            checks.wrong(("references",), Message("a list of texts"), document["references"], '["example"]')
        total = self._total()
        tables = {name: self._quotas(name, total) for name in NOUNS}
        return CohortSpec(
            total=total,
            references=references,
            seed=checks.whole(("seed",), document.get("seed", 1), 0, int(FIELDS["seed"].limits[1]), 1),
            people=checks.choice(("people",), document.get("people", PEOPLE[0]), PEOPLE),
            request=self._request(),
            generator=checks.choice(("generator",), document.get("generator", USUAL), tuple(GENERATORS)),
            form=checks.choice(("form",), document.get("form", "wfdb"), forms()),
            shard=checks.whole(
                ("shard",), document.get("shard", USUAL_SHARD), 1, MOST_IN_A_SHARD, USUAL_SHARD
            ),
            **tables,
        )

    def _total(self) -> int:
        """What `n` says, or the counts of the conditions together."""
        checks, table = self._checks, self._document["conditions"]
        if "n" in self._document:
            return checks.whole(("n",), self._document["n"], 1, MOST_TWINS, 100)
        checks.table(("conditions",), table, _EXAMPLES["conditions"])
        counts = [one for one in table.values() if isinstance(one, int) and not isinstance(one, bool)]
        if len(counts) < len(table):
            checks.refuse(
                (), Message("{key} is missing; write for example {example}.", key="n", example="n = 100")
            )
        return checks.whole(("conditions",), sum(counts), 1, MOST_TWINS, 100)

    def _quotas(self, name: str, total: int) -> tuple[Quota, ...]:
        """The quotas of a table, which add up to the total."""
        if name not in self._document:
            return ()
        checks, example = self._checks, _EXAMPLES[name]
        table = checks.table((name,), self._document[name], example)
        asked, values = {}, {}
        for label, said in table.items():
            asked[label] = said.get("n") if name == "devices" and isinstance(said, dict) else said
            values[label] = self._value(name, label, said)
        self._no_twice(name, values)
        counts = self._counts(name, asked, total, example)
        quotas = [Quota(label, values[label], count) for label, count in counts.items()]
        # What is left as it is comes last: where it stands in the table is no other plan.
        return tuple(sorted(quotas, key=lambda one: one.value is None))

    def _counts(self, name: str, asked: dict[str, Any], total: int, example: str) -> dict[str, int]:
        """Counts, or shares turned into counts."""
        checks = self._checks
        shares = {k: _SHARE.fullmatch(one) for k, one in asked.items() if isinstance(one, str)}
        if asked and len(shares) == len(asked) and all(shares.values()):
            parts = [float(found[1]) for found in shares.values() if found]
            if abs(sum(parts) - 100) > 0.5:
                words = Message(
                    "The shares in {key} add up to {sum:g} %; make them 100 %.", key=name, sum=sum(parts)
                )
                checks.refuse((name,), words)
            return dict(zip(asked, shared(total, parts), strict=True))
        for label, one in asked.items():
            checks.whole((name, label), one, 0, MOST_TWINS, 20)
        if sum(asked.values()) != total:
            words = Message(
                "The counts in {key} add up to {sum}, and n is {n}; change one of them.",
                key=name,
                sum=sum(asked.values()),
                n=total,
            )
            checks.refuse((name,), words)
        return asked

    def _no_twice(self, name: str, values: dict[str, Any]) -> None:
        seen: dict[Any, str] = {}
        for label, value in values.items():
            if value in seen:
                words = Message(
                    "{key} is the same as {other}; leave one of them out.",
                    key=dotted((name, label)),
                    other=dotted((name, seen[value])),
                )
                self._checks.refuse((name, label), words)
            seen[value] = label

    def _value(self, name: str, label: str, said: Any) -> Any:
        """What a label stands for."""
        checks, keys = self._checks, (name, label)
        checks.text((name,), label, _EXAMPLES[name])
        if name == "conditions":
            return self._conditions(keys, label)
        if label == LEFT[name]:
            return None
        if name == "sexes":
            return checks.choice(keys, label, ("F", "M", LEFT[name]))
        if name == "devices":
            return self._device(keys, label, said)
        low, high = LIMITS[name]
        found = _RANGE.fullmatch(label.strip())
        ends = (float(found[1]), float(found[2])) if found else (1.0, 0.0)
        if not low <= ends[0] <= ends[1] <= high:
            wanted = Message(
                "a range within {low:g}-{high:g}, or {left}", low=low, high=high, left=LEFT[name]
            )
            checks.wrong(keys, wanted, label, _EXAMPLES[name])
        return ends

    def _conditions(self, keys: tuple[str, ...], label: str) -> tuple[str, ...]:
        try:
            names = tuple(one.strip() for one in label.split("+"))
            found = tuple("healthy" if is_healthy(one) else find_condition(one).name for one in names)
            check_combination([find_condition(one).name for one in found])
        except EcgError as error:
            self._checks.refuse(keys, error.message)
        return tuple(dict.fromkeys(found))

    def _device(self, keys: tuple[str, ...], label: str, said: Any) -> Device:
        checks = self._checks
        table = checks.table(keys, said, _EXAMPLES["devices"])
        checks.known(keys, table, ("n", "rate", "band", "leads"))
        rate = checks.number((*keys, "rate"), table.get("rate", MODEL_RATE), 1, 100_000, "250")
        band: Any = table.get("band", [])
        if not isinstance(band, list) or len(band) not in (0, 2):
            checks.wrong((*keys, "band"), Message("two numbers"), band, "[0.05, 150]")
        edges = [checks.number((*keys, "band"), one, 0, 100_000, "[0.05, 150]") for one in band]
        leads = checks.texts((*keys, "leads"), table.get("leads", list(LEADS)), '["I", "II", "V1"]')
        low, high = edges or (None, None)
        try:
            return Device(label, rate, low, high, leads)
        except EcgError as error:
            checks.refuse(keys, error.message)

    def _request(self) -> TwinRequest:
        checks = self._checks
        table = checks.table(("request",), self._document.get("request", {}), "best_of = 3")
        checks.known(("request",), table, _ASKED)
        asked = {name: self._field(FIELDS[name], ("request", name), value) for name, value in table.items()}
        return TwinRequest(**asked)

    def _field(self, record: RequestField, keys: tuple[str, ...], value: Any) -> Any:
        """A field of the request, as its record says."""
        checks, example = self._checks, json.dumps(record.default)
        low, high = record.limits
        if record.kind == "whole":
            return checks.whole(keys, value, int(low), int(high), record.default)
        if record.kind == "number":
            return checks.number(keys, value, low, high, f"{low:g}" if record.default is None else example)
        if record.kind == "choice":
            return checks.choice(keys, value, record.values)
        if record.kind == "switch":
            if not isinstance(value, bool):
                checks.wrong(keys, Message("true or false"), value, "true")
            return value
        names = checks.texts(keys, value, '["AF"]')
        try:
            return tuple(find_condition(one).name for one in names)
        except EcgError as error:
            checks.refuse(keys, error.message)


def _beside(folder: Path, text: str) -> str:
    return text if text == "example" else str(folder / Path(text).expanduser())


def plan_text(spec: CohortSpec) -> str:
    """A plan as TOML, which `plan_from` reads as the same."""
    lines = [
        "# A cohort's plan for ECGTwin Desktop; see docs/cohorts.md.",
        f"n = {spec.total}",
        f"seed = {spec.seed}",
        f"references = [{', '.join(map(_quoted, spec.references))}]",
        f"people = {_quoted(spec.people)}",
        f"generator = {_quoted(spec.generator)}",
        f"form = {_quoted(spec.form)}",
        f"shard = {spec.shard}",
    ]
    for name in NOUNS:
        quotas = getattr(spec, name)
        if quotas:
            lines += ["", f"[{name}]"]
        for one in quotas:
            said = _device_text(one) if isinstance(one.value, Device) else str(one.count)
            lines.append(f"{_quoted(one.label)} = {said}")
    asked = {name: getattr(spec.request, name) for name in _ASKED}
    asked = {name: value for name, value in asked.items() if value != FIELDS[name].default}
    if asked:
        lines += ["", "[request]"]
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in asked.items()]
    return "\n".join(lines) + "\n"


def _device_text(quota: Quota[Device]) -> str:
    device = quota.value
    said = [f"n = {quota.count}", f"rate = {device.rate:g}"]
    if device.low is not None and device.high is not None:
        said.append(f"band = [{device.low:g}, {device.high:g}]")
    if device.leads != LEADS:
        said.append(f"leads = [{', '.join(map(_quoted, device.leads))}]")
    return f"{{{', '.join(said)}}}"


def _quoted(text: str) -> str:
    """A text as a basic string of TOML, which is one of JSON, too."""
    return json.dumps(text, ensure_ascii=False)
