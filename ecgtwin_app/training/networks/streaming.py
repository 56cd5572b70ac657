"""Batches drawn from disk in worker processes, each a function of seed, process and step alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from ecgtwin_app.ecg.beat.template import render_beats
from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.autoencoder import TOKENS, LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import Condition
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor
from ecgtwin_app.generators.ecgtwin.score_tracks import score_features, unpack_score
from ecgtwin_app.training.cases.case_distribution import case_weights
from ecgtwin_app.training.cases.dataset import DROP, CaseTable, with_unknowns
from ecgtwin_app.training.cases.pairs import PairDraw
from ecgtwin_app.training.cases.store import RecordStore
from ecgtwin_app.training.networks.strip import WINDOW


class _Tensors:
    """A dataclass of tensors and of such dataclasses, as one thing."""

    def each(self, change: Callable[[Tensor], Tensor]):
        """The same with every tensor changed."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: _changed(value, change) for name, value in values.items()})

    def to(self, device: torch.device):
        """On a device."""
        return self.each(lambda tensor: tensor.to(device, non_blocking=True))

    def pin_memory(self):
        """In memory that a GPU reads by itself."""
        return self.each(Tensor.pin_memory)


def _changed(value, change):
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, Condition):
        return Condition(*(change(getattr(value, field.name)) for field in fields(value)))
    return value.each(change)


@dataclass(frozen=True, eq=False)
class Reference(_Tensors):
    """What the extractor reads: latent (batch, tokens, components), beat (batch, 8, 500) and condition."""

    latent: Tensor
    beat: Tensor
    condition: Condition


@dataclass(frozen=True, eq=False)
class Batch(_Tensors):
    """Targets and what they are to be drawn from.

    Attributes
    ----------
    latent, laid : Tensor, shape (batch, tokens, components)
    score : Tensor, shape (batch, tokens, TRACK_FEATURES)
    condition : Condition
    reference : Reference
    known : Tensor, shape (batch,), bool
        Whether there is a reference.
    """

    latent: Tensor
    laid: Tensor
    score: Tensor
    condition: Condition
    reference: Reference
    known: Tensor

    def context(self, extractor: IndividualBaseExtractor) -> Context:
        """The context of the flow, identity read by a finished extractor."""
        r = self.reference
        with torch.no_grad():
            identity = extractor(r.latent, r.beat, r.condition).float()
        return Context(self.condition, identity, self.known, self.laid, self.score)


@dataclass(eq=False)
class PairSource:
    """Draws from a store of recordings, and for a share of each batch from a table of virtual cases.

    Parameters
    ----------
    store : RecordStore
    autoencoder : LappedAutoencoder
        The one that the store was encoded with.
    virtual : CaseTable or None
    virtual_share : float
        0 to 1.
    """

    store: RecordStore
    autoencoder: LappedAutoencoder
    virtual: CaseTable | None = None
    virtual_share: float = 0.0

    def __post_init__(self):
        self.pairs = PairDraw(self.store.patient, case_weights(self.store.statements))
        if self.virtual is not None:
            self._weights = torch.from_numpy(case_weights(self.virtual.statements.numpy()))

    def batch(self, count: int, rng: torch.Generator) -> Batch:
        """`count` targets with their references, parts left out at random."""
        return _left_out(self.whole_batch(count, rng), rng)

    def whole_batch(self, count: int, rng: torch.Generator) -> Batch:
        """The same with all that is known."""
        virtual = round(count * self.virtual_share) if self.virtual is not None else 0
        parts = []
        if virtual < count:
            parts.append(self._from_store(*self.pairs.draw(count - virtual, _numpy(rng))))
        if virtual:
            parts.append(self._from_table(torch.multinomial(self._weights, virtual, True, generator=rng)))
        return parts[0] if len(parts) == 1 else _joined(*parts)

    def contrast(self, count: int, rng: torch.Generator) -> tuple[Reference, Reference]:
        """Windows of two recordings each of different patients; what is known of their conditions varies."""
        a, b = self.pairs.contrast(count, _numpy(rng))
        # Of a patient with one recording: two windows that do not overlap, the beat on one side only.
        alone = torch.from_numpy(a == b)
        starts = torch.randint(0, TOKENS - WINDOW + 1, (2, len(a)), generator=rng)
        sides = []
        for side, rows in enumerate((a, b)):
            reference = self._reference(rows)
            start = torch.where(alone, side * (TOKENS - WINDOW), starts[side])
            at = start[:, None] + torch.arange(WINDOW)
            # The beat alone would do for most patients: without it the strip must be read, too.
            seen = (torch.rand(len(rows), generator=rng) > 0.3) & ~(alone & bool(side))
            sides.append(
                Reference(
                    reference.latent.take_along_dim(at[..., None], dim=1),
                    reference.beat * seen[:, None, None],
                    with_unknowns(reference.condition, rng),
                )
            )
        return sides[0], sides[1]

    @torch.no_grad()
    def _from_store(self, references: np.ndarray, targets: np.ndarray) -> Batch:
        store = self.store
        packed = zip(store.rows("events", targets), store.rows("atrial", targets), strict=True)
        scores = [unpack_score(events, int(atrial)) for events, atrial in packed]
        laid = np.zeros((len(targets), 8, 5000), np.float32)
        for row, (reference, score) in enumerate(zip(references, scores, strict=True)):
            if reference >= 0:
                laid[row] = render_beats(store.template(int(reference)), score)
        return Batch(
            latent=self._floats("latent", targets),
            laid=self.autoencoder.encode(torch.from_numpy(laid)),
            score=torch.from_numpy(np.stack([score_features(score) for score in scores])),
            condition=self._condition(targets),
            reference=self._reference(np.maximum(references, 0)),
            known=torch.from_numpy(references >= 0),
        )

    @torch.no_grad()
    def _from_table(self, rows: Tensor) -> Batch:
        cases, of = self.virtual, self.virtual.reference[rows]
        at = of.clamp(min=0)
        condition = cases.ref_condition.rows(at)
        return Batch(
            latent=cases.target[rows].float(),
            laid=cases.laid[rows].float(),
            score=cases.score(rows),
            condition=cases.condition.rows(rows),
            reference=Reference(cases.ref_latent[at].float(), cases.ref_beat[at].float(), condition),
            known=of >= 0,
        )

    def _reference(self, rows: np.ndarray) -> Reference:
        return Reference(self._floats("latent", rows), self._floats("beat", rows), self._condition(rows))

    def _condition(self, rows: np.ndarray) -> Condition:
        statements = torch.from_numpy(self.store.rows("statements", rows)).long()
        numbers = torch.from_numpy(self.store.rows("numbers", rows))
        sex = torch.from_numpy(self.store.rows("sex", rows)).long()
        return Condition(statements, torch.full(statements.shape, float("nan")), numbers, sex)

    def _floats(self, column: str, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self.store.rows(column, rows)).float()


class Stream(IterableDataset):
    """What `draw` gives for every step from `start` on, divided between the loader's workers in turn.

    Parameters
    ----------
    draw : callable (torch.Generator) -> a batch
    generator_of : callable (step) -> torch.Generator
    start, steps : int
        The first step and the one after the last.
    """

    def __init__(self, draw: Callable, generator_of: Callable, start: int, steps: int):
        self.draw, self.generator_of, self.start, self.steps = draw, generator_of, start, steps

    def __iter__(self) -> Iterator:
        worker = get_worker_info()
        number, count = (worker.id, worker.num_workers) if worker else (0, 1)
        for step in range(self.start + number, self.steps, count):
            yield self.draw(self.generator_of(step))


class Feed:
    """The batch of a step, loaded ahead; begins wherever a resumed run asks first."""

    def __init__(self, draw: Callable, generator_of: Callable, steps: int, workers: int, pin: bool):
        self._make = lambda start: DataLoader(
            Stream(draw, generator_of, start, steps), batch_size=None, num_workers=workers, pin_memory=pin
        )
        self._batches: Iterator | None = None

    def __call__(self, step: int):
        if self._batches is None:
            self._batches = iter(self._make(step))
        return next(self._batches)


def _numpy(rng: torch.Generator) -> np.random.Generator:
    return np.random.default_rng(int(torch.randint(2**62, (), generator=rng)))


def _joined(a: Batch, b: Batch) -> Batch:
    """Both batches in one."""
    r, s = a.reference, b.reference
    latent, beat = torch.cat([r.latent, s.latent]), torch.cat([r.beat, s.beat])
    return Batch(
        **{
            name: torch.cat([getattr(a, name), getattr(b, name)])
            for name in ("latent", "laid", "score", "known")
        },
        condition=a.condition.joined(b.condition),
        reference=Reference(latent, beat, r.condition.joined(s.condition)),
    )


def _left_out(batch: Batch, rng: torch.Generator) -> Batch:
    """The batch with identity, score and parts of the condition unknown at random; nothing said of references."""
    count = len(batch.known)
    known = batch.known & (torch.rand(count, generator=rng) >= DROP["identity"])
    scored = (torch.rand(count, generator=rng) >= DROP["score"])[:, None, None]
    reference = batch.reference
    unsaid = reference.condition.without_statements()
    unsaid = replace(
        unsaid, numbers=torch.full_like(unsaid.numbers, float("nan")), sex=torch.zeros_like(unsaid.sex)
    )
    return Batch(
        latent=batch.latent,
        laid=batch.laid * (scored & known[:, None, None]),
        score=batch.score * scored,
        condition=with_unknowns(batch.condition, rng),
        reference=Reference(reference.latent, reference.beat, unsaid),
        known=known,
    )
