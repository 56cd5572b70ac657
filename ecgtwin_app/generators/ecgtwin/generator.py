"""Today's generator: the waves of a rhythm score drawn together from the patient's own beats, and laid along it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.conditions.vocabulary import find_condition, find_conditions, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.generators.base import Ability, Spec, Step
from ecgtwin_app.generators.ecgtwin.attention import ConditionAttention
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.beat_shape import DURATIONS
from ecgtwin_app.generators.ecgtwin.ensemble import StripContext
from ecgtwin_app.generators.ecgtwin.evidence import VelocityEvidence, without_kinds
from ecgtwin_app.generators.ecgtwin.learned_rhythm import compose
from ecgtwin_app.generators.ecgtwin.patient import EcgTwinPatient, base_vector, prepare
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan, make_plan
from ecgtwin_app.generators.ecgtwin.shapes import settled
from ecgtwin_app.generators.ecgtwin.strip import preview_of, strip_of
from ecgtwin_app.generators.ecgtwin.waves import StripWaves, dials_of
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, load
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.sampling.guidance import guided
from ecgtwin_app.sampling.names import USUAL_STEPS
from ecgtwin_app.sampling.samplers import sample

#: What this generator listens to of `Settings.dials`.
DIALS = frozenset({"strength", "identity", "noise"})


class EcgTwin:
    """The generator `ecgtwin`; see `generators.base.Generator`.

    Attributes
    ----------
    model : TwinModel
    device : str
    networks_alone : bool
        True lays what the networks draw first, whatever it misses (`shapes.settled`): for ablations.
    """

    def __init__(self, model: TwinModel, device: str = "cpu"):
        self.model = model.to(device)
        self.device = device
        self.networks_alone = False
        self._composer = None if model.rhythm is None else partial(compose, model)
        self._recorder: ConditionAttention | None = None

    @classmethod
    def load(cls, weights: Path, device: str = "cpu") -> EcgTwin:
        """Read and verify the weights in a folder; `WeightsError` where they are missing or damaged."""
        return cls(load(weights), device)

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
            abilities=frozenset({Ability.TWIN, Ability.ATTENTION, Ability.GRADIENTS}),
            samplers=USUAL_STEPS,
            rhythms=("process",) if self._composer is None else ("process", "learned"),
            set_points=frozenset({"heart_rate", "severity", "pr", "qrs", "qt", "axis", "score"}),
            dials=DIALS,
            simulated=tuple(
                c.name for c in load_vocabulary() if c.statement not in self.model.config.statements
            ),
        )

    def prepare(self, recordings: Sequence[Recording]) -> EcgTwinPatient:
        """Cut, measure and encode a patient's recordings, the reference first."""
        return prepare(self.model.ensemble, recordings, self.device)

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
        made = [StripWaves(self.model, plan, self.device) for plan in plans]
        context = reduce(StripContext.joined, (one.context() for one in made))
        if self._recorder is not None:
            self._recorder.of(made[0].drawn_events, context.condition.statements[:1])
        with torch.inference_mode():
            velocity = self._velocity(context, plans)
            start = self.model.ensemble.start(context.reference, context.kind)
            noise = torch.stack([_filled(one.noise(), context.kind.shape[1]) for one in made])
            noise = noise * self.model.ensemble.live[context.kind]
        steps = sample(settings.sampler, velocity, noise, settings.steps, [plan.seed for plan in plans])
        for number in range(1, settings.steps + 1):
            with torch.inference_mode():
                x, denoised = next(steps)
                last = number == settings.steps
                waves = start + (x if last else denoised)
                waves = [one[: len(shapes.rows)] for one, shapes in zip(waves, made, strict=True)]
                if last:
                    final = [
                        settled(self.model.ensemble, *one, self.networks_alone)
                        for one in zip(made, waves, strict=True)
                    ]
                    strips = [strip_of(*one) for one in zip(plans, made, final, strict=True)]
                    beats = tuple(one.made for one in final)
                else:
                    strips = [preview_of(plans[0], made[0], waves[0])]
                    beats = ()
            yield Step(number, settings.steps, np.stack(strips), beats)

    def _velocity(self, context: StripContext, plans: Sequence[EcgTwinPlan]):
        """The guided velocity of a batch; the dials of all plans are the same, what they remove need not be."""
        strength, _, identity = dials_of(plans[0])
        away = max(dials_of(plan)[1] for plan in plans)
        parts, weights = context, []
        for weight, other in (
            (strength - 1.0, context.without_condition),
            (away, context.without_source),
            # Below 1 the patient is less personal already (`nobody.OwnWaves`).
            (max(identity - 1.0, 0.0), context.without_identity),
        ):
            if weight:
                parts = parts.joined(other())
                weights.append(weight)
        ensemble = self.model.ensemble
        read = ensemble.identity(parts.reference)

        def velocity(at: Tensor, time: float) -> Tensor:
            return ensemble.velocity(at, torch.full((len(at),), time, device=at.device), parts, read)

        return guided(velocity, weights)

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """Unit-length base vector (width,) of a recording, its condition taken as unknown."""
        return base_vector(self.model.ensemble, recording, self.device, measured)

    def recording_attention(self) -> ConditionAttention:
        """To be open while one plan is sampled."""
        self._recorder = ConditionAttention(self.model.ensemble)
        return self._recorder

    def condition_tokens(self, names: Sequence[str]) -> list[int]:
        """Columns of the attention, and of the statements, that belong to conditions."""
        statements = self.model.config.statements
        return [statements.index(condition.statement) for condition in find_conditions(names)]

    def evidence(self, plan: EcgTwinPlan, name: str = "") -> VelocityEvidence:
        """How much better the waves are foreseen when the network is told of one condition, or of all."""
        made = StripWaves(self.model, plan, self.device)
        context, noise = made.context(), made.noise()
        drawn = self.model.ensemble.draw(context, noise[None], plan.task.settings.steps)[0]
        durations = drawn[:, SIZE - len(DURATIONS) :].cpu().numpy()
        untold = context.without_condition()
        if name:
            untold = context.without_statement(self.condition_tokens([name])[0])
        if not name or find_condition(name).is_rhythm:
            untold = without_kinds(untold)
        return VelocityEvidence(self.model.ensemble, context, untold, made.drawn_events, durations, noise)


def _filled(noise: Tensor, waves: int) -> Tensor:
    return nn.functional.pad(noise, (0, 0, 0, waves - len(noise)))


def _side_by_side(samplings: Sequence[Iterator[Step]]) -> Iterator[Step]:
    """Samplings of one plan each as one of all plans."""
    for steps in zip(*samplings, strict=True):
        previews = np.concatenate([step.preview for step in steps])
        yield Step(steps[0].number, steps[0].total, previews, tuple(b for step in steps for b in step.beats))
