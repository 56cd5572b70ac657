"""`ecgtwin export-onnx`: the trained networks as files that ONNX Runtime runs, beside the weights that they are made of.

The same weights give the same files. Large weights are kept in half precision, as they are trained weights' files, and
turned to single precision when a file is loaded. The manifest is given the files' hashes; what the weights are called
(`manifest.digest_of`) stays, for they are the same weights.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.diffecg import config as hidden
from ecgtwin_app.generators.diffecg import graphs as diffecg_graphs
from ecgtwin_app.generators.diffecg import module as diffecg_module
from ecgtwin_app.generators.diffecg.weights import FOLDER as DIFFECG
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE
from ecgtwin_app.generators.ecgtwin.conditioning import nothing_known
from ecgtwin_app.generators.ecgtwin.graphs import Identity, RhythmKnown, RhythmStep, RhythmWhen, Velocity
from ecgtwin_app.generators.ecgtwin.manifest import read_manifest
from ecgtwin_app.generators.ecgtwin.onnx_networks import OF_ENSEMBLE, OF_RHYTHM
from ecgtwin_app.generators.ecgtwin.rhythm_clock import CLOCK_FEATURES
from ecgtwin_app.generators.ecgtwin.rhythm_model import RhythmModel
from ecgtwin_app.generators.ecgtwin.strip_context import WAVES
from ecgtwin_app.generators.ecgtwin.weights import TwinModel, load_modules
from ecgtwin_app.generators.manifest import ONNX, write_manifest
from ecgtwin_app.generators.sssd.config import LEADS, NUMBERS
from ecgtwin_app.generators.sssd.config import SAMPLES as STRIP
from ecgtwin_app.generators.sssd.graphs import Matrices
from ecgtwin_app.generators.sssd.module import load_module
from ecgtwin_app.generators.sssd.score_input import ROWS
from ecgtwin_app.generators.sssd.weights import FOLDER as SSSD
from ecgtwin_app.recognition import weights as recogniser
from ecgtwin_app.recognition.recogniser_module import module_of
from ecgtwin_app.recognition.rhythm import NUMBERS as RHYTHM_NUMBERS
from ecgtwin_app.recognition.strip import SAMPLES
from ecgtwin_app.resources import weight_path

#: Version of ONNX's operators: of 2022, so that older runtimes read the files.
OPSET = 18
#: Weights with fewer numbers stay in single precision: they are biases and constants.
LEAST_HALVED = 512
#: What a network is traced with; not one, which a tracer takes for a constant.
_BATCH, _WAVES, _BEATS = 2, 7, 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `ecgtwin export-onnx`."""
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="folder of other weights than those that ship"
    )


def main(args: argparse.Namespace) -> int:
    """Export every network of a folder; returns the exit status."""
    for path in export(args.weights or weight_path("")):
        print(f"{path.name:<20} {path.stat().st_size / 1e6:.1f} MB")
    return 0


def export(folder: Path) -> list[Path]:
    """Write an ONNX file of every network in `folder`, and the hashes into its manifests; returns the files.

    Raises
    ------
    EcgError
        The weights cannot be read, or the packages that export them are not installed.
    """
    _check_installed()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    if SSSD.holds(folder):
        return _export_sssd(folder)
    if DIFFECG.holds(folder):
        return _export_diffecg(folder)
    model, manifest = load_modules(folder), read_manifest(folder)
    files = {name: _written(folder / name, one) for name, one in _traced(model).items()}
    write_manifest(folder, manifest | {ONNX: files})
    paths = [folder / name for name in files]
    if (folder / recogniser.MANIFEST).exists():
        of_recogniser = recogniser.read_manifest(folder)
        network = module_of((folder / recogniser.WEIGHTS).read_bytes(), len(of_recogniser["labels"]))
        inputs = {
            "strips": torch.zeros(_BATCH, network.filters.shape[2], SAMPLES),
            "rhythm": torch.zeros(_BATCH, RHYTHM_NUMBERS),
        }
        paths.append(folder / recogniser.ONNX)
        digest = _written(paths[-1], _Traced(network, inputs, {name: {0: "strips"} for name in inputs}))
        recogniser.write_manifest(folder, of_recogniser | {"onnx_sha256": digest})
    if SSSD.holds(folder / SSSD.id):
        paths += _export_sssd(folder / SSSD.id)
    if DIFFECG.holds(folder / DIFFECG.id):
        paths += _export_diffecg(folder / DIFFECG.id)
    return paths


def _export_diffecg(folder: Path) -> list[Path]:
    manifest = DIFFECG.manifest(folder)
    strip = (_BATCH, hidden.LEADS, hidden.SAMPLES)
    inputs = {
        "x": torch.zeros(strip),
        "guess": torch.ones(strip),
        "hidden": torch.full(strip, 0.5),
        "spectrum": torch.zeros(_BATCH, hidden.LEADS * hidden.BINS, hidden.FRAMES),
        "time": torch.full((_BATCH,), 0.5),
        "task": torch.ones(_BATCH, dtype=torch.int64),
    }
    path = folder / DIFFECG.onnx_file
    network = diffecg_graphs.Matrices(diffecg_module.load_module(folder, manifest))
    digest = _written(path, _free(network, inputs))
    write_manifest(folder, manifest | {ONNX: {path.name: digest}})
    return [path]


def _export_sssd(folder: Path) -> list[Path]:
    manifest = SSSD.manifest(folder)
    statements = len(manifest["config"]["statements"])
    inputs = {
        "x": torch.zeros(_BATCH, LEADS, STRIP),
        "time": torch.full((_BATCH,), 0.5),
        "present": torch.zeros(_BATCH, statements),
        "absent": torch.ones(_BATCH, statements),
        "numbers": torch.full((_BATCH, len(NUMBERS)), 0.5),
        "sex": torch.zeros(_BATCH, dtype=torch.int64),
        "origin": torch.ones(_BATCH, dtype=torch.int64),
    }
    if SSSD.config_of(manifest).score:
        inputs["score"] = torch.zeros(_BATCH, ROWS, STRIP)
    path = folder / SSSD.onnx_file
    digest = _written(path, _free(Matrices(load_module(folder, manifest)), inputs))
    write_manifest(folder, manifest | {ONNX: {path.name: digest}})
    return [path]


@dataclass(frozen=True, eq=False)
class _Traced:
    """A network, arguments to trace it with, and the names of their dimensions that are not fixed."""

    module: nn.Module
    inputs: Mapping[str, Tensor]
    free: Mapping[str, Mapping[int, str]]


def _traced(model: TwinModel) -> dict[str, _Traced]:
    """By the names of their files."""
    statements, width = len(model.config.statements), model.config.width
    condition = {
        name: torch.from_numpy(np.nan_to_num(value))
        for name, value in vars(nothing_known(_BATCH, statements)).items()
    }
    # A tensor of its own for each: one that comes twice would be taken for one input.
    reference = {
        "beats": torch.zeros(_BATCH, _BEATS, SIZE),
        "has_p": torch.ones(_BATCH, dtype=torch.bool),
        "blur": torch.zeros(_BATCH, 3),
        "known": torch.ones(_BATCH, dtype=torch.bool),
    }
    waves = {
        "x": torch.zeros(_BATCH, _WAVES, SIZE),
        "time": torch.full((_BATCH,), 0.5),
        "kind": torch.arange(_BATCH * _WAVES).reshape(_BATCH, _WAVES) % len(WAVES),
        "there": torch.ones(_BATCH, _WAVES, dtype=torch.bool),
    }
    read = {"identity": torch.zeros(_BATCH, _BEATS, width)}
    velocity = Velocity(model.ensemble)
    velocity.look(True)
    by_second = {
        **dict.fromkeys(("x", "kind", "there"), "waves"),
        **dict.fromkeys(("beats", "identity"), "beats"),
    }
    found = dict(
        zip(
            OF_ENSEMBLE,
            (
                _free(Identity(model.ensemble), {**reference, **condition}, by_second),
                _free(velocity, {**waves, **condition, **read}, by_second),
            ),
            strict=True,
        )
    )
    return found | (_of_rhythm(model.rhythm, condition) if model.rhythm is not None else {})


def _of_rhythm(model: RhythmModel, condition: Mapping[str, Tensor]) -> dict[str, _Traced]:
    width = model.first.out_features
    kind, seen = torch.zeros(_BATCH, dtype=torch.int64), torch.zeros(_BATCH, CLOCK_FEATURES)
    known, memory = torch.zeros(_BATCH, width), torch.zeros(1, _BATCH, width)
    step = {"kind": kind, "seen": seen, "known": known, "memory": memory}
    parts = (
        _free(RhythmKnown(model), condition),
        _free(RhythmStep(model), step),
        _free(RhythmWhen(model), {"trunk": known, "kind": kind, "seen": seen}),
    )
    return dict(zip(OF_RHYTHM, parts, strict=True))


def _free(
    module: nn.Module, inputs: Mapping[str, Tensor], second: Mapping[str, str] | None = None
) -> _Traced:
    """The first dimension of all inputs is the batch, of the memory the second; some have another free one."""
    free = {
        name: ({1: "batch"} if name == "memory" else {0: "batch"})
        | ({1: second[name]} if second and name in second else {})
        for name in inputs
    }
    return _Traced(module, inputs, free)


def _written(path: Path, one: _Traced) -> str:
    """Write a network's file; returns its hash."""
    content = _file_of(one)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.chmod(0o644)
    part.replace(path)
    return hashlib.sha256(content).hexdigest()


def _file_of(one: _Traced) -> bytes:
    import onnx  # pyright: ignore[reportMissingImports]  an extra

    inputs: Sequence[str] = one.module.inputs  # type: ignore[assignment]
    free = tuple({axis: torch.export.Dim(of) for axis, of in one.free[name].items()} for name in inputs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own export, about itself
        exported = torch.onnx.export(
            one.module.eval(),
            tuple(one.inputs[name] for name in inputs),
            input_names=list(inputs),
            output_names=list(one.module.outputs),  # type: ignore[arg-type]
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes=free,
            verbose=False,
        )
    assert exported is not None
    model = exported.model_proto
    _anonymous(model)
    _halved(model.graph)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def _anonymous(model) -> None:
    """Without what tells of the machine and the source that it was made of, which would differ each time."""
    model.producer_name, model.producer_version, model.doc_string = "ecgtwin", "", ""
    del model.metadata_props[:]
    graphs = [model.graph, *model.functions]
    for graph in graphs:
        graph.doc_string = ""
        del graph.metadata_props[:]
        for part in (*graph.node, *graph.value_info):
            part.doc_string = ""
            del part.metadata_props[:]
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        value.doc_string = ""
        del value.metadata_props[:]


def _halved(graph) -> None:
    """Large weights in half precision, each with a cast behind it: they were in half precision when they were read."""
    from onnx import (  # pyright: ignore[reportMissingImports]  an extra
        TensorProto,
        helper,
        numpy_helper,
    )

    casts = []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        halves = (
            values.astype(np.float16) if values.dtype == np.float32 and values.size >= LEAST_HALVED else None
        )
        if halves is None or not np.array_equal(halves.astype(np.float32), values):
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(halves, f"{name}.half"))
        casts.append(
            helper.make_node("Cast", [weight.name], [name], name=f"{name}.cast", to=TensorProto.FLOAT)
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _check_installed() -> None:
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("onnx", "onnxscript")):
        raise EcgError("Exporting needs the packages of training; install ecgtwin-desktop[train].")
