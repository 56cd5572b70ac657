"""The engine: a reference and a request in, twins and heat maps out, step by step."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

import ecgtwin_app
from ecgtwin_app.attribution.attention import AttentionRecorder, attention_map
from ecgtwin_app.attribution.contrast import contrast_map
from ecgtwin_app.attribution.gradients import SEGMENTS, Evidence, gradients_map, integrated_gradients
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.vocabulary import Condition
from ecgtwin_app.ecg.delineation.flutter import without_p
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads, lead_law_residual
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, EcgError, Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.compose import compose
from ecgtwin_app.engine.counterfactual import asked_about, without
from ecgtwin_app.engine.draw import Draw, prepare_draw
from ecgtwin_app.engine.feasible import check_consistent, check_request
from ecgtwin_app.engine.plan import Plan, make_plan
from ecgtwin_app.engine.reference import PreparedReference, identity_of, prepare
from ecgtwin_app.engine.request import AskedGot, HeatMap, Progress, Twin, TwinRequest, request_to_json
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.generators.ecgtwin.autoencoder import TOKENS
from ecgtwin_app.generators.ecgtwin.conditioning import AT_A_RATE
from ecgtwin_app.generators.ecgtwin.flow import Guided
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, WeightsError, load
from ecgtwin_app.resources import weight_path
from ecgtwin_app.sampling.samplers import sample, start_noise

#: Heat maps, the default first.
METHODS = ("contrast", "attention", "gradients")


class TwinEngine:
    """Makes twins. Use it from one thread at a time.

    Attributes
    ----------
    model_name, weights_sha256 : str
    device : str
    """

    def __init__(self, model: TwinModel, device: str = "cpu"):
        self._model = model.to(device)
        self.device = device
        self.model_name, self.weights_sha256 = model.name, model.sha256
        self._prepared: PreparedReference | None = None
        self._composer = None if model.rhythm is None else partial(compose, model)

    @classmethod
    def load(cls, weights: Path | None = None, device: str = "auto") -> TwinEngine:
        """Read the weights (those that ship, unless a folder is named) and verify them.

        Raises
        ------
        WeightsError
            When they are missing or damaged.
        EcgError
            When the device is not there.
        """
        try:
            folder = weights or weight_path("")
        except FileNotFoundError as error:
            raise WeightsError(str(error)) from None
        return cls(load(folder), _device(device))

    def generate(
        self, reference: Recording, request: TwinRequest, others: Sequence[Recording] = ()
    ) -> list[Twin]:
        """All twins of a request; see `iter_generate`."""
        return [item for item in self.iter_generate(reference, request, others) if isinstance(item, Twin)]

    def iter_generate(
        self, reference: Recording, request: TwinRequest, others: Sequence[Recording] = ()
    ) -> Iterator[Progress | Twin]:
        """Make the twins of a request.

        Yields a `Progress` with a preview after every step and a `Twin` whenever one is finished. Closing
        the iterator between two steps cancels the rest.

        Parameters
        ----------
        others : sequence of Recording
            More recordings of the same patient, pooled with the reference to what is personal.

        Raises
        ------
        EcgError
            When the reference or the request cannot be used.
        """
        if reason := needs(reference):
            raise EcgError(reason)
        conditions = self._conditions(request)
        prepared = self._prepare(reference, others)
        check_consistent(request, prepared.rate)
        total = request.samples * request.best_of * request.steps
        done = 0
        for number in range(request.samples):
            best = None
            for draw in range(request.best_of):
                # Draws of one twin are far apart in seed, so that they never meet another twin's.
                seed = request.seed + number + 1_000_003 * draw
                plan = make_plan(conditions, request, prepared, seed, self._composer)
                began = time.perf_counter()
                made = self._draw(prepared, plan, request, seed)
                latent = None
                for latent, denoised in self._sample(made, plan, request, seed):
                    done += 1
                    preview = made.finished(self._decode(denoised))
                    yield Progress(done, total, preview, f"Twin {number + 1} of {request.samples}")
                signal = made.finished(self._decode(latent))
                seconds = time.perf_counter() - began
                twin = self._finish(prepared, request, conditions, plan, seed, signal, seconds, draw == 0)
                if best is None or _met_count(twin) > _met_count(best):
                    best = twin
            yield best

    def iter_attribute(
        self,
        reference: Recording,
        twin: Twin,
        method: str = "contrast",
        others: Sequence[Recording] = (),
        of: str = "",
    ) -> Iterator[Progress | HeatMap]:
        """What each part of a twin owes to its condition, or to one of its conditions.

        Parameters
        ----------
        method : str
            One of `METHODS`.
            "contrast": the twin minus the same noise performed without the condition (mV, signed).
            "attention": the share of the condition's tokens in the cross-attention, over time.
            "gradients": the samples' shares in what makes the model recognise the condition (signed).
        others : sequence of Recording
            Those that the twin was made with.
        of : str
            One of the twin's conditions: what it changed beside the others. All of them together unless given.
        """
        if method not in METHODS:
            raise EcgError(
                f"There is no heat map '{method}'; choose {', '.join(METHODS[:-1])} or {METHODS[-1]}."
            )
        request = twin.request
        conditions = self._conditions(request)
        prepared = self._prepare(reference, others)
        plan = make_plan(conditions, request, prepared, twin.seed, self._composer)
        about = asked_about(of, conditions)
        one = about[0] if len(about) < len(conditions) else ""
        columns = [self._statement(condition) for condition in conditions if condition.name in about]
        if method == "attention":
            yield from self._attention(prepared, plan, twin, columns, one)
            return
        plain = without(plan, about, request, prepared, twin.seed)
        total = request.steps + (SEGMENTS if method == "gradients" else 0)
        latent, made = None, self._draw(prepared, plain, request, twin.seed)
        for step, (latent, _) in enumerate(self._sample(made, plain, request, twin.seed), 1):
            yield Progress(step, total, None, "The same patient without the condition")
        counterfactual = made.finished(self._decode(latent))
        if method == "contrast":
            yield replace(
                contrast_map(twin.recording.signal, counterfactual, twin.score, plain.score), of=one
            )
        else:
            column = columns[0] if one else None
            for item in self._gradients(prepared, plan, twin, counterfactual, total, column):
                yield replace(item, of=one) if isinstance(item, HeatMap) else item

    def _attention(
        self, prepared, plan: Plan, twin: Twin, columns: list[int], of: str
    ) -> Iterator[Progress | HeatMap]:
        steps = twin.request.steps
        with AttentionRecorder(self._model.flow.network) as recorder:
            made = self._draw(prepared, plan, twin.request, twin.seed)
            for step, _ in enumerate(self._sample(made, plan, twin.request, twin.seed), 1):
                yield Progress(step, steps, None, "Reading the attention")
            yield replace(attention_map(recorder.mean(), columns, twin.recording.samples), of=of)

    def _gradients(
        self, prepared, plan: Plan, twin: Twin, counterfactual, total, column: int | None
    ) -> Iterator[Progress | HeatMap]:
        context = self._draw(prepared, plan, twin.request, twin.seed).context
        evidence = Evidence(self._model.flow, self._model.autoencoder, context, twin.seed, column)
        ends = [
            torch.from_numpy(independent_leads(signal)).to(self.device)
            for signal in (counterfactual, twin.recording.signal)
        ]
        attributions = torch.zeros_like(ends[0])
        for segment, part in enumerate(integrated_gradients(evidence, *ends), 1):
            attributions += part
            yield Progress(total - SEGMENTS + segment, total, None, "Integrating gradients")
        yield gradients_map(attributions, evidence, *ends)

    def identity_similarity(self, a: Recording, b: Recording) -> float:
        """Cosine of the base vectors of two recordings, -1 to 1."""
        return float(self.base_vector(a) @ self.base_vector(b))

    def base_vector(self, recording: Recording) -> np.ndarray:
        """Unit-length base vector (width,) of a recording, its condition taken as unknown."""
        return identity_of(self._model, ten_seconds(recording), self.device)[1]

    def knows(self, condition: Condition) -> bool:
        """Whether the weights were trained for a condition of the vocabulary."""
        return condition.name in (*AT_A_RATE, *self._model.config.statements)

    def _conditions(self, request: TwinRequest) -> list[Condition]:
        conditions = check_request(request)
        for condition in conditions:
            if not self.knows(condition):
                raise EcgError(f"The model was not trained for {condition.name}; choose another condition.")
        return conditions

    def _prepare(self, reference: Recording, others: Sequence[Recording] = ()) -> PreparedReference:
        digests = tuple(recording.digest() for recording in (reference, *others))
        if self._prepared is None or self._prepared.digests != digests:
            self._prepared = prepare(self._model, reference, self.device, others)
        return self._prepared

    def _statement(self, condition: Condition) -> int:
        name = "sinus rhythm" if condition.name in AT_A_RATE else condition.name
        return self._model.config.statements.index(name)

    def _draw(self, prepared: PreparedReference, plan: Plan, request: TwinRequest, seed: int) -> Draw:
        return prepare_draw(self._model, prepared, plan, request, seed, self.device)

    def _sample(self, made: Draw, plan: Plan, request: TwinRequest, seed: int):
        """Steps of the sampler; each is (latent, denoised)."""
        # The condition is in the beats already: guiding the strip towards it as well would double it.
        in_beats = plan.score is not None and self._model.beats.there
        strength = 1.0 if in_beats else request.strength
        velocity = Guided(self._model.flow, made.context, strength, request.identity)
        noise = start_noise((TOKENS, self._model.config.components), [seed]).to(self.device)
        steps = sample(request.sampler, velocity, noise, request.steps, [seed])
        while True:
            with torch.inference_mode():
                item = next(steps, None)
            if item is None:
                return
            yield item

    @torch.inference_mode()
    def _decode(self, latent: torch.Tensor) -> np.ndarray:
        """Eight leads (8, 5000), float32 mV, of the first latent of a batch."""
        return self._model.autoencoder.decode(latent)[0].float().cpu().numpy()

    def _finish(self, prepared, request, conditions, plan: Plan, seed, signal, seconds, first_draw) -> Twin:
        recording = Recording(
            signal,
            MODEL_RATE,
            patient=replace(prepared.recording.patient, age=plan.age, sex=plan.sex, name="", identifier=""),
            source="ECGTwin",
            synthetic=True,
            provenance=self._provenance(prepared, request, plan, seed),
        )
        measured = measure(recording)
        residual = lead_law_residual(recording.signal)
        names = tuple(condition.name for condition in conditions)
        verdicts = judge(
            measured,
            names,
            # A score of the user's own has the rate that it has.
            heart_rate=plan.rate if request.score is None else request.heart_rate,
            age=plan.age,
            sex=plan.sex,
            reference=prepared.measured,
            set_points={name: getattr(request, name) for name in SET_POINTS},
            rate_kept=request.heart_rate is None and not plan.rate_reason,
        )
        lines = [AskedGot(v.name, v.unit, v.asked, v.reference, v.got, v.met) for v in verdicts]
        if plan.rate_reason and request.score is None:
            lines.insert(1, AskedGot(plan.rate_reason, "", "", None, None, None))
        values = measured.as_dict()
        flutter = measured.flutter if "atrial flutter" in names else None
        if flutter is not None and meets(judge(measured, ("atrial flutter",))):
            values = without_p(values, flutter)
        beat = measured.delineation.representative
        _, base = identity_of(self._model, recording, self.device, beat)
        return Twin(
            recording=recording,
            request=request,
            seed=seed,
            score=plan.score,
            asked_got=tuple(lines),
            met=all(line.met is not False for line in lines) and not any(v.reason for v in verdicts),
            identity_similarity=float(base @ prepared.base),
            lead_law_residual_uv=residual * 1000,
            measurements=values,
            seconds=seconds,
            first_draw=first_draw,
        )

    def _provenance(self, prepared: PreparedReference, request: TwinRequest, plan: Plan, seed: int) -> dict:
        return {
            "synthetic": True,
            "model": self.model_name,
            "weights_sha256": self.weights_sha256,
            "seed": seed,
            "request": request_to_json(request),
            "rate_asked": plan.rate,
            **({"rate_reason": plan.rate_reason} if plan.rate_reason else {}),
            "reference_sha256": prepared.digests[0],
            **({"pooled_sha256": list(prepared.digests[1:])} if len(prepared.digests) > 1 else {}),
            "versions": {
                "ecgtwin": ecgtwin_app.__version__,
                "torch": torch.__version__,
                "numpy": np.__version__,
                "python": platform.python_version(),
            },
        }


def _met_count(twin: Twin) -> tuple[bool, int]:
    return twin.met, sum(line.met is True for line in twin.asked_got)


def _device(name: str) -> str:
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        return next(device for device in ("cuda", "mps", "cpu") if there[device])
    if not there.get(name, False):
        raise EcgError(f"The device '{name}' is not available here; use --device auto or cpu.")
    return name
