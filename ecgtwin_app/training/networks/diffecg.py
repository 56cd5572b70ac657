"""Training of DiffECG: to tell how far a guess of what is hidden is off, as a draw from noise and as the middle."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.generators.diffecg.config import BEAT, KINDS, MIDDLE, TASKS, TIME_STEPS
from ecgtwin_app.generators.diffecg.network import Diffecg
from ecgtwin_app.generators.diffecg.spectrum import log_spectrum
from ecgtwin_app.generators.diffecg.window import kind_of
from ecgtwin_app.sampling.samplers import SAMPLERS, evenly_spaced
from ecgtwin_app.training.cases.hidden_pieces import VARIANTS, Piece, Strips

#: Mean and spread of the logit of the time to which noise is put on (Esser et al. 2024, arXiv 2403.03206); towards noise,
#: where few steps go.
LOGIT_TIME = (0.6, 1.2)
#: Times nearer to 0 count as this in the loss: there the noise that is left says more of the strip than the network does.
LEAST_TIME = 0.7
#: Share of a batch of which the middle is asked.
OF_MIDDLE = 0.5
#: A strip's voltage is drawn up to this much larger or smaller.
GAIN = 0.15
#: Errors count less in a strip of large waves: as if it were so large (units of the network's scale), more by this.
LEAST_SIZE, USUAL_SIZE = 0.3, 0.7


class Batches:
    """Strips with something hidden, by step.

    Parameters
    ----------
    strips : Strips
    size : int
    virtual : float
        Share of virtual patients.
    """

    def __init__(self, strips: Strips, size: int, virtual: float):
        self.strips, self.size = strips, size
        learned = ~strips.set_aside
        pools = (np.flatnonzero(learned & strips.virtual), np.flatnonzero(learned & ~strips.virtual))
        shares = [
            share if len(rows) else 0.0 for rows, share in zip(pools, (virtual, 1 - virtual), strict=True)
        ]
        self.pools, self.shares = pools, torch.tensor(shares)

    def pieces(self, generator: torch.Generator) -> list[Piece]:
        """Those of a batch."""
        kinds = torch.multinomial(self.shares, self.size, True, generator=generator).tolist()
        found = []
        for kind in kinds:
            place, variant = (
                int(torch.randint(most, (1,), generator=generator))
                for most in (len(self.pools[kind]), VARIANTS)
            )
            found.append(self.strips.piece(int(self.pools[kind][place]), variant))
        return found

    def loss(self, network: Diffecg, generator: torch.Generator) -> Tensor:
        """Of one batch: the velocity's square over what is hidden; of the middle the size of its error."""
        pieces = self.pieces(generator)
        told, off = told_of(network, pieces, gains(len(pieces), generator))
        noise = torch.randn(off.shape, generator=generator)
        mean, spread = LOGIT_TIME
        time = torch.sigmoid(mean + spread * torch.randn(len(pieces), generator=generator))
        middle = torch.rand(len(pieces), generator=generator) < OF_MIDDLE
        device = next(network.parameters()).device
        off, noise, time, middle, *told = (one.to(device) for one in (off, noise, time, middle, *told))
        hidden, t = told[1], time[:, None, None]
        noisy = ((1 - t) * off + t * noise) * hidden
        x = torch.where(middle[:, None, None], 0.0, noisy)
        at = torch.where(middle, float(MIDDLE), time * TIME_STEPS)
        predicted = network(x, *told[:3], at, told[3])
        error = (predicted - off) * hidden
        error = error * weight_of(told[0], hidden)[:, None, None]
        count = hidden.sum((1, 2)).clamp_min(1)
        squares = (error / t.clamp_min(LEAST_TIME)).square().sum((1, 2)) / count
        sizes = error.abs().sum((1, 2)) / count
        return torch.where(middle, sizes, squares).mean()


def weight_of(guessed: Tensor, hidden: Tensor) -> Tensor:
    """How much an error of a strip counts, shape (batch,), by what is visible of it alone."""
    seen = 1 - hidden
    size = ((guessed * seen).square().sum((1, 2)) / seen.sum((1, 2)).clamp_min(1)).sqrt()
    return (LEAST_SIZE + USUAL_SIZE) / (LEAST_SIZE + size.clamp_min(LEAST_SIZE))


def gains(count: int, generator: torch.Generator) -> np.ndarray:
    """A factor of each strip's voltage, shape (count, 1, 1)."""
    drawn = torch.rand(count, 1, 1, generator=generator)
    return (1 + GAIN * (2 * drawn - 1)).numpy()


def told_of(
    network: Diffecg, pieces: list[Piece], gain: np.ndarray | float = 1.0
) -> tuple[list[Tensor], Tensor]:
    """What the network is told of pieces (guess, hidden, spectrum, task), and how far the guess is off."""
    config = network.config
    strip, guessed = (np.stack([getattr(one, name) for one in pieces]) * gain for name in ("strip", "guess"))
    hidden = np.stack([one.hidden for one in pieces])
    visible = np.where(hidden, 0, guessed / config.scale)
    told = (guessed / config.scale, hidden, log_spectrum(visible))
    tensors = [torch.from_numpy(np.ascontiguousarray(one, np.float32)) for one in told]
    task = torch.tensor([one.task for one in pieces])
    off = torch.from_numpy(((strip - guessed) / config.off).astype(np.float32))
    return [*tensors, task], off


#: Of a band by which spreads are set, and draws and steps of each strip that tell it.
LEVEL, DRAWS, STEPS = 0.8, 10, 6
#: Strips of each kind that tell it, and spreads that are tried.
OF_EACH, TRIED = 30, np.arange(0.5, 3.05, 0.05)


def spread_of(network: Diffecg, strips: Strips) -> dict[str, float]:
    """By kind of hiding, the factor of draws' distance from their middle with which the band holds so many of the true samples.

    Of real patients of whom nothing was learned; kinds of which there is none are left out.
    """
    rows = np.flatnonzero(strips.set_aside & ~strips.virtual).tolist()
    pieces: dict[str, list[Piece]] = {kind: [] for kind in KINDS}
    for variant in range(VARIANTS):
        for row in rows:
            piece = strips.piece(row, variant)
            own = pieces.get(kind_of(piece.hidden, TASKS[piece.task]), [])
            if TASKS[piece.task] != BEAT and len(own) < OF_EACH:
                own.append(piece)
        if all(len(own) == OF_EACH for own in pieces.values()):
            break
    found = {}
    for kind, own in pieces.items():
        if own:
            inside = np.mean([_inside(network, piece, number) for number, piece in enumerate(own)], axis=0)
            found[kind] = round(float(TRIED[np.abs(inside - LEVEL).argmin()]), 2)
    return found


def _inside(network: Diffecg, piece: Piece, seed: int) -> np.ndarray:
    """Share of the hidden samples within the band, by spread tried."""
    told, off = told_of(network, [piece])
    network_told = [one.expand(DRAWS, *one.shape[1:]) for one in told]
    hidden = network_told[1]
    convolutions = network.convolutions()

    def velocity(x: Tensor, t: float) -> Tensor:
        at = torch.full((DRAWS,), t * TIME_STEPS)
        clean = network(x * hidden, *network_told[:3], at, network_told[3], convolutions)
        return (x - clean) / t

    noise = torch.randn((DRAWS, *off.shape[1:]), generator=torch.Generator().manual_seed(seed))
    with torch.inference_mode():
        *_, (drawn, _) = SAMPLERS["dpm_solver_2m"](velocity, noise, evenly_spaced(STEPS))
        silent, at = torch.zeros_like(off), torch.full((1,), float(MIDDLE))
        middle = network(silent, *told[:3], at, told[3], convolutions).numpy()[0][piece.hidden]
    draws, true = drawn.numpy()[:, piece.hidden] - middle, off.numpy()[0][piece.hidden] - middle
    low, high = (np.quantile(draws, (1 + side * LEVEL) / 2, axis=0, method="weibull") for side in (-1, 1))
    return np.array([np.mean((true >= f * low) & (true <= f * high)) for f in TRIED])
