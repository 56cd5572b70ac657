"""Training cases in memory: latents, scores, conditions; and batches of them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import UNKNOWN, ConditionBatch
from ecgtwin_app.generators.ecgtwin.score_tracks import score_features, unpack_score
from ecgtwin_app.training.cases.case_distribution import STATEMENTS

#: How often each part is left out in training, so that guidance works and unknowns are normal. Set-points
#: (PR, QRS, QT, axis) are mostly unknown, as they mostly will be.
DROP = {
    "statements": 0.1,
    "one statement": 0.08,
    "severity": 0.15,
    "heart rate": 0.15,
    "age": 0.15,
    "set-point": 0.7,
    "sex": 0.2,
    "identity": 0.1,
    "score": 0.12,
}


@dataclass(eq=False)
class CaseTable:
    """All cases of a folder of shards.

    Attributes
    ----------
    target, laid : Tensor, shape (cases, tokens, components), float16
        Latents of the case and of the patient's beat laid along its score.
    events : Tensor, shape (cases, events, 3), float32
        Rhythm scores, packed.
    atrial : Tensor, shape (cases,)
        Their atrial rhythms.
    beat : Tensor, shape (cases, 8, 500), float16
        Representative beat of the target, zeros where it was not formed.
    statements, severity, numbers, sex
        The cases' conditions, see `ConditionBatch`.
    reference : Tensor, shape (cases,), int64
        Row in the reference table; -1 for a case without a reference.
    ref_latent, ref_beat, ref_statements, ref_severity, ref_numbers, ref_sex
        The same for the references.
    """

    target: Tensor
    laid: Tensor
    events: Tensor
    atrial: Tensor
    beat: Tensor
    statements: Tensor
    severity: Tensor
    numbers: Tensor
    sex: Tensor
    reference: Tensor
    ref_latent: Tensor
    ref_beat: Tensor
    ref_statements: Tensor
    ref_severity: Tensor
    ref_numbers: Tensor
    ref_sex: Tensor

    def __len__(self) -> int:
        return len(self.target)

    @property
    def condition(self) -> ConditionBatch:
        """Conditions of the cases."""
        return ConditionBatch(self.statements, self.severity, self.numbers, self.sex)

    @property
    def ref_condition(self) -> ConditionBatch:
        """Conditions of the references."""
        return ConditionBatch(self.ref_statements, self.ref_severity, self.ref_numbers, self.ref_sex)

    def score(self, rows: Tensor) -> Tensor:
        """Score features (rows, tokens, features), float32, of some cases."""
        scores = (unpack_score(self.events[r].numpy(), int(self.atrial[r])) for r in rows)
        return torch.from_numpy(np.stack([score_features(score) for score in scores]))


_SIGNALS = ("target", "laid", "ref_latent")
_WHOLE_NUMBERS = ("statements", "sex", "atrial", "ref_statements", "ref_sex")


def load_cases(folder: Path, autoencoder: LappedAutoencoder) -> CaseTable:
    """The cases of `folder`, encoded; what was encoded once with this autoencoder is kept beside them.

    Raises
    ------
    EcgError
        The folder holds no cases, or they were made for other statements than are trained now.
    """
    paths = sorted(folder.glob("cases_*.npz"))
    if not paths:
        raise EcgError("{folder} holds no training cases; run the stage 'cases' first.", folder=folder.name)
    kept = folder / "encoded.safetensors"
    newest = max(path.stat().st_mtime for path in paths)
    if not kept.exists() or kept.stat().st_mtime < newest:
        part = kept.with_suffix(".part")
        save_file(_encode_all(paths, autoencoder), part)
        part.replace(kept)
    # Mapped from the file, so that several processes share the memory.
    table = CaseTable(**load_file(kept))
    if table.statements.shape[1] != len(STATEMENTS):
        raise EcgError(
            "The cases were made for {shape} conditions, and {statements} are trained now; "
            "use a new work folder.",
            shape=table.statements.shape[1],
            statements=len(STATEMENTS),
        )
    return table


@torch.no_grad()
def _encode_all(paths: list[Path], autoencoder: LappedAutoencoder) -> dict[str, Tensor]:
    parts: dict[str, list[Tensor]] = {}
    patients, ref_patients = [], []
    for path in paths:
        with np.load(path, allow_pickle=False) as z:
            patients.append(z["patient"])
            ref_patients.append(z["ref_patient"])
            for field in fields(CaseTable):
                if field.name != "reference":
                    parts.setdefault(field.name, []).append(_tensor(field.name, z, autoencoder))
    rows = {int(patient): row for row, patient in enumerate(np.concatenate(ref_patients))}
    table = {name: torch.cat(tensors) for name, tensors in parts.items()}
    table["reference"] = torch.tensor([rows.get(int(p), -1) for p in np.concatenate(patients)])
    return table


def _tensor(name: str, shard, autoencoder: LappedAutoencoder) -> Tensor:
    values = torch.from_numpy(shard[name])
    if name in _SIGNALS:
        return torch.cat([autoencoder.encode(part.float() / 1000).half() for part in values.split(256)])
    if name in _WHOLE_NUMBERS:
        return values.long()
    return values.half() if name.endswith("beat") else values.float()


def with_unknowns(
    condition: ConditionBatch, rng: torch.Generator, set_point: float = DROP["set-point"]
) -> ConditionBatch:
    """The conditions with random parts unknown: all statements, single ones, severities, numbers, the sex.

    Each set-point is left out with probability `set_point`.
    """

    def chance(p: float, *shape: int) -> Tensor:
        return torch.rand(shape, generator=rng) < p

    n, s = condition.statements.shape
    hidden = chance(DROP["statements"], n, 1) | chance(DROP["one statement"], n, s)
    vague = hidden | chance(DROP["severity"], n, s)
    no_number = torch.cat(
        [
            chance(DROP["heart rate"], n, 1),
            chance(DROP["age"], n, 1),
            chance(set_point, n, condition.numbers.shape[1] - 2),
        ],
        dim=1,
    )
    nan = float("nan")
    return replace(
        condition,
        statements=condition.statements.masked_fill(hidden, UNKNOWN),
        severity=condition.severity.masked_fill(vague, nan),
        numbers=condition.numbers.masked_fill(no_number, nan),
        sex=condition.sex.masked_fill(chance(DROP["sex"], n), 0),
    )
