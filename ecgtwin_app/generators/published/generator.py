"""ECGTwin as its authors published it (arXiv 2508.02720), with their weights, behind the contract of a generator.

The report that is wanted goes in as sentences, one a condition, in the words of the vocabulary; the patient as heart
rate, age and sex, and as the base vector of the reference. Two things differ from the authors' program: the latent of
the reference is the mean of what their encoder says, not a draw, and III, aVR, aVL and aVF are derived from I and II.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from ecgtwin_app.conditions.feasible_rate import rate_for
from ecgtwin_app.conditions.vocabulary import NORMAL, find_condition, load_vocabulary
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step
from ecgtwin_app.generators.published.diffusion import base_vector, decode, sample_latents
from ecgtwin_app.generators.published.files import PublishedModel, load
from ecgtwin_app.generators.published.networks import MOST_SENTENCES
from ecgtwin_app.generators.published.signals import (
    PUBLISHED_RATE,
    PUBLISHED_SAMPLES,
    eight_leads,
    patient_numbers,
)
from ecgtwin_app.generators.task import Task
from ecgtwin_app.inference import is_out_of_memory
from ecgtwin_app.sampling.names import DDPM_STEPS

#: Said where no rhythm is asked for: the reports that the networks learned from begin with one.
USUAL_RHYTHM = NORMAL
#: To decode takes as long as two steps: so many previews of a draw are enough.
PREVIEWS = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class PublishedPatient(PreparedPatient):
    """A reference made ready for the networks.

    Attributes
    ----------
    recording : Recording
    measured : Measurements
    rate : float
        Ventricular rate, 1/min.
    base : ndarray, shape (256,)
        Its conditions taken as unknown, of length 1.
    vector : Tensor, shape (1, 256)
        What the noise predictor reads: told of the reference's own report where it has one, of any length.
    """

    recording: Recording
    measured: Measurements
    rate: float
    base: np.ndarray
    vector: torch.Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class PublishedPlan(Plan):
    """One draw.

    Attributes
    ----------
    patient : PublishedPatient
    rate : float
        1/min.
    """

    patient: PublishedPatient
    rate: float

    def without_condition(self, names: Sequence[str] = ()) -> PublishedPlan:
        """The same draw without these conditions, or without any: in sinus rhythm where nothing is left."""
        left = tuple(name for name in self.names if names and name not in names)
        return replace(self, names=left or (USUAL_RHYTHM,))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report that is wanted, a rhythm first."""
        rhythm = any(find_condition(name).group == "rhythm" for name in self.names)
        return self.names if rhythm else (USUAL_RHYTHM, *self.names)


class Published:
    """The generator `published`; see `generators.base.Generator`.

    Attributes
    ----------
    model : PublishedModel
    device : str
        Where its networks are: once the graphics memory was too little, the processor.
    """

    def __init__(self, model: PublishedModel, device: str = "cpu"):
        self.model = model.to(device)
        self.device = device

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> Published:
        """Read the authors' files in a folder; `EcgError` where one is missing or is something else."""
        return cls(load(folder), device)

    @property
    def spec(self) -> Spec:
        """What it says of itself."""
        return Spec(
            id="published",
            model="ECGTwin as published",
            weights_sha256=self.model.sha256,
            rate=PUBLISHED_RATE,
            samples=PUBLISHED_SAMPLES,
            leads=INDEPENDENT_LEADS,
            statements=tuple(condition.name for condition in load_vocabulary()),
            abilities=frozenset({Ability.TWIN}),
            samplers={"ddpm": DDPM_STEPS, "dpm_solver_2m": 25, "heun": 25, "euler": 50},
            set_points=frozenset({"heart_rate"}),
        )

    def prepare(self, recordings: Sequence[Recording]) -> PublishedPatient:
        """Cut, measure and encode a patient's recordings; what is personal is averaged over all of them.

        Raises
        ------
        EcgError
            When a recording is too short or has no beats, or one beside the reference was generated.
        """
        if any(other.synthetic for other in recordings[1:]):
            raise EcgError("A generated recording tells nothing more of the patient; add recorded ones only.")
        strips = [ten_seconds(recording) for recording in recordings]
        measured = [measure(strip) for strip in strips]
        vectors = [self._vector(strip, one) for strip, one in zip(strips, measured, strict=True)]
        bases = np.mean([self.base_vector(strip) for strip in strips], axis=0)
        return PublishedPatient(
            recording=strips[0],
            digests=tuple(recording.digest() for recording in recordings),
            measured=measured[0],
            rate=_rate(measured[0]),
            base=bases / np.linalg.norm(bases),
            vector=torch.cat(vectors).mean(dim=0, keepdim=True),
        )

    def plan(self, patient: PublishedPatient, task: Task, seed: int) -> PublishedPlan:
        """Settle rate, age and sex.

        Raises
        ------
        EcgError
            When age or sex is neither asked nor known: the networks have no way to say so.
        """
        target, known = task.target, patient.recording.patient
        rate, reason = rate_for(target.present, target.set_points.get("heart_rate"), patient.rate, seed)
        age = known.age if target.age is None else target.age
        sex = known.sex if target.sex is None else target.sex
        patient_numbers(rate, age, sex)
        return PublishedPlan(
            patient=patient, task=task, seed=seed, names=target.present, rate=rate, rate_reason=reason, age=age, sex=sex
        )  # fmt: skip

    def sample(self, plans: Sequence[PublishedPlan]) -> Iterator[Step]:
        """Draw plans of the same conditions together; on the processor, from the start, where graphics memory is short."""
        done = 0
        try:
            for step in self._drawn(plans):
                done = step.number
                yield step
            return
        except Exception as error:
            if not self._goes_on(error):
                raise
        # From the same seeds the same again: what was told is not told twice.
        yield from (step for step in self._drawn(plans) if step.number > done)

    def _goes_on(self, error: Exception) -> bool:
        """Whether an error was of short graphics memory; the networks are on the processor then."""
        if self.device == "cpu" or not is_out_of_memory(error):
            return False
        self.model.to("cpu")
        self.device = "cpu"
        return True

    def _drawn(self, plans: Sequence[PublishedPlan]) -> Iterator[Step]:
        (sampler, total), *others = {(p.task.settings.sampler, p.task.settings.steps) for p in plans}
        (sentences, *other_reports) = {plan.sentences for plan in plans}
        if others or other_reports:
            raise ValueError("Plans that are sampled together have the same settings and conditions.")
        report = self.model.text.embed(sentences).to(self.device).expand(len(plans), -1, -1)
        numbers = torch.cat([patient_numbers(plan.rate, plan.age, plan.sex) for plan in plans])
        base = torch.cat([plan.patient.vector for plan in plans]).to(self.device)
        seeds = [plan.seed for plan in plans]
        latents = sample_latents(self.model, base, report, numbers.to(self.device), seeds, sampler, total)
        every = max(1, total // PREVIEWS)
        preview = np.zeros((len(plans), len(INDEPENDENT_LEADS), PUBLISHED_SAMPLES), np.float32)
        for number, (latent, denoised) in enumerate(latents, start=1):
            if number == total:
                preview = eight_leads(decode(self.model, latent))
            elif number % every == 0 or number == 1:
                preview = eight_leads(decode(self.model, denoised))
            yield Step(number, total, preview)

    def base_vector(self, recording: Recording, measured: Measurements | None = None) -> np.ndarray:
        """Unit-length base vector (256,) of a recording, its conditions taken as unknown."""
        vector = self._encoded(ten_seconds(recording), None, None)
        return F.normalize(vector, dim=-1)[0].cpu().numpy()

    def _vector(self, strip: Recording, measured: Measurements) -> torch.Tensor:
        """The base vector (1, 256) told of the report that came with the recording, of whom all is known."""
        patient = strip.patient
        if not strip.statements or patient.age is None or patient.sex is None:
            return self._encoded(strip, None, None)
        report = self.model.text.embed(strip.statements[:MOST_SENTENCES])
        return self._encoded(strip, report, patient_numbers(_rate(measured), patient.age, patient.sex))

    def _encoded(
        self, strip: Recording, report: torch.Tensor | None, numbers: torch.Tensor | None
    ) -> torch.Tensor:
        """The base vector (1, 256); by the processor where graphics memory is short."""
        try:
            return base_vector(self.model, strip.signal, report, numbers, self.device).cpu()
        except Exception as error:
            if not self._goes_on(error):
                raise
        return base_vector(self.model, strip.signal, report, numbers, self.device)


def _rate(measured: Measurements) -> float:
    beat = measured.delineation.representative
    return 60.0 / beat.rr if measured.heart_rate is None else measured.heart_rate
