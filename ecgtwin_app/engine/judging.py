"""A drawn signal as a twin: measured, judged by the referee, and with where it comes from."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

import ecgtwin_app
from ecgtwin_app.conditions.absence import judge_absent, judge_kept
from ecgtwin_app.conditions.referee import judge, meets
from ecgtwin_app.conditions.set_points import SET_POINTS
from ecgtwin_app.conditions.together import why_apart
from ecgtwin_app.conditions.verdict import Verdict
from ecgtwin_app.conditions.vocabulary import find_condition, find_conditions
from ecgtwin_app.ecg.delineation.flutter import without_p
from ecgtwin_app.ecg.measurement.measure import Measurements, measure
from ecgtwin_app.ecg.signal.leads import lead_law_residual
from ecgtwin_app.ecg.signal.recording import MODEL_RATE, EcgError, Patient, Recording
from ecgtwin_app.engine.request import AskedGot, Twin, TwinRequest, request_to_json
from ecgtwin_app.generators.base import Beats, Generator, Plan, Spec
from ecgtwin_app.generators.canonical import canonical, history_of
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.inference import versions

#: What the provenance of a twin says of a reference that was itself generated.
ORIGIN = ("generator", "model", "weights_sha256", "seed")


def judged(
    generator: Generator,
    plan: Plan,
    request: TwinRequest,
    drawn: np.ndarray,
    seconds: float,
    first_draw: bool,
    beats: Mapping[str, Beats] | None = None,
    sources: Mapping[str, Sequence[str]] | None = None,
) -> Twin:
    """The twin of a plan.

    Parameters
    ----------
    generator : Generator
        That drew it.
    request : TwinRequest
        As it was asked.
    drawn : ndarray, shape (leads, samples)
        As the generator gives it.
    seconds : float
        That it took.
    first_draw : bool
    beats : mapping of str to Beats, optional
        How the beats of each condition were made, as the generator says.
    sources : mapping of str to sequence of str, optional
        Who says so of each condition that the reference shows; of the task's own nobody unless given.
    """
    reference = plan.patient
    recording = _recording(generator.spec, plan, request, drawn, beats or {}, sources)
    measured = measure(recording)
    verdicts = _verdicts(measured, plan, request)
    lines = [AskedGot(v.name, v.unit, v.asked, v.reference, v.got, v.met, v.kind) for v in verdicts]
    if plan.rate_reason and request.score is None:
        lines.insert(1, AskedGot(plan.rate_reason, "", "", None, None, None))
    lines[1:1] = [AskedGot(sentence, "", "", None, None, None) for sentence in _kept_as_it_is(plan, request)]
    return Twin(
        recording=recording,
        request=request,
        seed=plan.seed,
        score=plan.score,
        asked_got=tuple(lines),
        met=meets(verdicts),
        identity_similarity=_similarity(generator, recording, measured, reference.base),
        lead_law_residual_uv=lead_law_residual(recording.signal) * 1000,
        measurements=_values(measured, plan),
        seconds=seconds,
        first_draw=first_draw,
    )


def _similarity(
    generator: Generator, recording: Recording, measured: Measurements, base: np.ndarray | None
) -> float | None:
    """How alike twin and patient are; None without a patient, or where no beat of the twin can be measured."""
    if base is None:
        return None
    try:
        return float(generator.base_vector(recording, measured) @ base)
    except EcgError:
        return None


def _verdicts(measured: Measurements, plan: Plan, request: TwinRequest) -> tuple[Verdict, ...]:
    target, reference = plan.task.target, plan.patient.measured
    named = {condition.name for condition in find_conditions((*request.conditions, *(request.keep or ())))}
    only_kept = tuple(name for name in target.keep if name not in named)
    asked = judge(
        measured,
        tuple(name for name in target.present if name not in only_kept),
        beside=only_kept,
        # A score of the user's own has the rate that it has.
        heart_rate=plan.rate if request.score is None else request.heart_rate,
        age=plan.age,
        sex=plan.sex,
        reference=reference,
        set_points={name: getattr(request, name) for name in SET_POINTS},
        rate_kept=request.heart_rate is None and not plan.rate_reason,
    )
    context = (measured, target.present, plan.age, plan.sex, reference)
    return (
        *asked,
        *(_absent(name, *context) for name in target.absent if name in _ruled_out(plan, request)),
        *(judge_kept(context[0], name, *context[1:]) for name in only_kept),
    )


def _kept_as_it_is(plan: Plan, request: TwinRequest) -> list[Message]:
    """Of which rhythms that are asked at a severity the reference's own stays: a severity is one of beats."""
    if request.severity is None:
        return []
    asked = find_conditions(request.conditions)
    return [
        Message(
            "{condition} is kept as it is: a severity is that of a beat's shape.", condition=Message(one.name)
        )
        for one in asked
        if one.severity is not None and one.name in plan.task.target.keep
    ]


def _ruled_out(plan: Plan, request: TwinRequest) -> set[str]:
    """What the user does not want; the rest had to make room for what is asked, which is judged by itself."""
    if request.only or request.keep is not None:
        to_keep = {condition.name for condition in find_conditions(request.keep or ())}
        return set(plan.task.target.absent) - to_keep
    return {condition.name for condition in find_conditions(request.without)}


def _absent(name: str, measured: Measurements, present: tuple[str, ...], *of_patient) -> Verdict:
    """Whether what was ruled out is gone; for information where what is asked looks like it to its criteria."""
    verdict = judge_absent(measured, name, present, *of_patient)
    removed = find_condition(name)
    alike = any(why_apart(removed, other) and not other.is_rhythm for other in find_conditions(present))
    return replace(verdict, met=None, reason="") if alike else verdict


def _values(measured: Measurements, plan: Plan) -> dict:
    """What is measured; where flutter waves are asked for and seen, they are not taken for P waves."""
    values = measured.as_dict()
    flutters = [
        condition.name
        for condition in find_conditions(plan.task.target.present)
        if condition.atria == "flutter"
    ]
    flutter = measured.flutter if flutters else None
    if flutter is not None and meets(judge(measured, flutters)):
        values = without_p(values, flutter)
    return values


def better(one: Twin, other: Twin) -> bool:
    """Whether a twin meets more of what was asked than another."""
    return _met_count(one) > _met_count(other)


def _met_count(twin: Twin) -> tuple[bool, int]:
    return twin.met, sum(line.met is True for line in twin.asked_got)


def _recording(
    spec: Spec,
    plan: Plan,
    request: TwinRequest,
    drawn: np.ndarray,
    beats: Mapping[str, Beats],
    sources: Mapping[str, Sequence[str]] | None,
) -> Recording:
    reference = plan.patient.recording
    known = Patient() if reference is None else reference.patient
    return Recording(
        canonical(drawn, spec),
        MODEL_RATE,
        patient=replace(known, age=plan.age, sex=plan.sex, name="", identifier=""),
        source="ECGTwin",
        history=history_of(spec),
        synthetic=True,
        provenance=provenance(spec, plan, request, beats, sources),
    )


def _shares_filled(reference: Recording | None) -> dict[str, float]:
    """How much of each lead of a reference was filled in and not recorded, 0 to 1."""
    if reference is None or not reference.filled:
        return {}
    shares = reference.filled_mask.mean(axis=1)
    return {
        lead: round(float(share), 3) for lead, share in zip(reference.leads, shares, strict=True) if share
    }


def provenance(
    spec: Spec,
    plan: Plan,
    request: TwinRequest,
    beats: Mapping[str, Beats],
    sources: Mapping[str, Sequence[str]] | None = None,
) -> dict:
    """Where a twin comes from, as plain values: the same values draw the same twin."""
    digests, target = plan.patient.digests, plan.task.target
    shows = plan.task.source.shows
    return {
        "synthetic": True,
        "generator": spec.id,
        "model": spec.model,
        "weights_sha256": spec.weights_sha256,
        "seed": plan.seed,
        "request": request_to_json(request),
        "present": list(target.present),
        "kept": list(target.keep),
        "removed": [name for name in target.absent if name in shows],
        "shows": {name: list((sources or {}).get(name, ())) for name in shows},
        "rate_asked": plan.rate,
        **({"beats": {name: str(way) for name, way in beats.items()}} if beats else {}),
        **({"rate_reason": plan.rate_reason} if plan.rate_reason else {}),
        **({"reference_sha256": digests[0]} if digests else {}),
        **_of_generated(plan.patient.recording),
        **({"reference_filled": filled} if (filled := _shares_filled(plan.patient.recording)) else {}),
        **({"pooled_sha256": list(digests[1:])} if len(digests) > 1 else {}),
        "versions": {
            "ecgtwin": ecgtwin_app.__version__,
            **versions(spec.backend),
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }


def _of_generated(reference: Recording | None) -> dict:
    """That a reference was itself generated, by which generator and seed, as far as it says so."""
    if reference is None or not reference.synthetic:
        return {}
    origin = {name: reference.provenance[name] for name in ORIGIN if name in reference.provenance}
    return {"reference": {"synthetic": True} | origin}
