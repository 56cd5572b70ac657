"""The figures of one condition: pass rate, rate, timing, identity, what it left alone, lead laws, seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.evaluation.metrics.intervals import bootstrap, figure, share, wilson
from ecgtwin_app.evaluation.metrics.preservation import UNITS, WITHIN, difference
from ecgtwin_app.evaluation.metrics.retrieval import retrieval
from ecgtwin_app.evaluation.runs.draws import AND

#: Resamples where a statistic is slow.
_FEW = 200


def condition_figures(
    name: str, rows: list[dict], virtual: list[dict], references: dict[str, dict], seed: int
) -> dict:
    """Figures of first draws of one condition or combination.

    Parameters
    ----------
    rows, virtual : list of dict
        Of the twins, and of the same draws by virtual patients: the ceiling.
    references : dict
        Rows of the references by key.
    """
    measured = [row for row in rows if "failed" not in row]
    truth = [row for row in virtual if "skipped" not in row]
    return {
        "n": len(rows),
        "failed": len(rows) - len(measured),
        "pass_rate": pass_rate(rows),
        "pass_rate_virtual": pass_rate(truth),
        "missed": _counted(row["missed"] for row in measured),
        "implausible": _counted(row.get("implausible", ()) for row in measured),
        "rate_error": rate_error(rows, seed),
        "timing": timing(rows, seed),
        "timing_virtual": timing(truth, seed),
        "identity": identity(rows, references, seed),
        "identity_virtual": identity(truth, references, seed),
        "preservation": preservation(name, rows, references, seed),
        "lead_law_uv_max": max((row["residual_uv"] for row in measured), default=None),
        "seconds": bootstrap(np.median, [row["seconds"] for row in measured if "seconds" in row], seed=seed),
    }


def _counted(lines: Iterable[Sequence[str]]) -> dict[str, int]:
    """How often each line was missed, the most frequent first."""
    return dict(Counter(line for of_one in lines for line in of_one).most_common())


def pass_rate(rows: list[dict]) -> dict:
    """Share of draws that met everything; one that could not be measured did not."""
    return share([row.get("met", False) for row in rows])


def rate_error(rows: list[dict], seed: int) -> dict:
    """Mean absolute error of the heart rate, 1/min."""
    errors = [abs(row["rate_error"]) for row in rows if row.get("rate_error") is not None]
    return bootstrap(np.mean, errors, seed=seed)


def timing(rows: list[dict], seed: int) -> dict:
    """Events of the score against those detected: 95th percentiles in ms, missed and extra as shares.

    The intervals resample whole strips, because the errors within one hang together.
    """
    found = [row["timing"] for row in rows if row.get("timing")]
    total = Counter()
    for one in found:
        total.update({k: v for k, v in one.items() if not isinstance(v, list)})
    result = {
        key: _percentile([one[key] for one in found], seed)
        for key in ("r_onset", "r_timing", "p_onset", "p_timing")
    }
    for wave in ("r", "p"):
        expected = total[f"{wave}_expected"]
        for what in ("missed", "extra"):
            result[f"{wave}_{what}"] = _share(total[f"{wave}_{what}"], expected)
    result["blocked_p_found"] = _share(total["blocked_found"], total["blocked_expected"])
    return result


def identity(rows: list[dict], references: dict[str, dict], seed: int) -> dict:
    """Retrieval of the patient by base vector among all references."""
    keys = list(references)
    own = [row for row in rows if "base" in row and row["reference"] in references]
    return retrieval(
        np.array([row["base"] for row in own]),
        np.array([keys.index(row["reference"]) for row in own], int),
        np.array([references[key]["base"] for key in keys]),
        seed,
    )


def preservation(name: str, rows: list[dict], references: dict[str, dict], seed: int) -> dict:
    """For each quantity that every part of the condition leaves alone: is it still the patient's?

    Returns
    -------
    dict
        By quantity: within, the share inside the patient's own beat-to-beat spread (two standard
        deviations); apart, the median absolute difference in the quantity's unit.
    """
    left = [condition.preserves for condition in find_conditions(name.split(AND))]
    result = {}
    for quantity in (q for q in UNITS if all(q in part for part in left)):
        apart, within = [], []
        for row in rows:
            reference = references.get(row["reference"])
            if "usual" not in row or reference is None:
                continue
            values = row["usual"][quantity], reference["usual"][quantity], reference["spread"][quantity]
            if any(value is None for value in values):
                continue
            apart.append(abs(float(difference(quantity, values[0], values[1]))))
            within.append(apart[-1] <= WITHIN * values[2])
        result[quantity] = {"within": share(within), "apart": bootstrap(np.median, apart, seed=seed)}
    return result


def _percentile(errors: list[list[float]], seed: int) -> dict:
    strips = [np.abs(one) for one in errors if len(one)]
    if not strips:
        return figure(None, None, None, 0)

    def statistic(rows):
        return float(np.percentile(np.concatenate([strips[int(k)] for k in rows]), 95))

    found = bootstrap(statistic, np.arange(len(strips)), seed=seed, draws=_FEW)
    return {**found, "n": int(sum(len(one) for one in strips))}


def _share(count: int, of: int) -> dict:
    if not of:
        return figure(None, None, None, 0)
    # There can be more extra events than expected ones.
    return figure(count / of, *wilson(min(count, of), of), of)
