"""DiffECG behind the contract of a generator: fills in what is hidden of ten seconds, goes on after their end, or draws a beat.

After Neifar et al. 2023 (arXiv 2306.01875). It draws at 100 Hz how far a guess (`ecg.imputation`) at 500 Hz is off: brought
to 500 Hz through a linear filter and added, so that lead laws are kept, and so is what the guess has above 50 Hz.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step
from ecgtwin_app.generators.diffecg.config import LEADS as EIGHT
from ecgtwin_app.generators.diffecg.config import MIDDLE, SAMPLES, TIME_STEPS
from ecgtwin_app.generators.diffecg.weights import load
from ecgtwin_app.generators.diffecg.window import Nothing, Window
from ecgtwin_app.generators.state_space.folder import Weights
from ecgtwin_app.generators.task import Task
from ecgtwin_app.sampling.samplers import SAMPLERS, Velocity, evenly_spaced, start_noise


@dataclass(frozen=True, eq=False, kw_only=True)
class DiffecgPlan(Plan):
    """One draw.

    Attributes
    ----------
    window : Window or Nothing
        Shared by the plans of one patient and mask.
    """

    window: Window | Nothing

    def without_condition(self, names: Sequence[str] = ()) -> Self:
        """The same: it is told of no condition."""
        return self


class DiffecgGenerator:
    """The generator `diffecg`; see `generators.base.Generator`.

    Parameters
    ----------
    weights : Weights
    """

    def __init__(self, weights: Weights):
        self.weights = weights
        self._spread = {kind: float(value) for kind, value in weights.manifest.get("spread", {}).items()}
        self._last: tuple[object, object, Window] | None = None

    @classmethod
    def load(cls, folder: Path | None, device: str = "cpu", backend: str = "torch") -> DiffecgGenerator:
        """Read the weights; `EcgError` where they are missing or cannot be used."""
        return cls(load(folder, backend, device))

    @property
    def device(self) -> str:
        """Where its network is now."""
        return getattr(self.weights.network, "device", self.weights.device)

    @property
    def spec(self) -> Spec:
        """What it says of itself."""
        return Spec(
            id="diffecg",
            model=self.weights.name,
            weights_sha256=self.weights.sha256,
            rate=MODEL_RATE,
            samples=MODEL_SAMPLES,
            leads=LEADS,
            statements=(),
            abilities=frozenset({Ability.IMPUTE, Ability.FORECAST, Ability.BEAT}),
            samplers={"dpm_solver_2m": 6, "heun": 6, "euler": 12},
            backend=self.weights.backend,
        )

    def prepare(self, recordings: Sequence[Recording]) -> PreparedPatient:
        """Take the window of twelve leads of which some is to be filled in; none at all: for a beat of nobody.

        Raises
        ------
        EcgError
            It is no such window, or there are several.
        """
        if not recordings:
            return PreparedPatient(recording=None, digests=(), measured=None, rate=None, base=None)
        if len(recordings) != 1 or recordings[0].signal.shape != (len(LEADS), MODEL_SAMPLES):
            raise _fills_only()
        digests = (recordings[0].digest(),)
        return PreparedPatient(recording=recordings[0], digests=digests, measured=None, rate=None, base=None)

    def plan(self, patient: PreparedPatient, task: Task, seed: int) -> DiffecgPlan:
        """Guess what is hidden.

        Raises
        ------
        EcgError
            Nothing is to be filled in.
        """
        mask, recording = task.source.mask, patient.recording
        if recording is None:
            window: Window | Nothing = Nothing()
        elif mask is None:
            raise _fills_only()
        else:
            if self._last is None or self._last[0] is not patient or self._last[1] is not mask:
                self._last = (patient, mask, Window(recording.signal, mask))
            window = self._last[2]
        return DiffecgPlan(
            patient=patient, task=task, seed=seed, names=(), rate=None, age=task.target.age, sex=task.target.sex,
            window=window,
        )  # fmt: skip

    def sample(self, plans: Sequence[DiffecgPlan]) -> Iterator[Step]:
        """Draw plans of the same settings together.

        What is drawn is spread about its middle as far as bands have to be wide (`Weights.spread`).
        """
        kinds = {(plan.task.settings.sampler, plan.task.settings.steps) for plan in plans}
        if len(kinds) > 1:
            raise ValueError("Plans that are sampled together have the same settings.")
        ((sampler, total),) = kinds
        middle = self._middle(plans)
        spread = np.array([self._spread.get(plan.window.kind, 1.0) for plan in plans])[:, None, None]
        noise = start_noise((EIGHT, SAMPLES), [plan.seed for plan in plans])
        drawn = SAMPLERS[sampler](self._velocity(plans), noise, evenly_spaced(total))
        for number, (x, denoised) in enumerate(drawn, start=1):
            off = middle + spread * ((x if number == total else denoised) - middle)
            if number == total:
                yield Step(number, total, self._filled(plans, off))
            else:
                yield Step(number, total, partial(self._filled, plans[:1], off[:1]))

    def middles(self, plans: Sequence[DiffecgPlan]) -> np.ndarray:
        """What lies in the middle of all that may be drawn, shape (plans, 12, 5000), float32: nearest to the truth, and
        smoother than any draw."""
        return self._filled(plans, self._middle(plans))

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """`EcgError`: it knows of no person."""
        raise EcgError(
            "The generator 'diffecg' knows of no person; choose another one to compare recordings."
        )

    def _filled(self, plans: Sequence[DiffecgPlan], off: np.ndarray) -> np.ndarray:
        scale = self.weights.config.off
        return np.stack([plan.window.filled(scale * one) for plan, one in zip(plans, off, strict=True)])

    def _told(self, plans: Sequence[DiffecgPlan]) -> dict[str, np.ndarray]:
        each = {id(plan.window): plan.window.told(self.weights.config) for plan in plans}
        rows = [each[id(plan.window)] for plan in plans]
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def _middle(self, plans: Sequence[DiffecgPlan]) -> np.ndarray:
        """Of each plan (plans, 8, 1000), in the network's units; of plans of one window asked once."""
        windows = {id(plan.window): plan for plan in plans}
        places = {key: place for place, key in enumerate(windows)}
        told = self._told(list(windows.values()))
        silent = np.zeros((len(windows), EIGHT, SAMPLES), np.float32)
        found = self._predicted(told, silent, float(MIDDLE))
        return found[[places[id(plan.window)] for plan in plans]]

    def _velocity(self, plans: Sequence[DiffecgPlan]) -> Velocity:
        told = self._told(plans)
        hidden = told["hidden"]
        return lambda x, t: (x - self._predicted(told, x * hidden, t * TIME_STEPS)) / t

    def _predicted(self, told: dict[str, np.ndarray], x: np.ndarray, time: float) -> np.ndarray:
        inputs = {"x": x.astype(np.float32), "time": np.full(len(x), time, np.float32), **told}
        return self.weights.network(inputs, ("predicted",))[0]


def _fills_only() -> EcgError:
    return EcgError("The generator 'diffecg' fills in and continues; choose another one for twins.")
