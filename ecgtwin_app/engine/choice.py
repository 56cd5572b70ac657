"""How an engine is loaded: what another process is told, so that it has the same one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.inference import USUAL_BACKEND


@dataclass(frozen=True)
class EngineChoice:
    """How a process gets its engine; see `TwinEngine.load`."""

    weights: Path | None = None
    device: str = "cpu"
    generator: str = "ecgtwin"
    backend: str = USUAL_BACKEND

    def load(self):
        """The engine."""
        from ecgtwin_app.engine.engine import TwinEngine  # not earlier: it needs this

        return TwinEngine.load(self.weights, self.device, self.generator, self.backend)
