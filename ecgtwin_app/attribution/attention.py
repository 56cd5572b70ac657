"""The attention map: how much each instant of the twin looked at the condition's tokens.

Cross-attention weights of the diffusion transformer, averaged over sampling steps, layers and heads, as in
ECGTwin's case study, which shows one step only. Softmax runs over the condition tokens, so the value is a
share. It is a course over time, the same for all leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np

from ecgtwin_app.attribution.method import Found
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.generators.base import AttentionGenerator
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.i18n.message import Message


def attention(question: Question) -> Iterator[Progress | Found]:
    """Draw the twin again and read the attention on its way."""
    generator = cast(AttentionGenerator, question.generator)
    with generator.recording_attention() as recorder:
        for step in generator.sample([question.plan]):
            yield Progress(step.number, step.total, None, Message("Reading the attention"))
        columns = generator.condition_tokens(question.about)
        yield attention_over_time(recorder.mean(), columns, question.signal.shape[1])


def attention_over_time(weights: np.ndarray, columns: list[int], samples: int) -> Found:
    """Share of attention on some condition tokens over time, repeated for the twelve leads.

    Parameters
    ----------
    weights : ndarray, shape (tokens, condition tokens)
    columns : list of int
        The tokens asked about.
    samples : int
        Length of the twin; the course is interpolated linearly between the tokens' middles.
    """
    share = weights[:, sorted(set(columns))].sum(axis=1)
    width = samples / len(share)
    course = np.interp(np.arange(samples), (np.arange(len(share)) + 0.5) * width - 0.5, share)
    values = np.repeat(course[None], 12, axis=0).astype(np.float32)
    uniform = len(set(columns)) / weights.shape[1]
    checks = {"mean_share": float(share.mean()), "share_if_uniform": uniform, "range": float(np.ptp(share))}
    return Found(values, checks)
