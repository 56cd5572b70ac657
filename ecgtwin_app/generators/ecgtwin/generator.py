"""Today's generator: the waves of a rhythm score drawn together from the patient's own beats, and laid along it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from itertools import repeat
from pathlib import Path

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_condition, find_conditions, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.generators.base import Ability, Evidence, Spec, Step
from ecgtwin_app.generators.ecgtwin.attention import ConditionAttention
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS
from ecgtwin_app.generators.ecgtwin.evidence import OfEither, of_tensors, without_kinds
from ecgtwin_app.generators.ecgtwin.learned_rhythm import compose
from ecgtwin_app.generators.ecgtwin.loaded import Networks
from ecgtwin_app.generators.ecgtwin.networks import load
from ecgtwin_app.generators.ecgtwin.patient import EcgTwinPatient, base_vector, prepare
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan, make_plan
from ecgtwin_app.generators.ecgtwin.strip import laid, preview_of
from ecgtwin_app.generators.ecgtwin.strip_context import StripContext, filled
from ecgtwin_app.generators.ecgtwin.waves import StripWaves, dials_of
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.inference import USUAL_BACKEND
from ecgtwin_app.sampling.names import USUAL_STEPS
from ecgtwin_app.sampling.samplers import sample

#: What this generator listens to of `Settings.dials`.
DIALS = frozenset({"strength", "identity", "noise"})


class EcgTwin:
    """The generator `ecgtwin`; see `generators.base.Generator`.

    Attributes
    ----------
    model : Networks
    networks_alone : bool
        True lays what the networks draw first, whatever it misses (`shapes.settlements`): for ablations.
    """

    def __init__(self, model: Networks):
        self.model, self.drawer = model, model.drawer
        self.networks_alone = False
        self._composer = None if model.rhythm is None else partial(compose, model)
        self._recorder: ConditionAttention | None = None

    @property
    def device(self) -> str:
        """Where its networks are: once the graphics memory was too little, the processor."""
        ensemble = self.model.ensemble
        return self.model.device if ensemble is None else next(ensemble.parameters()).device.type

    @classmethod
    def load(cls, weights: Path, device: str = "cpu", backend: str = USUAL_BACKEND) -> EcgTwin:
        """Read and verify the weights in a folder; `WeightsError` where they are missing or damaged."""
        return cls(load(weights, backend, device))

    @property
    def spec(self) -> Spec:
        """What it says of itself."""
        return Spec(
            id="ecgtwin",
            model=self.model.name,
            weights_sha256=self.model.sha256,
            rate=MODEL_RATE,
            samples=MODEL_SAMPLES,
            leads=LEADS,
            statements=tuple(
                c.name for c in load_vocabulary() if c.statement in self.model.config.statements
            ),
            abilities=frozenset(self._abilities()),
            samplers=USUAL_STEPS,
            rhythms=("process",) if self._composer is None else ("process", "learned"),
            set_points=frozenset({"heart_rate", "severity", "pr", "qrs", "qt", "axis", "score"}),
            dials=DIALS,
            backend=self.model.backend,
            simulated=tuple(
                c.name for c in load_vocabulary() if c.statement not in self.model.config.statements
            ),
        )

    def _abilities(self) -> set[Ability]:
        able = {Ability.TWIN, Ability.ATTENTION, Ability.EVIDENCE}
        differentiable = self.model.ensemble is not None or self.model.read_ensemble is not None
        return able | {Ability.GRADIENTS} if differentiable else able

    def prepare(self, recordings: Sequence[Recording]) -> EcgTwinPatient:
        """Cut, measure and encode a patient's recordings, the reference first."""
        return prepare(self.drawer, recordings)

    def plan(self, patient: EcgTwinPatient, task: Task, seed: int) -> EcgTwinPlan:
        """Settle what the task leaves open and write the rhythm score.

        Raises
        ------
        EcgError
            A rhythm that the networks were not taught is to be written by one of them.
        """
        if task.target.score is None and task.settings.rhythm != "process":
            for condition in find_conditions(task.target.present):
                if condition.is_rhythm and condition.name in self.spec.simulated:
                    raise EcgError(
                        "Only its rhythm process knows {condition}; choose the rhythm 'process'.",
                        condition=Message(condition.name),
                    )
        return make_plan(patient, task, seed, self._composer)

    def sample(self, plans: Sequence[EcgTwinPlan]) -> Iterator[Step]:
        """Draw the waves of all plans together, settle each strip's shapes and lay them."""
        settings = plans[0].task.settings
        if any(plan.task.settings != settings for plan in plans):
            raise ValueError("Plans that are sampled together have the same settings.")
        if settings.sampler == "ddpm" and len(plans) > 1:
            # Its noise of each step would depend on how many waves the longest strip has.
            yield from _side_by_side([self.sample([plan]) for plan in plans])
            return
        made = [StripWaves(self.drawer, plan) for plan in plans]
        context = reduce(StripContext.joined, (one.context() for one in made))
        if self._recorder is not None:
            self._recorder.of(made[0].drawn_events, context.condition.statements[:1])
        start = self.drawer.start(context.reference, context.kind)
        if self._recorder is not None or any(one.drawn_anew for one in made):
            velocity = self._velocity(context, plans)
            noise = np.concatenate([filled(one.noise()[None], context.kind.shape[1]) for one in made])
            noise = noise * self.drawer.live[context.kind]
            steps = sample(settings.sampler, velocity, noise, settings.steps, [plan.seed for plan in plans])
        else:
            still = np.zeros_like(start)
            steps = repeat((still, still))
        for number in range(1, settings.steps + 1):
            x, denoised = next(steps)
            last = number == settings.steps
            if last and self._recorder is not None:
                self._recorder.end()
            waves = start + (x if last else denoised)
            waves = [one[: len(shapes.rows)] for one, shapes in zip(waves, made, strict=True)]
            if last:
                final = [
                    laid(self.drawer, *one, self.networks_alone)
                    for one in zip(plans, made, waves, strict=True)
                ]
                strips = np.stack([strip for _, strip in final])
                yield Step(number, settings.steps, strips, tuple(shapes.made for shapes, _ in final))
            else:
                yield Step(number, settings.steps, partial(_seen, plans[0], made[0], waves[0]))

    def _velocity(self, context: StripContext, plans: Sequence[EcgTwinPlan]):
        """The guided velocity of a batch; the dials of all plans are the same, what they remove need not be."""
        strength, _, identity = dials_of(plans[0])
        away = max(dials_of(plan)[1] for plan in plans)
        return self.drawer.guided_velocity(context, strength, away, identity)

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """Unit-length base vector (width,) of a recording, its condition taken as unknown."""
        return base_vector(self.drawer, recording, measured)

    def recording_attention(self) -> ConditionAttention:
        """To be open while one plan is sampled."""
        self._recorder = ConditionAttention(self.drawer)
        return self._recorder

    def condition_tokens(self, names: Sequence[str]) -> list[int]:
        """Columns of the attention, and of the statements, that belong to conditions."""
        statements = self.model.config.statements
        return [statements.index(condition.statement) for condition in find_conditions(names)]

    def evidence(self, plan: EcgTwinPlan, name: str = "") -> Evidence:
        """How much better the waves are foreseen when the network is told of one condition, or of all."""
        made = StripWaves(self.drawer, plan)
        context, noise = made.context(), made.noise()
        drawn = self.drawer.draw(context, noise[None], plan.task.settings.steps)[0]
        durations = drawn[:, SIZE - len(DURATIONS) :]
        untold = context.without_condition()
        if name:
            untold = context.without_statement(self.condition_tokens([name])[0])
        if not name or find_condition(name).is_rhythm:
            untold = without_kinds(untold)
        told = (context, untold, durations, noise)
        if self.model.ensemble is not None:
            return of_tensors(self.model.ensemble, made.drawn_events, told)
        return OfEither(self.drawer, self.model.read_ensemble, made.drawn_events, told)


def _seen(plan: EcgTwinPlan, made: StripWaves, waves: np.ndarray) -> np.ndarray:
    return preview_of(plan, made, waves)[None]


def _side_by_side(samplings: Sequence[Iterator[Step]]) -> Iterator[Step]:
    """Samplings of one plan each as one of all plans."""
    for steps in zip(*samplings, strict=True):
        previews = np.concatenate([step.preview for step in steps])
        yield Step(steps[0].number, steps[0].total, previews, tuple(b for step in steps for b in step.beats))
