"""Today's generator: beats drawn for the patient, rendered along a rhythm score, and performed by a transformer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from pathlib import Path

import numpy as np
import torch

from ecgtwin_app.conditions.vocabulary import find_conditions, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, MODEL_SAMPLES, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.generators.base import Ability, Spec, Step
from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.attention import ConditionAttention
from ecgtwin_app.generators.ecgtwin.autoencoder import TOKENS
from ecgtwin_app.generators.ecgtwin.evidence import VelocityEvidence
from ecgtwin_app.generators.ecgtwin.flow import guided_velocity
from ecgtwin_app.generators.ecgtwin.learned_rhythm import compose
from ecgtwin_app.generators.ecgtwin.patient import EcgTwinPatient, identity_of, prepare
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan, make_plan
from ecgtwin_app.generators.ecgtwin.sampling_inputs import DIALS, sampling_inputs
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, load
from ecgtwin_app.generators.task import Task
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.sampling.names import USUAL_STEPS
from ecgtwin_app.sampling.samplers import sample, start_noise


class EcgTwin:
    """The generator `ecgtwin`; see `generators.base.Generator`.

    Attributes
    ----------
    model : TwinModel
    device : str
    """

    def __init__(self, model: TwinModel, device: str = "cpu"):
        self.model = model.to(device)
        self.device = device
        self._composer = None if model.rhythm is None else partial(compose, model)

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
        return prepare(self.model, recordings, self.device)

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
        """Draw the beats of each plan, and perform all plans together."""
        (strength, identity, sampler, total), *others = {self._settings_of(plan) for plan in plans}
        if others:
            raise ValueError("Plans that are sampled together have the same settings.")
        made = [sampling_inputs(self.model, plan, self.device) for plan in plans]
        context = reduce(Context.joined, (one.context for one in made))
        velocity = guided_velocity(self.model.flow, context, strength, identity)
        seeds = [plan.seed for plan in plans]
        noise = start_noise((TOKENS, self.model.config.components), seeds).to(self.device)
        steps = sample(sampler, velocity, noise, total, seeds)
        for number in range(1, total + 1):
            with torch.inference_mode():
                latent, denoised = next(steps)
                decoded = self.model.autoencoder.decode(latent if number == total else denoised)
            strips = decoded.float().cpu().numpy()
            finished = [one.finished(strip) for one, strip in zip(made, strips, strict=True)]
            yield Step(number, total, np.stack(finished), tuple(one.beats for one in made))

    def _settings_of(self, plan: EcgTwinPlan) -> tuple[float, float, str, int]:
        settings = plan.task.settings
        # The condition is in the beats already: guiding the strip towards it as well would double it.
        in_beats = plan.score is not None and self.model.beats.draws_beats
        strength = 1.0 if in_beats else settings.dials.get("strength", 1.0)
        return strength, settings.dials.get("identity", 1.0), settings.sampler, settings.steps

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """Unit-length base vector (width,) of a recording, its condition taken as unknown."""
        beat = None if measured is None else measured.delineation.representative
        return identity_of(self.model, ten_seconds(recording), self.device, beat)[1]

    def recording_attention(self) -> ConditionAttention:
        """To be open while one plan is sampled."""
        return ConditionAttention(self.model.flow.network)

    def condition_tokens(self, names: Sequence[str]) -> list[int]:
        """Columns of the attention, and of the statements, that belong to conditions."""
        statements = self.model.config.statements
        return [statements.index(condition.statement) for condition in find_conditions(names)]

    def evidence(self, plan: EcgTwinPlan, name: str = "") -> VelocityEvidence:
        """How much the velocity's error falls when the network is told of one condition, or of all."""
        context = sampling_inputs(self.model, plan, self.device).context
        column = self.condition_tokens([name])[0] if name else None
        return VelocityEvidence(self.model.flow, self.model.autoencoder, context, plan.seed, column)
