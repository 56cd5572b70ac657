"""The contrast map: the twin minus the same noise performed without the condition.

A counterfactual is the most direct attribution a generator offers: it shows what the condition changed, in
millivolts, and nothing has to be believed about gradients. Of a condition that the reference shows and the twin has not
it is the other way round: the same noise performed with it, less the twin. Either way it is what the condition adds.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecgtwin_app.attribution.checks import in_ectopic_beats
from ecgtwin_app.attribution.method import Found
from ecgtwin_app.attribution.question import Question
from ecgtwin_app.generators.progress import Progress


def contrast(question: Question) -> Iterator[Progress | Found]:
    """Draw the same noise without the condition, and take it from the twin; or with it, and take the twin from it."""
    for item in question.counterfactual(question.steps):
        if isinstance(item, Progress):
            yield item
        else:
            signal, other = item
            added = signal - question.signal if question.removed else question.signal - signal
            values = added.astype(np.float32)
            checks = {
                "rms_mv": float(np.sqrt(np.mean(values**2))),
                "same_rhythm": question.score == other.score,
                **in_ectopic_beats(values, other.score if question.removed else question.score),
            }
            yield Found(values, checks)
