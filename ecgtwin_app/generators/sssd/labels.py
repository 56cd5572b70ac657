"""How labels become an embedding: three ways, of which two are published.

Sum of positives (SSSD-ECG, Alcaraz and Strodthoff 2023, arXiv 2301.08227): what is absent says nothing. Two states
(SSSD-ECG-nle, Skorik and Avetisyan 2024, arXiv 2407.11108): present and absent each have a row, so that "no atrial
fibrillation" is said. Three states: unknown is nought and learned by leaving statements out, so that a label need not be
known, and guidance has an end to start from.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.sssd.names import EMBEDDINGS, POSITIVES, TWO_STATES


class LabelEmbedding(nn.Module):
    """The states of all statements as one vector.

    Parameters
    ----------
    kind : str
        One of `EMBEDDINGS`.
    statements, width : int
    """

    def __init__(self, kind: str, statements: int, width: int):
        super().__init__()
        if kind not in EMBEDDINGS:
            raise ValueError(f"no embedding is called {kind!r}")
        self.kind = kind
        # What is absent begins as nothing: most is, and a sum of so many rows would drown what is present.
        self.rows = nn.Parameter(torch.zeros(1 if kind == POSITIVES else 2, statements, width))
        nn.init.normal_(self.rows[0])
        self.bias = None if kind == POSITIVES else nn.Parameter(torch.zeros(width))

    def forward(self, present: Tensor, absent: Tensor) -> Tensor:
        """Vectors (batch, width).

        Parameters
        ----------
        present, absent : Tensor, shape (batch, statements)
            1 where a statement is present and where it is absent; neither where it is unknown. Two states know no
            unknown: it is read as absent, as it is in the sum of positives.
        """
        if self.kind == TWO_STATES:
            absent = 1 - present
        found = present @ self.rows[0]
        if self.kind != POSITIVES:
            found = found + absent @ self.rows[1]
        return found if self.bias is None else found + self.bias
