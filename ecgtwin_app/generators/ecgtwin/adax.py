"""The diffusion transformer with the AdaX Condition Injector.

Two pathways, after ECGTwin (arXiv 2508.02720): adaptive normalisation from the time step and the base
vector, and cross-attention to the condition tokens. Identity tokens have a cross-attention of their own
with a zero-initialised gate, so that identity is not drowned by the time step. The rhythm score enters
with the tokens themselves, and so does the patient's representative beat rendered along that score.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from ecgtwin_app.generators.ecgtwin.conditioning import ConditionBatch, ConditionTokens
from ecgtwin_app.generators.ecgtwin.layers import Attention, feed_forward, sinusoid
from ecgtwin_app.generators.ecgtwin.score_tracks import TRACK_FEATURES

NORMALISATION, CONDITION, IDENTITY = "normalisation", "condition attention", "identity attention"
#: How knowledge reaches the tokens; one that is left out is an ablation.
PATHWAYS = (NORMALISATION, CONDITION, IDENTITY)


@dataclass(frozen=True)
class DitConfig:
    """Sizes of the networks, and the pathways of the diffusion transformer.

    Without attention to the condition, the mean of its tokens joins the normalisation; without
    normalisation by the base vector, only the time is left there.
    """

    statements: tuple[str, ...]
    components: int = 64
    width: int = 192
    depth: int = 5
    heads: int = 4
    identity_width: int = 192
    pathways: tuple[str, ...] = PATHWAYS
    beat_width: int = 384
    beat_depth: int = 5

    def to_json(self) -> dict:
        """A plain dict."""
        return asdict(self)


def _modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return x * (1 + scale[:, None]) + shift[:, None]


class AdaXBlock(nn.Module):
    """One block: neighbourhood, self-attention, condition, identity, feed-forward."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, elementwise_affine=False)
        self.norm2 = nn.LayerNorm(width, elementwise_affine=False)
        self.norm_condition = nn.LayerNorm(width)
        self.norm_identity = nn.LayerNorm(width)
        self.near = nn.Conv1d(width, width, 5, padding=2, groups=width)
        self.attention = Attention(width, heads, rope=True)
        self.condition = Attention(width, heads)
        self.identity = Attention(width, heads)
        self.identity_gate = nn.Parameter(torch.zeros(width))
        self.mlp = feed_forward(width, 3)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, adapt: Tensor, condition: Tensor | None, identity: Tensor | None) -> Tensor:
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(adapt).chunk(6, dim=-1)
        h = _modulate(self.norm1(x), shift1, scale1)
        h = h + self.near(h.transpose(1, 2)).transpose(1, 2)
        x = x + gate1[:, None] * self.attention(h)
        if condition is not None:
            x = x + self.condition(self.norm_condition(x), condition)
        if identity is not None:
            x = x + self.identity_gate * self.identity(self.norm_identity(x), identity)
        return x + gate2[:, None] * self.mlp(_modulate(self.norm2(x), shift2, scale2))


class AdaXDiT(nn.Module):
    """Velocity of the flow, given the time, the condition, the identity, the score and the rendered beats."""

    def __init__(self, config: DitConfig):
        super().__init__()
        self.config = config
        width = config.width
        self.from_latent = nn.Linear(config.components, width)
        self.from_laid = nn.Linear(config.components, width)
        self.from_score = nn.Linear(TRACK_FEATURES, width)
        self.time = nn.Sequential(nn.Linear(128, width), nn.SiLU(), nn.Linear(width, width))
        self.from_base = nn.Linear(config.identity_width, width)
        self.from_identity = nn.Linear(config.identity_width, width)
        self.no_identity = nn.Parameter(torch.zeros(config.identity_width))
        self.tokens = ConditionTokens(len(config.statements), width)
        self.blocks = nn.ModuleList(AdaXBlock(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.final_modulation = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, config.components)
        for layer in (self.final_modulation, self.out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, time: Tensor, context: Context) -> Tensor:
        """Velocity dx/dt (batch, tokens, components) at noised latent `x` and `time` (batch,) in 0..1."""
        known = context.identity_known[:, None, None]
        identity = torch.where(known, context.identity, self.no_identity)
        adapt = self.time(sinusoid(time, 128))
        if NORMALISATION in self.config.pathways:
            adapt = adapt + self.from_base(identity.mean(dim=1))
        h = self.from_latent(x) + self.from_laid(context.rendered) + self.from_score(context.score)
        condition, identity = self.tokens(context.condition), self.from_identity(identity)
        if CONDITION not in self.config.pathways:
            adapt, condition = adapt + condition.mean(dim=1), None
        if IDENTITY not in self.config.pathways:
            identity = None
        adapt = nn.functional.silu(adapt)
        for block in self.blocks:
            h = block(h, adapt, condition, identity)
        shift, scale = self.final_modulation(adapt).chunk(2, dim=-1)
        return self.out(_modulate(self.norm(h), shift, scale))


@dataclass(frozen=True, eq=False)
class Context:
    """All that a batch of twins is drawn from, but the noise.

    Attributes
    ----------
    condition : ConditionBatch
    identity : Tensor, shape (batch, queries, identity width)
        Identity tokens of the reference.
    identity_known : Tensor, shape (batch,), bool
    rendered : Tensor, shape (batch, tokens, components)
        Latent of the representative beat rendered along the score; zeros when there is no score or no identity.
    score : Tensor, shape (batch, tokens, TRACK_FEATURES)
        Rhythm score as features; zeros when there is none.
    """

    condition: ConditionBatch
    identity: Tensor
    identity_known: Tensor
    rendered: Tensor
    score: Tensor

    def without_statements(self) -> Context:
        """The same patient and rhythm, nothing said of the condition."""
        return Context(
            self.condition.without_statements(), self.identity, self.identity_known, self.rendered, self.score
        )

    def without_statement(self, column: int) -> Context:
        """The same, nothing said of one condition."""
        condition = self.condition.without_statement(column)
        return Context(condition, self.identity, self.identity_known, self.rendered, self.score)

    def without_identity(self) -> Context:
        """The same condition and rhythm in nobody in particular."""
        nobody = torch.zeros_like(self.identity_known)
        return Context(self.condition, self.identity, nobody, torch.zeros_like(self.rendered), self.score)

    def joined(self, other: Context) -> Context:
        """Both batches in one."""
        fields = ("identity", "identity_known", "rendered", "score")
        return Context(
            self.condition.joined(other.condition),
            *(torch.cat([getattr(self, f), getattr(other, f)]) for f in fields),
        )
