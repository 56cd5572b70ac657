"""`ecgtwin train` on PTB-XL or MIMIC-IV-ECG: pairs of one patient's recordings, streamed from disk.

The same three networks and the same weights as from the small data set. Every stage goes on where it was
stopped: the encoded records and cases on disk, the networks in their checkpoints.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.adax import DitConfig
from ecgtwin_app.generators.ecgtwin.autoencoder import LappedAutoencoder
from ecgtwin_app.generators.ecgtwin.conditioning import PRESENT
from ecgtwin_app.generators.ecgtwin.extractor import IndividualBaseExtractor, base_vector, contrastive_loss
from ecgtwin_app.generators.ecgtwin.flow import Flow
from ecgtwin_app.generators.ecgtwin.score_tracks import ventricular_tokens
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, build, load, save
from ecgtwin_app.training import parallel
from ecgtwin_app.training.cases.case_distribution import STATEMENTS
from ecgtwin_app.training.cases.dataset import load_cases
from ecgtwin_app.training.cases.store import RecordStore, case_of, make_store
from ecgtwin_app.training.cases.virtual_pairs import make_virtual
from ecgtwin_app.training.collections.collection import Entry
from ecgtwin_app.training.collections.mimic import is_mimic, read_mimic
from ecgtwin_app.training.collections.ptbxl import is_ptbxl, read_ptbxl
from ecgtwin_app.training.loop import generator_of, train
from ecgtwin_app.training.networks.beats import finish_beats, make_beats
from ecgtwin_app.training.networks.rhythms import finish_rhythms, make_rhythms
from ecgtwin_app.training.networks.streaming import Batch, Feed, PairSource, Reference
from ecgtwin_app.training.networks.strip import fit_autoencoder
from ecgtwin_app.training.warm_start import carry_over

log = logging.getLogger(__name__)
#: Recordings that the autoencoder is fitted to, and batches that the latent's spread is measured on.
FITTED, SPREAD_BATCHES = 600, 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin train` beyond one CPU and a small data set."""
    group = parser.add_argument_group("large data and many devices")
    group.add_argument(
        "--processes", type=int, default=1, metavar="N", help="train in N processes, one GPU each"
    )
    group.add_argument(
        "--device", choices=("auto", "cpu"), default="auto", help="auto takes a GPU if there is one"
    )
    group.add_argument(
        "--precision", choices=parallel.PRECISIONS, default="auto", help="auto is bf16 on a GPU"
    )
    group.add_argument("--extractor-batch", type=int, default=256, metavar="N", help="patients in a contrast")
    group.add_argument(
        "--hearts", type=int, default=1500, metavar="N", help="normal recordings that become virtual patients"
    )
    group.add_argument(
        "--virtual-share", type=float, default=0.5, metavar="X", help="share of virtual pairs in each batch"
    )


def recognised(folder: Path) -> bool:
    """Whether `folder` holds one of the large collections in its published layout."""
    return is_ptbxl(folder) or is_mimic(folder)


def read_collection(folder: Path, statements: tuple[str, ...] = STATEMENTS) -> list[Entry]:
    """Every recording of a collection, each patient's together and in order of time.

    Raises
    ------
    EcgError
        The folder is no known collection, or a table of it cannot be used.
    """
    if not recognised(folder):
        raise EcgError(f"{folder.name} is neither PTB-XL nor MIMIC-IV-ECG in its published layout.")
    read = read_ptbxl if is_ptbxl(folder) else read_mimic
    return sorted(read(folder, statements), key=lambda entry: (entry.patient, entry.recorded))


def main(args: argparse.Namespace) -> int:
    """Run or resume the whole training in this process (`parallel.start` comes first); the exit status."""
    began, first = time.monotonic(), parallel.rank() == 0
    torch.manual_seed(args.seed)
    # Beats under a condition are learned from virtual patients: without them there is no beat model.
    config = DitConfig(STATEMENTS) if _with_hearts(args) else DitConfig(STATEMENTS, beat_depth=0)
    model = build(config, args.name)
    known_beat = args.start is not None and carry_over(model, load(args.start))
    if first:
        _make_all(args, model)
    parallel.wait()
    model.autoencoder.load_state_dict(load_file(args.work / "autoencoder.safetensors"))
    source = open_source(args.work, model.autoencoder, args.virtual_share)
    pairs = source.pairs
    log.info(
        "%d recordings of %d patients, %d of them with several; %d virtual cases",
        len(source.store), pairs.patients, pairs.patients_with_several, len(source.virtual or ()),
    )  # fmt: skip
    train_extractor(
        model.extractor, source, args.extractor_steps, args.work / "extractor.safetensors", args.seed,
        args.extractor_batch // parallel.processes(), args.workers,
    )  # fmt: skip
    model.flow.spread.copy_(latent_spread(source, args.seed))
    train_flow(
        model.flow, model.extractor, source, args.steps, args.work / "flow.safetensors", args.seed,
        args.batch // parallel.processes(), args.workers,
    )  # fmt: skip
    if _with_hearts(args):
        finish_beats(model.beats, args.work, args.beat_steps, args.seed, fit=not known_beat)
        finish_rhythms(model, args.work, args.rhythm_steps, args.seed)
    if first:
        save(model.to("cpu"), args.out, _about(args, source, began))
        log.info("weights written to %s", args.out)
    return 0


def _with_hearts(args: argparse.Namespace) -> bool:
    return bool(args.hearts and args.virtual_share)


def _make_all(args: argparse.Namespace, model: TwinModel) -> None:
    """Everything on disk that training reads, as far as it is not there yet."""
    fitted, records, cases = (args.work / name for name in ("autoencoder.safetensors", "records", "cases"))
    if (args.work / "made").exists():
        return
    entries = read_collection(args.data)
    kept = [entry for entry in entries if not entry.held_out]
    if not kept:
        raise EcgError(f"{args.data.name} lists no recording to train on; check its tables.")
    log.info("%d recordings, %d kept out for measuring", len(entries), len(entries) - len(kept))
    if not fitted.exists():
        autoencoder = model.autoencoder
        if args.start is None:
            autoencoder = fit_to(kept, model.config.components, args.seed)
        save_file(autoencoder.state_dict(), fitted)
    make_store(records, kept, fitted, args.workers)
    if _with_hearts(args):
        hearts = _hearts(kept, args.hearts, args.seed)
        if not hearts:
            raise EcgError(
                "No recording is called normal, so none can be a virtual patient; use --virtual-share 0."
            )
        make_virtual(cases, hearts, args.per_patient, args.seed, max(1, args.workers))
        make_beats(args.work / "beats", hearts, args.seed, max(1, args.workers))
        make_rhythms(args.work / "rhythms", [], args.rhythms, args.seed, max(1, args.workers))
        autoencoder = LappedAutoencoder(model.config.components)
        autoencoder.load_state_dict(load_file(fitted))
        load_cases(cases, autoencoder)  # encodes them, for all processes to find
    (args.work / "made").touch()


def _some(entries: Sequence[Entry], seed: int) -> list[Entry]:
    """All entries, in an order of their own."""
    return [entries[row] for row in np.random.default_rng(seed).permutation(len(entries))]


def fit_to(entries: Sequence[Entry], components: int, seed: int, count: int = FITTED) -> LappedAutoencoder:
    """An autoencoder fitted to `count` usable recordings; `EcgError` when there are none."""
    signals: list[np.ndarray] = []
    for entry in _some(entries, seed):
        case = case_of(entry)
        if case is not None:
            signals.append(np.clip(np.round(1000 * case.signal), -32768, 32767).astype(np.int16))
        if len(signals) == count:
            break
    if not signals:
        raise EcgError("None of the recordings can be read and measured; check that their files are there.")
    return fit_autoencoder([np.stack(signals)], components)


def _hearts(entries: Sequence[Entry], count: int, seed: int) -> list:
    """Normal recordings of different patients, for virtual patients."""
    found, patients = [], set()
    for entry in _some([entry for entry in entries if entry.normal], seed):
        if entry.patient in patients or len(found) == count:
            continue
        try:
            found.append(entry.read())
        except (EcgError, OSError) as error:
            log.debug("%s is no heart: %s", entry.key, error)
            continue
        patients.add(entry.patient)
    return found


def open_source(work: Path, autoencoder: LappedAutoencoder, virtual_share: float) -> PairSource:
    """The encoded records and virtual cases of a work folder."""
    virtual = None
    if virtual_share and any((work / "cases").glob("cases_*.npz")):
        virtual = load_cases(work / "cases", autoencoder)
    return PairSource(RecordStore(work / "records"), autoencoder, virtual, virtual_share)


class _PairContrast(nn.Module):
    """The extractor with its learned temperature, kept below 100 as in CLIP."""

    def __init__(self, extractor: IndividualBaseExtractor):
        super().__init__()
        self.extractor = extractor
        self.log_temperature = nn.Parameter(torch.tensor(2.66))

    def forward(self, a: Reference, b: Reference) -> Tensor:
        bases = (base_vector(self.extractor(r.latent, r.beat, r.condition)) for r in (a, b))
        return contrastive_loss(*bases, self.log_temperature.clamp(max=4.6).exp())


def train_extractor(
    extractor: IndividualBaseExtractor, source: PairSource, steps: int, checkpoint: Path, seed: int,
    batch: int, workers: int,
) -> None:  # fmt: skip
    """Contrast between patients: a row is two recordings of one of them, or two windows of the only one."""
    contrast = _PairContrast(extractor)
    feed = Feed(partial(source.contrast, batch), partial(generator_of, seed), steps, workers, _on_gpu())

    def batch_loss(step: int, generator: torch.Generator) -> Tensor:
        return contrast(*(side.to(parallel.device()) for side in feed(step)))

    average = train(contrast, batch_loss, steps, checkpoint, 1e-3, seed, name="extractor")
    contrast.load_state_dict(average.values)
    extractor.eval().requires_grad_(False)


def train_flow(
    flow: Flow, extractor: IndividualBaseExtractor, source: PairSource, steps: int, checkpoint: Path,
    seed: int, batch: int, workers: int, rate: float = 8e-4,
) -> None:  # fmt: skip
    """Train the diffusion transformer on streamed pairs; its average is the trained model."""
    extractor.to(parallel.device())
    feed = Feed(partial(source.batch, batch), partial(generator_of, seed), steps, workers, _on_gpu())

    def batch_loss(step: int, generator: torch.Generator) -> Tensor:
        drawn: Batch = feed(step).to(parallel.device())
        noise = torch.Generator(parallel.device()).manual_seed(generator.initial_seed())
        return flow.loss(drawn.latent, drawn.context(extractor), noise)

    average = train(flow, batch_loss, steps, checkpoint, rate, seed, name="flow")
    flow.load_state_dict(average.values)


def latent_spread(source: PairSource, seed: int, batches: int = SPREAD_BATCHES) -> Tensor:
    """Root mean square (2, components) of the latent in ordinary and in ventricular tokens."""
    squares, counts = torch.zeros(2, source.autoencoder.basis.shape[1]), torch.zeros(2, 1)
    for number in range(batches):
        batch = source.whole_batch(64, torch.Generator().manual_seed(seed * batches + number))
        inside = ventricular_tokens(batch.score)
        for row, tokens in enumerate((batch.latent[~inside], batch.latent[inside])):
            squares[row] += tokens.pow(2).sum(dim=0)
            counts[row] += len(tokens)
    if counts[1] == 0:  # nobody has a ventricular beat: they are taken to be like the others
        squares[1], counts[1] = squares[0], counts[0]
    return (squares / counts).sqrt()


def _on_gpu() -> bool:
    return parallel.device().type == "cuda"


def _about(args: argparse.Namespace, source: PairSource, began: float) -> dict:
    present = Counter(
        {name: int((source.store.statements[:, k] == PRESENT).sum()) for k, name in enumerate(STATEMENTS)}
    )
    return {
        "training": {
            "data": "PTB-XL" if is_ptbxl(args.data) else "MIMIC-IV-ECG",
            "recordings": len(source.store),
            "patients": source.pairs.patients,
            "patients_with_several": source.pairs.patients_with_several,
            "virtual_cases": len(source.virtual or ()),
            "present": dict(present),
            "extractor_steps": args.extractor_steps,
            "steps": args.steps,
            "batch": args.batch,
            "processes": parallel.processes(),
            "precision": args.precision,
            "seed": args.seed,
            "hours": round((time.monotonic() - began) / 3600, 2),
        }
    }
