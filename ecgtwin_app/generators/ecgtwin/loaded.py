"""The networks, loaded and ready to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecgtwin_app.generators.ecgtwin.config import AdaXConfig
from ecgtwin_app.generators.ecgtwin.rhythm_drawing import RhythmComposer
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer

if TYPE_CHECKING:
    from ecgtwin_app.generators.ecgtwin.ensemble import Ensemble


@dataclass(frozen=True, eq=False)
class Networks:
    """What draws twins, and what identifies it.

    Attributes
    ----------
    drawer : WaveDrawer
    rhythm : RhythmComposer or None
        None where no rhythm model was trained.
    name : str
    sha256 : str
        Hash over the hashes of all files, short for provenance.
    backend, device : str
        What runs them: "torch" or "onnx"; "cpu", "cuda" and so on.
    ensemble : Ensemble or None
        The module itself, which can be differentiated; None where torch is not what runs it.
    read_ensemble : callable or None
        Reads the module all the same, on the processor; None where torch is not there.
    """

    drawer: WaveDrawer
    rhythm: RhythmComposer | None
    name: str
    sha256: str
    backend: str
    device: str = "cpu"
    ensemble: Ensemble | None = None
    read_ensemble: Callable[[], Ensemble] | None = None

    @property
    def config(self) -> AdaXConfig:
        """Sizes and statements."""
        return self.drawer.config
