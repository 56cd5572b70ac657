"""The curve over added positives: real training records, and more and more synthetic ones that have a label.

As the effect of synthetic data is shown by SSSD-ECG-nle (Skorik and Avetisyan 2024, arXiv 2407.11108).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgtwin_app.conditions.states import PRESENT
from ecgtwin_app.evaluation.experiments.read import FIGURES, METHOD, Read, Tested, read, tested_on
from ecgtwin_app.evaluation.experiments.records import (
    Labelled,
    made_like_all,
    of_made,
    of_real,
    seeds_of,
    to_test_on,
    to_train_on,
)
from ecgtwin_app.evaluation.metrics.reading import with_interval
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line
from ecgtwin_app.evaluation.protocols.setting import Setting

PART = "added-positives"
SHARES = (0.0, 0.1, 0.25, 0.5, 1.0)


def run(setting: Setting) -> Outcome:
    """Of all labels at once, each share of every label's positives; see `nested`."""
    chosen = to_train_on(setting)
    real, synthetic = of_real(chosen), of_made(made_like_all(setting, chosen))
    tested, seeds = tested_on(of_real(to_test_on(setting)), setting.seed), seeds_of(setting)
    found = {
        part: read(setting, f"real and {part:.0%} of the synthetic positives", trained(real, synthetic, part, setting.seed),
                   tested, seeds)
        for part in SHARES
    }  # fmt: skip
    return outcome(found, tested, len(real.states), len(synthetic.states), setting.engine.spec.id)


def trained(real: Labelled, synthetic: Labelled, part: float, seed: int) -> Labelled:
    """Real records with a share of the synthetic ones behind them."""
    rows = nested(synthetic.states, part, seed)
    if not len(rows):
        return real
    return real.joined(
        Labelled(
            np.asarray(synthetic.strips)[rows],
            synthetic.states[rows],
            tuple(synthetic.patients[k] for k in rows),
        )
    )


def nested(states: np.ndarray, part: float, seed: int) -> np.ndarray:
    """Rows of a share of the synthetic recordings: of each label that share of its positives, as near as can be.

    A smaller share lies within a larger one. Recordings are taken in an order that is drawn once, each for the label
    of its own that is rarest, so that rare labels have their share too.
    """
    there = states == PRESENT
    often = np.maximum(there.sum(0), 1)
    rarest = np.where(there, often, np.iinfo(int).max).argmin(1)
    order = np.random.default_rng([seed, 5]).permutation(len(states))
    kept: list[int] = []
    for label in np.unique(rarest):
        own = [row for row in order if rarest[row] == label]
        kept += own[: round(part * len(own))]
    return np.sort(np.array(kept, int))


def outcome(found: dict[float, Read], tested: Tested, real: int, synthetic: int, generator: str) -> Outcome:
    """Lines of the macro figures by share, and tables by label.

    Parameters
    ----------
    found : dict of float to Read
        By share; 0 is real alone.
    real, synthetic : int
        How many records were trained on, and how many could be added.
    """
    n, none = len(tested.records.states), found[0.0]
    lines: list[Line] = []
    for part, one in found.items():
        for figure in FIGURES if part else ():
            gain = with_interval(one.macro(figure) - none.macro(figure), n)
            apart = one.by_seed[figure] - none.by_seed[figure]
            lines.append(
                line(f"{part:.0%} of the positives added, macro {figure} more than real alone", gain, unit="", floor=0.0,
                     note=f"{len(apart)} seeds, {apart.min():+.3f} to {apart.max():+.3f}")
            )  # fmt: skip
    for figure in FIGURES:
        lines.append(line(f"real alone, macro {figure}", with_interval(none.macro(figure), n), unit=""))
    return Outcome(
        PART,
        "What do synthetic positives add to real ones?",
        f"{real} real training records; of {synthetic} synthetic recordings of {generator} with the same label sets 10 to 100 % of "
        "each label's positives are added (each with all its labels, so that being synthetic tells nothing), the smaller share "
        f"within the larger. {METHOD}",
        tuple(lines),
        tuple(_table(found, tested, figure) for figure in FIGURES),
    )


def _table(found: dict[float, Read], tested: Tested, figure: str) -> Table:
    rows: list[Sequence] = []
    for k, (label, n) in enumerate(zip(tested.names, tested.counts, strict=True)):
        values = [one.by_label[figure][:, k] for one in found.values()]
        gain = with_interval(values[-1] - values[0], n)
        rows.append(
            (
                label,
                n,
                *(float(own[0]) for own in values),
                gain["value"],
                f"{gain['low']:.3g} to {gain['high']:.3g}",
            )
        )
    macro = [one.macro(figure) for one in found.values()]
    gain = with_interval(macro[-1] - macro[0], len(tested.records.states))
    rows.append(("macro", len(tested.records.states), *(float(own[0]) for own in macro), gain["value"],
                 f"{gain['low']:.3g} to {gain['high']:.3g}"))  # fmt: skip
    head = ("label", "n", *(f"{part:.0%}" for part in found), "100 % less none", "95 %")
    return Table(f"{figure} by label and share of synthetic positives", head, tuple(map(tuple, rows)))
