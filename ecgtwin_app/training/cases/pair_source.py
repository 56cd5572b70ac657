"""Pairs of one patient's recordings, streamed from disk, and virtual cases beside them: a source of batches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ecgtwin_app.ecg.beat.template import render_beats
from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.autoencoder import TOKENS, LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, ConditionBatch
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor
from ecgtwin_app.generators.ecgtwin.score_tracks import score_features, unpack_score, ventricular_tokens
from ecgtwin_app.training.cases.case_distribution import STATEMENTS, case_weights
from ecgtwin_app.training.cases.dataset import DROP, CaseTable, with_unknowns
from ecgtwin_app.training.cases.pairs import PairDraw
from ecgtwin_app.training.cases.source import WINDOW, Reference, Tensors
from ecgtwin_app.training.cases.store import RecordStore

#: Batches that the latent's spread is measured on.
SPREAD_BATCHES = 8


@dataclass(frozen=True, eq=False)
class PairBatch(Tensors):
    """Targets and what they are to be drawn from.

    Attributes
    ----------
    latent, laid : Tensor, shape (batch, tokens, components)
    score : Tensor, shape (batch, tokens, TRACK_FEATURES)
    condition : ConditionBatch
    reference : Reference
    known : Tensor, shape (batch,), bool
        Whether there is a reference.
    """

    latent: Tensor
    laid: Tensor
    score: Tensor
    condition: ConditionBatch
    reference: Reference
    known: Tensor

    def context(self, extractor: IndividualBaseExtractor) -> Context:
        """What the flow is told, identity read by a finished extractor."""
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
    streamed = True

    def __post_init__(self):
        self.pairs = PairDraw(self.store.patient, case_weights(self.store.statements))
        if self.virtual is not None:
            self._weights = torch.from_numpy(case_weights(self.virtual.statements.numpy()))

    def batch(self, count: int, step: int, rng: torch.Generator) -> PairBatch:
        """`count` targets with their references, parts left out at random."""
        return _left_out(self.whole_batch(count, rng), rng)

    def whole_batch(self, count: int, rng: torch.Generator) -> PairBatch:
        """The same with all that is known."""
        virtual = round(count * self.virtual_share) if self.virtual is not None else 0
        parts = []
        if virtual < count:
            parts.append(self._from_store(*self.pairs.draw(count - virtual, _numpy(rng))))
        if self.virtual is not None and virtual:
            rows = torch.multinomial(self._weights, virtual, True, generator=rng)
            parts.append(_from_table(self.virtual, rows))
        return parts[0] if len(parts) == 1 else _joined(*parts)

    def contrast(self, count: int, step: int, rng: torch.Generator) -> tuple[Reference, Reference]:
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

    def spread(self, seed: int, batches: int = SPREAD_BATCHES) -> Tensor:
        """Root mean square (2, components) of the latent in ordinary and in ventricular tokens, of some batches."""
        squares, counts = torch.zeros(2, self.autoencoder.basis.shape[1]), torch.zeros(2, 1)
        for number in range(batches):
            batch = self.whole_batch(64, torch.Generator().manual_seed(seed * batches + number))
            inside = ventricular_tokens(batch.score)
            for row, tokens in enumerate((batch.latent[~inside], batch.latent[inside])):
                squares[row] += tokens.pow(2).sum(dim=0)
                counts[row] += len(tokens)
        if counts[1] == 0:  # nobody has a ventricular beat: they are taken to be like the others
            squares[1], counts[1] = squares[0], counts[0]
        return (squares / counts).sqrt()

    def read_identities(self, extractor: IndividualBaseExtractor) -> None:
        """Nothing: there are too many references, each batch has its own read."""

    def about(self) -> dict:
        """Recordings, patients, virtual cases, and how often each statement is present."""
        present = (self.store.statements == PRESENT).sum(axis=0)
        return {
            "recordings": len(self.store),
            "patients": self.pairs.patients,
            "patients_with_several": self.pairs.patients_with_several,
            "virtual_cases": 0 if self.virtual is None else len(self.virtual),
            "present": dict(Counter(dict(zip(STATEMENTS, map(int, present), strict=True)))),
        }

    @torch.no_grad()
    def _from_store(self, references: np.ndarray, targets: np.ndarray) -> PairBatch:
        store = self.store
        packed = zip(store.rows("events", targets), store.rows("atrial", targets), strict=True)
        scores = [unpack_score(events, int(atrial)) for events, atrial in packed]
        laid = np.zeros((len(targets), 8, 5000), np.float32)
        for row, (reference, score) in enumerate(zip(references, scores, strict=True)):
            if reference >= 0:
                laid[row] = render_beats(store.template(int(reference)), score)
        return PairBatch(
            latent=self._floats("latent", targets),
            laid=self.autoencoder.encode(torch.from_numpy(laid)),
            score=torch.from_numpy(np.stack([score_features(score) for score in scores])),
            condition=self._condition(targets),
            reference=self._reference(np.maximum(references, 0)),
            known=torch.from_numpy(references >= 0),
        )

    def _reference(self, rows: np.ndarray) -> Reference:
        return Reference(self._floats("latent", rows), self._floats("beat", rows), self._condition(rows))

    def _condition(self, rows: np.ndarray) -> ConditionBatch:
        statements = torch.from_numpy(self.store.rows("statements", rows)).long()
        numbers = torch.from_numpy(self.store.rows("numbers", rows))
        sex = torch.from_numpy(self.store.rows("sex", rows)).long()
        return ConditionBatch(statements, torch.full(statements.shape, float("nan")), numbers, sex)

    def _floats(self, column: str, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self.store.rows(column, rows)).float()


@torch.no_grad()
def _from_table(cases: CaseTable, rows: Tensor) -> PairBatch:
    """Cases of a table with all that is known."""
    of = cases.reference[rows]
    at = of.clamp(min=0)
    condition = cases.ref_condition.rows(at)
    return PairBatch(
        latent=cases.target[rows].float(),
        laid=cases.laid[rows].float(),
        score=cases.score(rows),
        condition=cases.condition.rows(rows),
        reference=Reference(cases.ref_latent[at].float(), cases.ref_beat[at].float(), condition),
        known=of >= 0,
    )


def _numpy(rng: torch.Generator) -> np.random.Generator:
    return np.random.default_rng(int(torch.randint(2**62, (), generator=rng)))


def _joined(a: PairBatch, b: PairBatch) -> PairBatch:
    """Both batches in one."""
    r, s = a.reference, b.reference
    latent, beat = torch.cat([r.latent, s.latent]), torch.cat([r.beat, s.beat])
    return PairBatch(
        **{
            name: torch.cat([getattr(a, name), getattr(b, name)])
            for name in ("latent", "laid", "score", "known")
        },
        condition=a.condition.joined(b.condition),
        reference=Reference(latent, beat, r.condition.joined(s.condition)),
    )


def _left_out(batch: PairBatch, rng: torch.Generator) -> PairBatch:
    """The batch with identity, score and parts of the condition unknown at random; nothing said of references."""
    count = len(batch.known)
    known = batch.known & (torch.rand(count, generator=rng) >= DROP["identity"])
    scored = (torch.rand(count, generator=rng) >= DROP["score"])[:, None, None]
    reference = batch.reference
    unsaid = reference.condition.without_statements()
    unsaid = replace(
        unsaid, numbers=torch.full_like(unsaid.numbers, float("nan")), sex=torch.zeros_like(unsaid.sex)
    )
    return PairBatch(
        latent=batch.latent,
        laid=batch.laid * (scored & known[:, None, None]),
        score=batch.score * scored,
        condition=with_unknowns(batch.condition, rng),
        reference=Reference(reference.latent, reference.beat, unsaid),
        known=known,
    )
