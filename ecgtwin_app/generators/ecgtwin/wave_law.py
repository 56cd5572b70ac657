"""What is known of the waves of a strip before a network is asked."""

from __future__ import annotations

from typing import Any

import numpy as np

from ecgtwin_app.generators.ecgtwin.beat_codec import part_mask
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.reference import BLURRED, Reference
from ecgtwin_app.generators.ecgtwin.strip_context import WAVES, foreign
from ecgtwin_app.sampling.arrays import library


def masks() -> dict[str, np.ndarray]:
    """Which numbers belong to what: `WaveLaw`'s live, p_part and parts."""
    beat, p = part_mask("qrs", "t"), part_mask("p")
    return {
        "live": np.stack([p if kind.startswith("P") else beat for kind in WAVES]),
        "p_part": p,
        "parts": np.stack([part_mask(part) for part in BLURRED]).astype(np.float32),
    }


class WaveLaw:
    """Where a draw starts, and how far the waves of a kind are alike; written once for arrays and tensors.

    Attributes
    ----------
    config : AdaXConfig
    own_centre : array, shape (SIZE,)
        Everybody's beat.
    within : array, shape (kinds, SIZE)
        Which share of the variance parts the waves of one strip.
    live : array, shape (kinds, SIZE), bool
        The numbers that a kind of wave has.
    p_part : array, shape (SIZE,), bool
        Those of the P.
    parts : array, shape (3, SIZE)
        Those of P, QRS and T.
    """

    config: AdaXConfig
    own_centre: Any
    within: Any
    live: Any
    p_part: Any
    parts: Any

    def start(self, reference: Reference, kind: Any) -> Any:
        """What the drawn numbers are added to, (batch, waves, SIZE): the patient's own beat.

        As far as it is blurred, or nobody's, it is everybody's; a ventricular beat begins from nothing.
        """
        reference = reference.of_nobody() if self.config.anybody else reference
        certain = 1 / (1 + (reference.blur @ self.parts) ** 2)
        seen = reference.known[:, None] & (reference.has_p[:, None] | ~self.p_part)
        told = library(certain).where(seen, certain, 0.0)
        own = self.own_centre + (reference.beats[:, 0] - self.own_centre) * told
        return own[:, None] * (self.live[kind] & ~foreign(kind)[..., None])

    def mixed(self, shared: Any, own: Any, kind: Any) -> Any:
        """Noise (waves, SIZE), shared as far as waves of a kind are alike in one strip."""
        within = self.within[kind]
        return (1 - within) ** 0.5 * shared + within**0.5 * own
