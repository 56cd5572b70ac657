"""The judge: two networks of two seeds, trained once in the work folder on real training records alone.

It shares no code, seed, architecture or filter with the recogniser that ships, so that what the one learned by heart
does not count for the other.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from scipy.special import expit

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.evaluation.judge.labels import NAMES
from ecgtwin_app.evaluation.judge.network import STEPS, JudgeNetwork, fit, logits_of
from ecgtwin_app.evaluation.judge.strips import RealStrips, strip_of, strips_of
from ecgtwin_app.evaluation.metrics.auroc import auroc
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN

log = logging.getLogger(__name__)
#: Seeds of its networks.
SEEDS = (7013, 7027)
#: From this probability on a finding is recognised.
RECOGNISED = 0.5
FILE = "judge.safetensors"
#: A finding needs so many recordings to be taught.
FEWEST_TAUGHT = 12


@dataclass(frozen=True, eq=False)
class Judge:
    """Trained networks.

    Attributes
    ----------
    names : tuple of str
        Findings that it tells, in the order of its probabilities.
    networks : tuple of JudgeNetwork
    """

    names: tuple[str, ...]
    networks: tuple[JudgeNetwork, ...]

    def probabilities(self, signals: np.ndarray, rate: float = 500) -> np.ndarray:
        """Probability (n, findings) of each finding.

        Parameters
        ----------
        signals : ndarray, shape (n, 8, samples)
            Leads I, II, V1 to V6 in microvolts.
        rate : float
            Samples a second, 500 or 100.
        """
        return self.of_strips(strips_of(signals, rate))

    def of_strips(self, strips: np.ndarray) -> np.ndarray:
        """The same for strips that `strips_of` has made."""
        return expit(np.mean([logits_of(network, strips) for network in self.networks], axis=0))

    def of_recordings(self, recordings: Sequence[Recording]) -> np.ndarray:
        """The same for recordings of twelve leads."""
        strips = [strip_of(one) for one in recordings]
        return self.of_strips(np.stack(strips)) if strips else np.zeros((0, len(self.names)))


def trained_judge(
    work: Path, real: RealStrips | None, steps: int = STEPS, seeds: Sequence[int] = SEEDS
) -> Judge:
    """The judge in the work folder, trained and kept there when it is not there yet.

    Parameters
    ----------
    real : RealStrips or None
        Needed only where it has to be trained.
    """
    path = work / FILE
    if path.exists():
        return read_judge(path)
    if real is None:
        raise FileNotFoundError(f"{path} is not there.")
    taught = ~real.held_out & (real.states != UNKNOWN).any(axis=1)
    columns = np.flatnonzero((real.states[taught] == PRESENT).sum(axis=0) >= FEWEST_TAUGHT)
    names = tuple(NAMES[k] for k in columns)
    networks = []
    for seed in seeds:
        log.info(
            "training the judge, seed %d, on %d real records and %d findings", seed, taught.sum(), len(names)
        )
        networks.append(fit(real.strips[taught], real.states[taught][:, columns], seed, steps))
        judge = Judge(names, tuple(networks))
        areas = judge_figures(judge, real)
        log.info(
            "areas by finding: %s", ", ".join(f"{k} {v['auc']:.3f}" for k, v in areas.items() if v["auc"])
        )
    weights = {
        f"{number}.{key}": value
        for number, one in enumerate(networks)
        for key, value in one.state_dict().items()
    }
    work.mkdir(parents=True, exist_ok=True)
    save_file(weights, path, {"findings": json.dumps(names), "networks": str(len(networks))})
    return judge


def read_judge(path: Path) -> Judge:
    """A judge that `trained_judge` wrote."""
    with safe_open(path, "pt") as file:
        about = file.metadata()
    names, weights = tuple(json.loads(about["findings"])), load_file(path)
    networks = []
    for number in range(int(about["networks"])):
        own = {k.split(".", 1)[1]: v for k, v in weights.items() if k.split(".", 1)[0] == str(number)}
        network = JudgeNetwork(len(names)).eval().requires_grad_(False)
        network.load_state_dict(own)
        networks.append(network)
    return Judge(names, tuple(networks))


def judge_figures(judge: Judge, real: RealStrips) -> dict[str, dict]:
    """What the judge is worth on held-out patients, by finding: area, sensitivity and specificity at `RECOGNISED`."""
    rows = real.held_out & (real.states != UNKNOWN).any(axis=1)
    seen, states = judge.of_strips(real.strips[rows]), real.states[rows]
    figures = {}
    for k, name in enumerate(judge.names):
        column = states[:, NAMES.index(name)]
        known, present = column != UNKNOWN, column == PRESENT
        hit = seen[:, k] >= RECOGNISED
        figures[name] = {
            "auc": auroc(seen[known, k], present[known]),
            "sensitivity": float(hit[present].mean()) if present.any() else None,
            "specificity": float((~hit[known & ~present]).mean()) if (known & ~present).any() else None,
            "n": int(present.sum()),
            "of": int(known.sum()),
        }
    return figures
