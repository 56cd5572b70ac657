"""One plan made ready: what the ensemble is asked, and the strip that its waves become."""

from __future__ import annotations

from itertools import islice

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.pacing import pacing_spikes, spike_direction
from ecgtwin_app.ecg.beat.rendering import qt_of_each, render_each
from ecgtwin_app.ecg.signal.leads import twelve_leads
from ecgtwin_app.generators.ecgtwin.beat_law import missed_on_strip
from ecgtwin_app.generators.ecgtwin.plan import EcgTwinPlan
from ecgtwin_app.generators.ecgtwin.shapes import Shapes, settlements, unsettled
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.generators.ecgtwin.waves import StripWaves
from ecgtwin_app.heart.rhythm.atrial_waves import fibrillation_waves

#: Height (mV) of the pacing spikes of a twin: between those of bipolar and of unipolar leads.
USUAL_SPIKE = (0.5, 1.5)
#: How many ways of settling a strip are laid at most.
MOST_STRIPS = 4


def strip_of(plan: EcgTwinPlan, waves: StripWaves, shapes: Shapes) -> np.ndarray:
    """The twelve leads (12, samples), float32 mV, of a plan whose waves have these shapes.

    Between the waves, and beneath them, lies what lies there in the patient's own recording; and the strip is recorded
    by the device that made it.
    """
    rng = np.random.default_rng([plan.seed, 11])
    signal = render_each(plan.performed, shapes.of_events, shapes.turn)
    if plan.performed.atrial == "fibrillation" and not any(
        c.atria == "fibrillation" for c in find_conditions(plan.kept)
    ):
        signal = signal + fibrillation_waves(np.random.default_rng([plan.seed, 10]))
    share = np.float32(plan.task.settings.dials.get("noise", 1.0))
    signal = signal + share * waves.residual.along(
        plan.performed, rng, waves.order, qt_of_each(plan.performed, shapes.of_events), waves.replaced
    )
    if share == 1:
        signal = plan.patient.recorder.record(signal, rng)
    return twelve_leads(signal) + _spikes(plan)


def laid(
    drawer: WaveDrawer, plan: EcgTwinPlan, waves: StripWaves, drawn: np.ndarray, networks_alone: bool = False
) -> tuple[Shapes, np.ndarray]:
    """Shapes that waves (waves, SIZE) are settled to, and their strip: the first on which the criteria are met.

    A beat that keeps the law by itself may miss a limit by a few milliseconds where the patient's recording lies upon it.
    """
    best: tuple[int, Shapes, np.ndarray] | None = None
    for shapes in islice(settlements(drawer, waves, drawn, networks_alone), MOST_STRIPS):
        strip = strip_of(plan, waves, shapes)
        missed = 0 if networks_alone else missed_on_strip(strip, plan, "p" in waves.changed)
        if best is None or missed < best[0]:
            best = missed, shapes, strip
        if not missed:
            break
    assert best is not None
    return best[1:]


def preview_of(plan: EcgTwinPlan, waves: StripWaves, drawn: np.ndarray) -> np.ndarray:
    """The same from waves (waves, SIZE) that are still being drawn."""
    return twelve_leads(render_each(plan.performed, unsettled(waves, drawn)))


def _spikes(plan: EcgTwinPlan) -> np.ndarray:
    """Pacing spikes (12, samples) of the plan's score; all draws of a task show the same pacemaker."""
    rng = np.random.default_rng([plan.task.settings.seed, 2])
    return twelve_leads(pacing_spikes(plan.performed, spike_direction(rng), float(rng.uniform(*USUAL_SPIKE))))
