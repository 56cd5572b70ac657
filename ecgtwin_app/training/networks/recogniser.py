"""Training of the network that says what a recording shows. It learns from real records and nothing else.

Thresholds come from training patients that the layer judged had never seen (`FOLDS` parts by the hash of the patient);
no held-out patient takes part in any of it.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT, UNKNOWN
from ecgtwin_app.inference import TorchNetwork
from ecgtwin_app.recognition.network import Recogniser
from ecgtwin_app.recognition.probabilities import Threshold
from ecgtwin_app.recognition.rhythm import evenness
from ecgtwin_app.recognition.weights import Trained, calibrated
from ecgtwin_app.training.cases.real_labels import LabelledRecords

log = logging.getLogger(__name__)
#: Training patients that a label must have, with it and without.
LEAST_PATIENTS = 8
FOLDS = 5
#: Strips that the filters' thresholds come from.
SAMPLE = 40
#: Weight of the learned layer's squares, and steps of its fit (L-BFGS).
DECAY, STEPS = 0.03, 60
#: A label claims by itself where so few of those without it would be called it, and where most that are called it
#: have it; beside a second witness it may be wrong more often.
FALSE_CLAIMS, FALSE_SUPPORT, PRECISION = 0.01, 0.08, 0.5
#: A rare label is near nought in almost all records: what is a little more supports nothing yet.
LEAST_SUPPORT = 0.05


@dataclass(frozen=True, eq=False)
class Fitted:
    """A recogniser, and what it was calibrated on.

    Attributes
    ----------
    network : Recogniser
    trained : Trained
    unseen : ndarray, shape (n, labels)
        Probabilities of every record: of training records by a layer that never saw their patient.
    """

    network: Recogniser
    trained: Trained
    unseen: np.ndarray


def learnable(records: LabelledRecords) -> tuple[str, ...]:
    """The labels that enough training patients have, and enough have not."""
    return tuple(name for name in records.names if min(_patients(records, name)) >= LEAST_PATIENTS)


def fit_recogniser(records: LabelledRecords, seed: int) -> Fitted:
    """Fit the learned layer, calibrate it and choose its thresholds. A minute on one core.

    Raises
    ------
    ValueError
        No label has enough patients.
    """
    labels = learnable(records)
    if not labels:
        raise ValueError("no label has enough patients")
    network = Recogniser(len(labels)).eval().requires_grad_(False)
    learned = np.flatnonzero(~records.held_out)
    some = np.random.default_rng(seed).permutation(learned)[:SAMPLE]
    network.draw_filters(torch.from_numpy(records.signals[some]), seed)
    features = _features(network, records.signals)
    network.centre.copy_(features[learned].mean(0).half())
    network.spread.copy_((features[learned].std(0) + 1e-3).half())
    features = (features - network.centre) / network.spread
    states = torch.from_numpy(records.states[:, [records.names.index(name) for name in labels]])
    folds = np.array([_fold(patient) for patient in records.patients])
    logits = np.empty(tuple(states.shape))
    for fold in range(FOLDS):
        log.info("recogniser: part %d of %d", fold + 1, FOLDS)
        own = ~records.held_out & (folds == fold)
        logits[own] = (
            _layer(features, states, learned[folds[learned] != fold])(features[own]).double().numpy()
        )
    network.head.load_state_dict(_layer(features, states, learned).state_dict())
    logits[records.held_out] = network.head(features[records.held_out]).double().numpy()
    known = states.numpy()
    scale, offset = _calibration(logits[learned], known[learned])
    shares = calibrated(logits, scale, offset)
    thresholds = {
        name: threshold(shares[learned, column], known[learned, column]) for column, name in enumerate(labels)
    }
    trained = Trained(TorchNetwork(network), labels, scale, offset, thresholds)
    return Fitted(network, trained, shares)


def threshold(shares: np.ndarray, states: np.ndarray) -> Threshold:
    """From which probability a label counts, by what training records were given that nobody had seen."""
    with_it, without = (
        np.sort(shares[states == PRESENT]),
        np.sort(shares[(states != PRESENT) & (states != UNKNOWN)]),
    )
    claims = without[-1 - int(FALSE_CLAIMS * len(without))] + 1e-3
    for share in np.concatenate([with_it[with_it >= claims], [1.0]]):
        right, wrong = (with_it >= share).sum(), (without >= share).sum()
        claims = share
        if right >= PRECISION / (1 - PRECISION) * wrong:
            break
    supports = max(LEAST_SUPPORT, without[-1 - int(FALSE_SUPPORT * len(without))] + 1e-3)
    return Threshold(float(min(claims, 0.9999)), float(min(claims, supports)))


@torch.no_grad()
def _features(network: Recogniser, signals: np.ndarray) -> Tensor:
    parts = np.array_split(signals, max(1, len(signals) // 32))
    return torch.cat(
        [network.features(torch.from_numpy(part), torch.from_numpy(evenness(part))) for part in parts]
    )


def _layer(features: Tensor, states: Tensor, rows: np.ndarray) -> torch.nn.Linear:
    """The layer that fits some records best: logistic regression of all labels, unknown states left out."""
    layer = torch.nn.Linear(features.shape[1], states.shape[1])
    for parameter in layer.parameters():
        torch.nn.init.zeros_(parameter)
    seen = features[rows].clone()
    present, known = (states[rows] == PRESENT).float(), (states[rows] != UNKNOWN).float()
    optimizer = torch.optim.LBFGS(
        layer.parameters(), max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        losses = functional.binary_cross_entropy_with_logits(layer(seen), present, reduction="none")
        loss = (losses * known).sum() / len(rows) + DECAY / 2 * layer.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return layer.requires_grad_(False)


def _calibration(logits: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale and offset of each label's logit (Platt 1999), drawn towards one and nought where few have the label."""
    scale, offset = np.ones(states.shape[1]), np.zeros(states.shape[1])
    for column in range(states.shape[1]):
        known = states[:, column] != UNKNOWN
        x, y = logits[known, column], (states[known, column] == PRESENT).astype(float)
        a, b = 1.0, 0.0
        for _ in range(50):
            p = 1 / (1 + np.exp(-np.clip(a * x + b, -30, 30)))
            w = p * (1 - p)
            gradient = np.array([(x * (p - y)).sum() + (a - 1), (p - y).sum() + 0.1 * b])
            hessian = np.array([[(w * x * x).sum() + 1, (w * x).sum()], [(w * x).sum(), w.sum() + 0.1]])
            a, b = np.array([a, b]) - np.linalg.solve(hessian, gradient)
        scale[column], offset[column] = a, b
    return scale, offset


def _patients(records: LabelledRecords, name: str) -> tuple[int, int]:
    """How many training patients have a label, and how many have not."""
    states = records.column(name)
    rows = [
        np.flatnonzero((states == state) & ~records.held_out)
        for state in np.unique(states)
        if state != UNKNOWN
    ]
    counts = [len({records.patients[row] for row in some}) for some in rows]
    return (counts[0], counts[1]) if len(counts) == 2 else (0, 0)


def _fold(patient: str) -> int:
    return int(hashlib.sha256(f"recogniser {patient}".encode()).hexdigest()[:8], 16) % FOLDS
