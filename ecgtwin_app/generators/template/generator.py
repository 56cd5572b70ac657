"""The generator `template`: fills in and continues by the laws between leads, other leads and the usual beat.

It needs no weights and always works; a network is held against it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from ecgtwin_app.ecg.imputation.regression import TABLE
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step
from ecgtwin_app.generators.task import Task
from ecgtwin_app.generators.template.draws import Guess
from ecgtwin_app.resources import resource_path


@dataclass(frozen=True, eq=False, kw_only=True)
class TemplatePlan(Plan):
    """One draw.

    Attributes
    ----------
    guess : Guess
        Shared by the plans of one patient and mask.
    """

    guess: Guess

    def without_condition(self, names: Sequence[str] = ()) -> Self:
        """The same: it is told of no condition."""
        return self


class Template:
    """See `generators.base.Generator`."""

    device = "cpu"

    def __init__(self):
        self._last: tuple[object, object, Guess] | None = None
        self._sha256 = hashlib.sha256(resource_path(TABLE).read_bytes()).hexdigest()

    @property
    def spec(self) -> Spec:
        """What it says of itself."""
        return Spec(
            id="template",
            model="Lead laws, regression and the usual beat",
            weights_sha256=self._sha256,
            rate=MODEL_RATE,
            samples=MODEL_SAMPLES,
            leads=LEADS,
            statements=(),
            abilities=frozenset({Ability.IMPUTE, Ability.FORECAST}),
            samplers={},
            backend="numpy",
        )

    def prepare(self, recordings: Sequence[Recording]) -> PreparedPatient:
        """Take the window of twelve leads of which some is to be filled in.

        Raises
        ------
        EcgError
            There is none.
        """
        if len(recordings) != 1 or recordings[0].signal.shape != (len(LEADS), MODEL_SAMPLES):
            raise EcgError(
                "The generator 'template' only fills in and continues; choose another one for twins."
            )
        digests = (recordings[0].digest(),)
        return PreparedPatient(recording=recordings[0], digests=digests, measured=None, rate=None, base=None)

    def plan(self, patient: PreparedPatient, task: Task, seed: int) -> TemplatePlan:
        """Find what is known for certain, and the beats in sight.

        Raises
        ------
        EcgError
            Nothing is to be filled in.
        """
        mask, recording = task.source.mask, patient.recording
        if mask is None or recording is None:
            raise EcgError(
                "The generator 'template' only fills in and continues; choose another one for twins."
            )
        last = self._last
        if last is None or last[0] is not patient or last[1] is not mask:
            self._last = last = (patient, mask, Guess(recording.signal, mask, MODEL_RATE))
        return TemplatePlan(
            patient=patient, task=task, seed=seed, names=(), rate=None, age=task.target.age, sex=task.target.sex,
            guess=last[2],
        )  # fmt: skip

    def sample(self, plans: Sequence[TemplatePlan]) -> Iterator[Step]:
        """Draw each plan; a step each, so that it can be left between them."""
        drawn = np.zeros((len(plans), len(LEADS), MODEL_SAMPLES), np.float32)
        for number, plan in enumerate(plans):
            drawn[number] = plan.guess.draw(np.random.default_rng(plan.seed))
            yield Step(number + 1, len(plans), drawn)

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """It knows no person."""
        raise EcgError("The generator 'template' knows no person; choose another one.")
