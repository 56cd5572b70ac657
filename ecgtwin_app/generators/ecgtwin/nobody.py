"""A patient on the way to nobody in particular: the identity dial below 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ecgtwin_app.ecg.beat.template import BeatTemplate
from ecgtwin_app.generators.ecgtwin.reference import Reference
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer


@dataclass(frozen=True, eq=False)
class OwnWaves:
    """What of a patient's beats a twin is made from.

    Attributes
    ----------
    template : BeatTemplate
        The median beat.
    beats : tuple of BeatTemplate
        The single ones.
    reference : Reference
        What the networks read, a batch of one.
    """

    template: BeatTemplate
    beats: tuple[BeatTemplate, ...]
    reference: Reference

    def less_personal(self, model: WaveDrawer, share: float) -> OwnWaves:
        """The same with this share (0 to 1) of what parts the median beat from everybody's; of 1 nothing is changed.

        Beats differ from their median as before: that is breath and noise, not a person. Of 0 the networks read nobody.
        """
        if share >= 1.0:
            return self
        everybody = model.own_centre
        read = self.reference
        beats = read.beats + (1 - share) * (everybody - read.beats[:, :1])
        reference = replace(read, beats=beats)
        return OwnWaves(
            _moved(model, [self.template], self.template, share)[0],
            tuple(_moved(model, self.beats, self.template, share)),
            reference if share > 0 else reference.of_nobody(),
        )


def _moved(
    model: WaveDrawer, beats: Sequence[BeatTemplate], median: BeatTemplate, share: float
) -> list[BeatTemplate]:
    """Beats as far from everybody's as their median then is."""
    way = (1 - share) * (model.own_centre - model.codec.vector(median))
    vectors = [model.codec.vector(beat) + way for beat in beats]
    return [
        moved
        for beat, vector in zip(beats, vectors, strict=True)
        for moved in model.codec.templates(vector, beat)
    ]
