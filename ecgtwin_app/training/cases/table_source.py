"""Cases that fit into memory, as a source of batches."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ecgtwin_app.generators.ecgtwin.adax import Context
from ecgtwin_app.generators.ecgtwin.autoencoder import TOKENS
from ecgtwin_app.generators.ecgtwin.conditioning import nothing_known
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor
from ecgtwin_app.generators.ecgtwin.score_tracks import ventricular_tokens
from ecgtwin_app.training.cases.case_distribution import case_weights
from ecgtwin_app.training.cases.dataset import DROP, CaseTable, with_unknowns
from ecgtwin_app.training.cases.source import WINDOW, Reference, Tensors


@dataclass(frozen=True, eq=False)
class TableBatch(Tensors):
    """Targets and their finished context."""

    latent: Tensor
    ready: Context

    def context(self, extractor: IndividualBaseExtractor) -> Context:
        """What the flow is told; every identity was read when the source was told of its extractor."""
        return self.ready


class TableSource:
    """Draws from a table of cases.

    Parameters
    ----------
    cases : CaseTable
    weights : Tensor, shape (cases,), optional
        How often each case is drawn; plain sinus rhythm less than the others unless given.
    """

    streamed = False

    def __init__(self, cases: CaseTable, weights: Tensor | None = None):
        self.cases = cases
        self.weights = (
            torch.from_numpy(case_weights(cases.statements.numpy())) if weights is None else weights
        )
        self.identity: Tensor | None = None
        self._of_patient = [
            torch.nonzero(cases.reference == row).flatten() for row in range(len(cases.ref_latent))
        ]
        #: Patients with enough cases to be told apart by them.
        self._drawable = torch.tensor([row for row, found in enumerate(self._of_patient) if len(found) > 2])

    def contrast(self, count: int, step: int, rng: torch.Generator) -> tuple[Reference, Reference]:
        """A reference and a virtual twin of each patient; at every fourth step two windows of the reference."""
        cases = self.cases
        rows = self._drawable[torch.randperm(len(self._drawable), generator=rng)[:count]]
        latent, beat = cases.ref_latent[rows], _some(cases.ref_beat[rows].float(), rng)
        condition = with_unknowns(cases.ref_condition.rows(rows), rng)
        if step % 4 == 0:
            return (
                Reference(_window(latent, rng, 0), beat, condition),
                Reference(_window(latent, rng, 1), torch.zeros_like(beat), condition),
            )
        drawn = torch.stack(
            [
                self._of_patient[row][torch.randint(len(self._of_patient[row]), (), generator=rng)]
                for row in rows
            ]
        )
        drawn_condition = with_unknowns(cases.condition.rows(drawn), rng)
        reference = Reference(_window(latent, rng), beat, condition)
        twin_latent, twin_beat = _window(cases.target[drawn], rng), _some(cases.beat[drawn].float(), rng)
        return reference, Reference(twin_latent, twin_beat, drawn_condition)

    def batch(self, count: int, step: int, rng: torch.Generator) -> TableBatch:
        """Cases with their contexts, parts left out at random."""
        if self.identity is None:
            raise RuntimeError("The identities of the references are read first.")
        rows = torch.multinomial(self.weights, count, replacement=True, generator=rng)
        return TableBatch(self.cases.target[rows].float(), draw_context(self.cases, self.identity, rows, rng))

    @torch.no_grad()
    def spread(self, seed: int, every: int = 7) -> Tensor:
        """Root mean square (2, components) of the latent in ordinary and in ventricular tokens, of some cases."""
        latent = self.cases.target[::every].float()
        inside = ventricular_tokens(self.cases.score(torch.arange(0, len(self.cases), every)))
        return torch.stack(
            [latent[~inside].pow(2).mean(dim=0).sqrt(), latent[inside].pow(2).mean(dim=0).sqrt()]
        )

    def read_identities(self, extractor: IndividualBaseExtractor) -> None:
        """Read the identity of every reference."""
        self.identity = reference_identity(extractor, self.cases)

    def about(self) -> dict:
        """How many cases and references there are."""
        return {"cases": len(self.cases), "references": len(self.cases.ref_latent)}


def _window(latent: Tensor, rng: torch.Generator, side: int | None = None) -> Tensor:
    """The same random window of every latent, or that at one end."""
    last = TOKENS - WINDOW
    low, high = {None: (0, last), 0: (0, 0), 1: (last, last)}[side]
    start = int(torch.randint(low, high + 1, (), generator=rng))
    return latent[:, start : start + WINDOW].float()


def _some(beat: Tensor, rng: torch.Generator) -> Tensor:
    """The beats, a share of them unknown."""
    return beat * (torch.rand(len(beat), 1, 1, generator=rng) > 0.3)


@torch.no_grad()
def reference_identity(extractor: IndividualBaseExtractor, cases: CaseTable) -> Tensor:
    """Identity tokens (references, queries, width) of every reference, its condition taken as unknown."""
    parts = []
    for rows in torch.arange(len(cases.ref_latent)).split(64):
        condition = nothing_known(len(rows), cases.ref_statements.shape[1])
        parts.append(extractor(cases.ref_latent[rows].float(), cases.ref_beat[rows].float(), condition))
    return torch.cat(parts)


def draw_context(cases: CaseTable, identity: Tensor, rows: Tensor, rng: torch.Generator) -> Context:
    """Contexts of some cases with identity, score and statements left out at random."""
    reference = cases.reference[rows]
    known = (torch.rand(len(rows), generator=rng) >= DROP["identity"]) & (reference >= 0)
    scored = (torch.rand(len(rows), generator=rng) >= DROP["score"])[:, None, None]
    return Context(
        with_unknowns(cases.condition.rows(rows), rng),
        identity[reference],
        known,
        cases.laid[rows].float() * (scored & known[:, None, None]),
        cases.score(rows) * scored,
    )
