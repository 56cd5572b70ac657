"""SSSD-ECG-nle behind the contract of a generator: ECGs of nobody, from statements, age, sex and heart rate alone.

A network that hears a rhythm score is given one: a rhythm process writes it from the same statements. Skorik and Avetisyan 2024 (arXiv 2407.11108), after Alcaraz and Strodthoff 2023 (arXiv 2301.08227). It draws I, II and V1
to V6 at 100 Hz; the engine brings them to 500 Hz through a linear filter, which keeps the lead laws, and derives the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.feasible_rate import RESTING, rate_for
from ecgtwin_app.conditions.records.shared import NORMAL_PR
from ecgtwin_app.conditions.states import ABSENT, PRESENT
from ecgtwin_app.conditions.vocabulary import NORMAL, find_conditions, load_vocabulary
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError, Recording
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step
from ecgtwin_app.generators.sssd.config import LEADS, ORIGINS, RATE, SAMPLES, SEXES, TIME_STEPS, SssdConfig
from ecgtwin_app.generators.sssd.names import THREE_STATES
from ecgtwin_app.generators.sssd.score_input import score_input
from ecgtwin_app.generators.sssd.statements import states_under
from ecgtwin_app.generators.sssd.velocity import sampled, velocity_of
from ecgtwin_app.generators.sssd.weights import load
from ecgtwin_app.generators.state_space.folder import Weights
from ecgtwin_app.generators.task import Task
from ecgtwin_app.heart.rhythm.processes import TYPICAL_QRS, mean_rate, write_score
from ecgtwin_app.sampling.guidance import guided
from ecgtwin_app.sampling.samplers import Velocity, start_noise

#: Resting rates (1/min) that are drawn where none is asked for lie within these.
SLOWEST, FASTEST = 45.0, 120.0
#: PR (ms) of people: mean and standard deviation of 404 normal real recordings; drawn within the normal limits.
PR = (160.0, 24.0)


@dataclass(frozen=True)
class _Conduction:
    """What a rhythm process reads of a person: PR (s) at a cycle length (s), and the width of QRS."""

    pr: float
    rr: float
    qrs_duration: float = TYPICAL_QRS
    has_p: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class SssdPlan(Plan):
    """One draw.

    Attributes
    ----------
    told_rate : float
        Ventricular rate (1/min) that the network is told; drawn where none is asked for, and `rate` is None.
    counterpart : RhythmScore or None
        What the same heart would have performed without the rhythm.
    """

    told_rate: float
    counterpart: RhythmScore | None = None

    def without_condition(self, names: Sequence[str] = ()) -> SssdPlan:
        """The same draw, at the same rate, without these conditions or without any: then in sinus rhythm."""
        left = tuple(name for name in self.names if names and name not in names) or (NORMAL,)
        was, is_ = (
            any(one.is_rhythm and one.name != NORMAL for one in find_conditions(n))
            for n in (self.names, left)
        )
        score = self.counterpart if was and not is_ else self.score
        return replace(self, names=left, score=score)


class SssdGenerator:
    """The generator `sssd`; see `generators.base.Generator`.

    Parameters
    ----------
    weights : Weights
    """

    def __init__(self, weights: Weights):
        self.weights = weights

    @classmethod
    def load(cls, folder: Path | None, device: str = "cpu", backend: str = "torch") -> SssdGenerator:
        """Read the weights; `EcgError` where they are missing or cannot be used."""
        return cls(load(folder, backend, device))

    @property
    def device(self) -> str:
        """Where its network is now."""
        return getattr(self.weights.network, "device", self.weights.device)

    @property
    def spec(self) -> Spec:
        """What it says of itself. Guidance needs a statement that can be unknown."""
        config = self.weights.config
        known = {condition.name for condition in load_vocabulary()}
        return Spec(
            id="sssd",
            model=self.weights.name,
            weights_sha256=self.weights.sha256,
            rate=RATE,
            samples=SAMPLES,
            leads=INDEPENDENT_LEADS,
            statements=tuple(name for name in config.statements if name in known),
            abilities=frozenset({Ability.POPULATION}),
            samplers={"dpm_solver_2m": 25, "heun": 25, "euler": 50, "ddpm": TIME_STEPS},
            rhythms=("process", "none") if config.score else ("none",),
            set_points=frozenset({"heart_rate", *(("score",) if config.score else ())}),
            dials=frozenset({"strength"} if config.embedding == THREE_STATES else ()),
            backend=self.weights.backend,
        )

    def prepare(self, recordings: Sequence[Recording]) -> PreparedPatient:
        """Nobody in particular; `EcgError` for recordings, which it cannot look at."""
        if recordings:
            raise EcgError(
                "The generator 'sssd' makes patients that do not exist, and looks at no recording; leave it out."
            )
        return PreparedPatient(recording=None, digests=(), measured=None, rate=None, base=None)

    def plan(self, patient: PreparedPatient, task: Task, seed: int) -> SssdPlan:
        """Settle the rate: what is asked for, else one that people with the conditions have."""
        target = task.target
        asked = target.set_points.get("heart_rate")
        resting = float(np.clip(np.random.default_rng([seed, 4]).normal(*RESTING), SLOWEST, FASTEST))
        names = target.present or (NORMAL,)
        told, _ = rate_for(names, asked, resting, seed)
        score = counterpart = target.score
        if score is None and task.settings.rhythm == "process":
            rng = np.random.default_rng([seed, 5])
            pr = float(np.clip(rng.normal(*PR), *NORMAL_PR)) / 1000
            score, counterpart = write_score(names, told, rng, _Conduction(pr, 60 / told), age=target.age)
        if score is not None:
            told = mean_rate(score)
        return SssdPlan(
            patient=patient, task=task, seed=seed, names=names, rate=asked, age=target.age, sex=target.sex,
            score=score, told_rate=told, counterpart=counterpart,
        )  # fmt: skip

    def sample(self, plans: Sequence[SssdPlan]) -> Iterator[Step]:
        """Draw plans of the same settings together."""
        kinds = {(p.task.settings.sampler, p.task.settings.steps, self._strength(p)) for p in plans}
        if len(kinds) > 1:
            raise ValueError("Plans that are sampled together have the same settings.")
        ((sampler, total, strength),) = kinds
        config, seeds = self.weights.config, [plan.seed for plan in plans]
        weights = [strength - 1] if strength != 1 else []
        velocity = guided(self._velocity(plans, bool(weights)), weights)
        noise = start_noise((LEADS, SAMPLES), seeds)
        steps = sampled(sampler, velocity, config.predicts, noise, total, seeds)
        for number, (x, denoised) in enumerate(steps, start=1):
            drawn = x if number == total else denoised
            yield Step(number, total, (config.scale * drawn).astype(np.float32))

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """`EcgError`: it knows of no person."""
        raise EcgError("The generator 'sssd' knows of no person; choose another one to compare recordings.")

    def _strength(self, plan: SssdPlan) -> float:
        return plan.task.settings.dials.get("strength", 1.0) if "strength" in self.spec.dials else 1.0

    def _velocity(self, plans: Sequence[SssdPlan], guide: bool) -> Velocity:
        """Of a batch that holds the strips once, or told all and then told no statement."""
        told = _told(self.weights.config, plans)
        if guide:
            # The score is told at both ends: guidance is to what the statements do to the waves.
            nothing = {name: np.zeros_like(told[name]) for name in ("present", "absent")}
            told = {name: np.concatenate([value, nothing.get(name, value)]) for name, value in told.items()}
        return velocity_of(partial(self._predicted, told), self.weights.config.predicts)

    def _predicted(self, told: dict[str, np.ndarray], x: np.ndarray, time: float) -> np.ndarray:
        inputs = {"x": x.astype(np.float32), "time": np.full(len(x), time, np.float32), **told}
        return self.weights.network(inputs, ("predicted",))[0]


def _told(config: SssdConfig, plans: Sequence[SssdPlan]) -> dict[str, np.ndarray]:
    """What the network is told of plans, by the names of its inputs: of people, not of virtual patients."""
    states = np.stack([states_under(config.statements, plan.names, plan.told_rate) for plan in plans])
    ages = [np.nan if plan.age is None else plan.age for plan in plans]
    score = {"score": np.stack([score_input(plan.score) for plan in plans])} if config.score else {}
    return score | {
        "present": (states == PRESENT).astype(np.float32),
        "absent": (states == ABSENT).astype(np.float32),
        "numbers": np.array([ages, [plan.told_rate for plan in plans]], np.float32).T.copy(),
        "sex": np.array([SEXES.index(plan.sex or "") for plan in plans], np.int64),
        "origin": np.full(len(plans), ORIGINS.index("person"), np.int64),
    }
