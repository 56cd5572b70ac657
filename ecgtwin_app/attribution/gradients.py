"""The gradients map: which samples of the twin make the model recognise the condition.

A generator is a classifier too: it tells how much it recognises a condition in a signal. Integrated gradients
(Sundararajan et al. 2017) share this evidence out over the samples, along the straight path from the same noise
performed without the condition to the twin.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.attribution.method import Found
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.generators.base import Evidence, EvidenceGenerator
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.i18n.message import Message

#: The path is cut into segments, so that the job can report and be cancelled between them.
SEGMENTS, STEPS_A_SEGMENT = 8, 2


def gradients(question: Question) -> Iterator[Progress | Found]:
    """Draw the same noise without the condition, and follow the evidence from there to the twin."""
    generator, total = cast(EvidenceGenerator, question.generator), question.steps + SEGMENTS
    signal = question.signal
    for item in question.counterfactual(total):
        if isinstance(item, Progress):
            yield item
        else:
            signal, _ = item
    evidence = generator.evidence(question.plan, question.one)
    # What another library runs is differentiated on the processor.
    device = generator.device if generator.spec.backend == "torch" else "cpu"
    ends = [torch.from_numpy(independent_leads(one)).to(device) for one in (signal, question.signal)]
    attributions = torch.zeros_like(ends[0])
    for segment, part in enumerate(integrated_gradients(evidence, *ends), 1):
        attributions += part
        yield Progress(question.steps + segment, total, None, Message("Integrating gradients"))
    yield shared_out(attributions, evidence, *ends)


def integrated_gradients(evidence: Evidence, plain: Tensor, twin: Tensor) -> Iterator[Tensor]:
    """Attributions (8, samples) of one segment of the path after another; their sum is the whole.

    Parameters
    ----------
    plain, twin : Tensor, shape (8, samples)
        Both ends of the path, mV.
    """
    # Imported here only: captum brings matplotlib, and both cost seconds at start-up.
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(evidence)
    for k in range(SEGMENTS):
        start = torch.lerp(plain, twin, k / SEGMENTS)[None]
        end = torch.lerp(plain, twin, (k + 1) / SEGMENTS)[None]
        yield method.attribute(end, start, n_steps=STEPS_A_SEGMENT, internal_batch_size=1)[0].detach()


def shared_out(attributions: Tensor, evidence: Evidence, plain: Tensor, twin: Tensor) -> Found:
    """Signed map over the twelve leads; the four leads that follow from I and II carry none of their own.

    ``checks`` tells the evidence at both ends and how far the attributions miss its difference
    (completeness), as a share of it.
    """
    with torch.no_grad():
        without, with_condition = evidence(torch.stack([plain, twin])).tolist()
    values = np.zeros((12, attributions.shape[1]), np.float32)
    values[[0, 1, 6, 7, 8, 9, 10, 11]] = attributions.float().cpu().numpy()
    values /= max(float(np.abs(values).sum()), 1e-12)
    gained = with_condition - without
    missed = abs(float(attributions.sum()) - gained) / max(abs(gained), 1e-12)
    checks = {"evidence_twin": with_condition, "evidence_without": without, "completeness_error": missed}
    return Found(values, checks)
