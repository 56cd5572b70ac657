"""Which twins a cohort is made of, one after another: by quotas that are met exactly, or every reference under every task."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ecgtwin_app.conditions.bounds import RateBounds, rate_bounds
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, is_healthy
from ecgtwin_app.ecg.signal.device import Device
from ecgtwin_app.ecg.signal.recording import EcgError, Patient, Recording
from ecgtwin_app.engine.cohorts.quotas import spread
from ecgtwin_app.engine.cohorts.spec import ASKED, CohortSpec, Quota
from ecgtwin_app.engine.cohorts.worker import CohortFailure
from ecgtwin_app.engine.feasible import check_consistent, check_request
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.folders import recordings_in

#: Stands for the example ECG wherever a file can be named.
EXAMPLE = "example"


@dataclass(frozen=True)
class Known:
    """A reference that can be used, and whose it is as far as quotas ask."""

    path: Path
    digest: str
    age: float | None
    sex: str | None


@dataclass(frozen=True, eq=False)
class Planned:
    """One twin that is wanted.

    Attributes
    ----------
    number : int
        From 1.
    request : TwinRequest
        With its own seed.
    candidates : sequence of Path
        References it can be made of; where one fails the next takes its place, from `first` on, around.
    first : int
    restated : bool
        Whether age and sex are asked also of a reference that states its own.
    device : Device or None
    """

    number: int
    request: TwinRequest
    candidates: Sequence[Path]
    first: int = 0
    restated: bool = True
    device: Device | None = None

    def reference(self, attempt: int) -> Path | None:
        """What it is made of at an attempt, from 0; None when none is left."""
        count = len(self.candidates)
        return self.candidates[(self.first + attempt) % count] if attempt < count else None

    def request_for(self, patient: Patient) -> TwinRequest:
        """What is asked of a reference: its own age and sex stay where they fit the quota already."""
        if self.restated:
            return self.request
        own = {name: None for name in ("age", "sex") if getattr(patient, name) is not None}
        return replace(self.request, **own)


class Plan(Protocol):
    """The twins of a cohort in the order in which they are made.

    Attributes
    ----------
    by_seed : bool
        Whether a seed tells a twin, whatever reference it was made of in the end.
    """

    by_seed: bool

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Planned]: ...


@dataclass(frozen=True)
class Product:
    """Every reference under every task with every seed.

    Attributes
    ----------
    references : tuple of Path
    tasks : tuple of tuple of str
        The conditions of each task.
    request : TwinRequest
        What else is asked for in all of them; its `conditions` and `samples` are of no account, `seed` is the first.
    per_task : int
        Twins of each reference in each task, with seeds from `request.seed` on.
    """

    references: tuple[Path, ...]
    tasks: tuple[tuple[str, ...], ...]
    request: TwinRequest
    per_task: int
    by_seed = False

    def __len__(self) -> int:
        return len(self.references) * len(self.tasks) * self.per_task

    def __iter__(self) -> Iterator[Planned]:
        number = 0
        for path in self.references:
            for names in self.tasks:
                # "healthy" says more than the rhythm that goes by this name; the request takes it apart.
                named = tuple(name if is_healthy(name) else find_condition(name).name for name in names)
                for k in range(self.per_task):
                    number += 1
                    seed = self.request.seed + k
                    request = replace(self.request, conditions=named, samples=1, seed=seed)
                    yield Planned(number, request, (path,))


class ByQuotas:
    """Twins by quotas, each with a seed of its own.

    Parameters
    ----------
    spec : CohortSpec
    references : sequence of Known

    Raises
    ------
    EcgError
        One sentence: which quota cannot be met, and why.
    """

    by_seed = True

    def __init__(self, spec: CohortSpec, references: Sequence[Known]):
        if not references:
            raise EcgError("None of the references can be used; name others.")
        FIELDS["seed"].check(spec.seed + spec.total - 1)
        self._spec, self._references = spec, references
        drawn = np.random.default_rng([spec.seed, 17])
        places = {known.path: place for place, known in enumerate(references)}
        wanted = list(zip(self._asked(drawn), self._whom(drawn), self._devices(drawn), strict=True))
        # One reference after another: what is prepared of it serves all its twins.
        wanted.sort(key=lambda one: places[one[1].candidates[one[1].first]])
        self._planned = [
            replace(whom, number=k + 1, device=device,
                    request=replace(request, age=whom.request.age, sex=whom.request.sex, seed=spec.seed + k))
            for k, (request, whom, device) in enumerate(wanted)
        ]  # fmt: skip

    def __len__(self) -> int:
        return len(self._planned)

    def __iter__(self) -> Iterator[Planned]:
        return iter(self._planned)

    def _asked(self, drawn: np.random.Generator) -> list[TwinRequest]:
        """Conditions with rates and severities, in an order of chance."""
        spec = self._spec
        conditions, rates = spec.quotas("conditions"), spec.quotas("heart_rates")
        bounds = [rate_bounds(_named(one.value)) for one in conditions]

        def together(i: int, j: int) -> bool:
            within = rates[j].value
            return within is None or _common(within, bounds[i]) is not None

        counts = spread(_labels(conditions), _labels(rates), together, ("conditions", "heart rates"))
        pairs = np.repeat(np.argwhere(counts >= 0), counts.ravel(), axis=0)
        drawn.shuffle(pairs)
        severities = _shuffled(spec.quotas("severities"), drawn)
        requests, checked = [], set()
        intervals = any(getattr(spec.request, name) is not None for name in ("pr", "qrs", "qt", "axis"))
        for (i, j), severity in zip(pairs.tolist(), severities, strict=True):
            within = rates[j].value
            asked = replace(
                spec.request,
                conditions=conditions[i].value,
                heart_rate=None if within is None else _in(_common(within, bounds[i]), drawn, 1),
                severity=_in(severity, drawn, 2),
            )
            # Rates lie within what conditions allow; only against an interval that is asked each counts.
            if i not in checked or intervals:
                check_request(asked)
                check_consistent(asked)
                checked.add(i)
            requests.append(asked)
        return requests

    def _whom(self, drawn: np.random.Generator) -> list[Planned]:
        """References with the ages and sexes that are asked where they state none, in an order of chance."""
        spec = self._spec
        ages, sexes = spec.quotas("ages"), spec.quotas("sexes")
        restated = spec.people == ASKED
        fitting = [
            [[known.path for known in self._references if restated or _fits(known, age.value, sex.value)]
             for sex in sexes]
            for age in ages
        ]  # fmt: skip
        counts = spread(_labels(ages), _labels(sexes), lambda i, j: bool(fitting[i][j]), ("ages", "sexes"))
        planned = []
        for i, j in np.argwhere(counts > 0):
            paths = fitting[i][j]
            drawn.shuffle(paths)
            for k in range(int(counts[i, j])):
                age = _in(ages[i].value, drawn, 0)
                request = replace(spec.request, age=age, sex=sexes[j].value)
                planned.append(Planned(0, request, paths, k % len(paths), restated))
        order = drawn.permutation(len(planned))
        return [planned[place] for place in order]

    def _devices(self, drawn: np.random.Generator) -> list[Device | None]:
        return _shuffled(self._spec.quotas("devices"), drawn)


def _named(names: Sequence[str]) -> list[str]:
    return [NORMAL if is_healthy(name) else name for name in names]


def _labels(quotas: Sequence[Quota]) -> list[tuple[str, int]]:
    return [(one.label, one.count) for one in quotas]


def _shuffled(quotas: Sequence[Quota], drawn: np.random.Generator) -> list:
    """The value of each twin, in an order of chance."""
    places = np.repeat(np.arange(len(quotas)), [one.count for one in quotas])
    drawn.shuffle(places)
    return [quotas[place].value for place in places.tolist()]


def _common(within: tuple[float, float], bounds: RateBounds) -> tuple[float, float] | None:
    """The rates that a quota and conditions have in common."""
    low, high = max(within[0], bounds.low), min(within[1], bounds.high)
    return (low, high) if low <= high else None


def _in(within: tuple[float, float] | None, drawn: np.random.Generator, digits: int) -> float | None:
    """A value of a range, each as likely, so many digits behind the point; None where nothing is asked."""
    if within is None:
        return None
    value = drawn.uniform(*within)
    return float(np.clip(round(value, digits), *within))


def _fits(known: Known, ages: tuple[float, float] | None, sex: str | None) -> bool:
    """Whether a reference can stand for a quota: it states what is asked, or nothing."""
    fits_age = ages is None or known.age is None or ages[0] <= known.age < ages[1] + 1
    return fits_age and (sex is None or known.sex is None or known.sex == sex)


def paths_of(texts: Iterable[str]) -> tuple[Path, ...]:
    """The files named, and those of the folders named.

    Raises
    ------
    EcgError
        A folder holds no files.
    """
    paths: list[Path] = []
    for text in texts:
        path = Path(text)
        if path.is_dir():
            there = recordings_in(path)
            if not there:
                raise EcgError("{folder} holds no files; name a folder with ECG files.", folder=path)
            paths += there
        else:
            paths.append(example_path() if text == EXAMPLE and not path.exists() else path)
    return tuple(dict.fromkeys(paths))


def known_of(paths: Iterable[Path], read: Callable[[Path], Recording]) -> Iterator[Known | CohortFailure]:
    """Of each file a reference, or why it is none; the same recording under two names is one."""
    seen: set[str] = set()
    for path in paths:
        try:
            reference = read(path)
        except EcgError as error:
            yield CohortFailure(path, "", str(error))
            continue
        digest = reference.digest()
        if digest not in seen:
            seen.add(digest)
            yield Known(path, digest, reference.patient.age, reference.patient.sex)


def fingerprint(plan: Plan) -> str:
    """SHA-256 of what is asked of every twin, whatever it is made of."""
    hashed = hashlib.sha256()
    for one in plan:
        asked = one.request
        said = (
            one.number,
            asked.conditions,
            asked.seed,
            asked.heart_rate,
            asked.age,
            asked.sex,
            asked.severity,
        )
        hashed.update(repr((*said, one.device)).encode())
    return hashed.hexdigest()
