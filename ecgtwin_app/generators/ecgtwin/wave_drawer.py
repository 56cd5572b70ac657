"""Draws the waves of strips: what is known of them beforehand, and networks behind a seam."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE, Codec
from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch
from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.flutter_wave import FlutterLaw
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.strip_context import StripContext
from ecgtwin_app.generators.ecgtwin.wave_law import WaveLaw, masks
from ecgtwin_app.inference import Network
from ecgtwin_app.sampling.guidance import guided
from ecgtwin_app.sampling.noise import Noise
from ecgtwin_app.sampling.samplers import Velocity, dpm_solver_2m
from ecgtwin_app.sampling.schedules import evenly_spaced

#: Breaths a second, and the share of what parts the beats of a strip that goes with them.
BREATHS, BREATH_SHARE = 0.25, 0.5
#: Takes what the waves looked at, (batch, waves, tokens), each time a velocity is asked for.
Looked = Callable[[np.ndarray], None]


class WaveDrawer(WaveLaw):
    """The ensemble at work, in arrays.

    Parameters
    ----------
    config : AdaXConfig
    numbers : mapping of str to ndarray
        Buffers of the ensemble, by their names in its file.
    identity, velocity : Network
        `graphs.Identity` and `graphs.Velocity`.

    Attributes
    ----------
    codec : Codec
    turn : FlutterLaw
    own_spread : ndarray, shape (SIZE,)
        How far patients' beats are from everybody's.
    looked : callable or None
        While it is set, it is given what the waves look at.
    """

    def __init__(
        self, config: AdaXConfig, numbers: Mapping[str, np.ndarray], identity: Network, velocity: Network
    ):
        self.config = config
        plain = {name: np.asarray(values, np.float32) for name, values in numbers.items()}
        self.codec = Codec(_below("codec.", plain))
        self.turn = FlutterLaw(_below("turn.", plain))
        self.own_centre, self.own_spread, self.within = (
            plain[name] for name in ("own_centre", "own_spread", "within")
        )
        known = masks()
        self.live, self.p_part, self.parts = known["live"], known["p_part"], known["parts"]
        self._identity, self._velocity = identity, velocity
        self.looked: Looked | None = None

    def identity(self, reference: Reference) -> tuple[np.ndarray, np.ndarray]:
        """Identity tokens (batch, own beats, width) and base vectors (batch, width)."""
        told = {name: getattr(reference, name) for name in ("beats", "has_p", "blur", "known")}
        tokens, base = self._identity(told | _plain(reference.condition), ("identity", "base"))
        return tokens, base

    def velocity(self, x: np.ndarray, time: np.ndarray, context: StripContext, identity=None) -> np.ndarray:
        """dx/dt (batch, waves, SIZE) at `x` and `time` (batch,).

        `identity` are the tokens of `self.identity(context.reference)` where these have been read already.
        """
        tokens = self.identity(context.reference)[0] if identity is None else identity
        told = {"x": x, "time": time, "kind": context.kind, "there": context.there}
        told |= {"identity": tokens} | _plain(context.condition)
        if self.looked is None:
            return self._velocity(told, ("velocity",))[0]
        found, looked = self._velocity(told, ("velocity", "looked"))
        self.looked(looked)
        return found

    def guided_velocity(
        self, context: StripContext, strength: float = 1.0, away: float = 0.0, identity: float = 1.0
    ) -> Velocity:
        """The velocity of a batch under the dials.

        Parameters
        ----------
        strength : float
            Guidance towards the condition; 1 is none.
        away : float
            Guidance away from what the reference itself shows; 0 is none.
        identity : float
            Guidance towards the patient; 1 is none. Below 1 the patient is less personal already (`nobody.OwnWaves`).
        """
        parts, weights = context, []
        for weight, other in (
            (strength - 1.0, context.without_condition),
            (away, context.without_source),
            (max(identity - 1.0, 0.0), context.without_identity),
        ):
            if weight:
                parts = parts.joined(other())
                weights.append(weight)
        read = self.identity(parts.reference)[0]

        def velocity(at: np.ndarray, time: float) -> np.ndarray:
            return self.velocity(at, np.full(len(at), time, np.float32), parts, read)

        return guided(velocity, weights)

    def draw(
        self, context: StripContext, noise: np.ndarray, steps: int, strength: float = 1.0, away: float = 0.0
    ) -> np.ndarray:
        """Vectors of all waves (batch, waves, SIZE); what a kind has not is 0.

        Parameters
        ----------
        noise : ndarray, shape (batch, waves, SIZE)
        strength, away : float
            See `guided_velocity`.
        """
        velocity = self.guided_velocity(context, strength, away)
        *_, (drawn, _) = dpm_solver_2m(velocity, noise * self.live[context.kind], evenly_spaced(steps))
        return drawn + self.start(context.reference, context.kind)

    def noise(self, kind: np.ndarray, seed: int, times: Sequence[float] = ()) -> np.ndarray:
        """What the waves of one strip are drawn from, (waves, SIZE).

        A wave's noise depends on the seed, its kind and how many of its kind come before it, not on the others.

        Parameters
        ----------
        kind : ndarray, shape (waves,)
        times : sequence of float
            Onsets, seconds: waves at the same phase of the breath are more alike. Left out, all differ alike.
        """
        out = np.zeros((len(kind), SIZE), np.float32)
        at = np.asarray(times, np.float32)
        for one in np.unique(kind).tolist():
            drawn, rows = Noise(seed * 64 + one), np.flatnonzero(kind == one)
            shared, cosine, sine = drawn.normal(3, SIZE)
            own = drawn.normal(len(rows), SIZE)
            if len(at):
                phase = np.float32(2 * np.pi * BREATHS) * at[rows][:, None]
                breath = (np.cos(phase) * cosine + np.sin(phase) * sine) * BREATH_SHARE**0.5
                own = breath + (1 - BREATH_SHARE) ** 0.5 * own
            out[rows] = self.mixed(shared, own, kind[rows])
        return out


def _below(prefix: str, numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): values for name, values in numbers.items() if name.startswith(prefix)}


def _plain(condition: ConditionBatch) -> dict[str, np.ndarray]:
    return {name: getattr(condition, name) for name in ("statements", "severity", "numbers", "sex")}
