"""Training on one process or many, one device each, through Accelerate.

Accelerate places the networks, averages gradients between processes and runs mixed precision. One process in
full precision on the CPU needs none of that and runs without the package.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import nn

from ecgtwin_app.ecg.signal.recording import EcgError

PRECISIONS = ("auto", "full", "bf16")


class _Alone:
    """One process, full precision, on the CPU, in the words of `accelerate.Accelerator`."""

    device = torch.device("cpu")
    num_processes, process_index = 1, 0

    def prepare(self, *things):
        return things

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()

    def clip_grad_norm_(self, parameters, largest: float) -> None:
        nn.utils.clip_grad_norm_(parameters, largest)

    def wait_for_everyone(self) -> None:
        pass


_engine = _Alone()


def launch(count: int) -> int | None:
    """Run this same command in `count` processes; their exit status, or None inside one of them.

    On a machine with GPUs every process has one of its own.
    """
    if count == 1 or "WORLD_SIZE" in os.environ:
        return None
    if torch.cuda.is_available() and count > torch.cuda.device_count():
        raise EcgError(
            "Only {count} GPUs are there; ask for at most so many processes.", count=torch.cuda.device_count()
        )
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    return subprocess.call([sys.executable, *launcher, "-m", "ecgtwin_app", *sys.argv[1:]])


@contextmanager
def without_denormals() -> Iterator[None]:
    """Let numbers too small for their type be 0, with which sums are faster; afterwards as everywhere."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def start(device: str = "cpu", precision: str = "full") -> None:
    """Join the processes that were launched together, if any, and settle device and precision.

    Parameters
    ----------
    device : {"cpu", "auto"}
        "auto" takes a GPU where there is one.
    precision : {"auto", "full", "bf16"}
        "auto" is bf16 on a GPU; weights and the optimizer's state stay in float32 in any case.

    Raises
    ------
    EcgError
        When more than one plain process is asked for and Accelerate is not installed.
    """
    global _engine
    on_cpu = device == "cpu" or not torch.cuda.is_available()
    mixed = precision == "bf16" or (precision == "auto" and not on_cpu)
    if on_cpu and not mixed and int(os.environ.get("WORLD_SIZE", "1")) == 1:
        _engine = _Alone()
        return
    try:
        from accelerate import (  # pyright: ignore[reportMissingImports]  an extra
            Accelerator,
            DistributedDataParallelKwargs,
            InitProcessGroupKwargs,
        )
    except ImportError:
        raise EcgError(
            "Several processes, GPUs and bf16 need the package accelerate; install the extra 'train'."
        ) from None
    # An ablation, or a batch in which a part is unknown everywhere, leaves parameters without a gradient.
    several = DistributedDataParallelKwargs(find_unused_parameters=True)
    # The first process makes the cases while the others wait, on large data for many hours.
    patient = InitProcessGroupKwargs(timeout=timedelta(days=7))
    _engine = Accelerator(
        cpu=on_cpu,
        mixed_precision="bf16" if mixed else "no",
        kwargs_handlers=[several, patient],
        rng_types=[],
    )


def engine():
    """The accelerator, or what stands in for it."""
    return _engine


def device() -> torch.device:
    """Where this process computes."""
    return _engine.device


def processes() -> int:
    """How many train together."""
    return _engine.num_processes


def rank() -> int:
    """The number of this process; 0 writes files."""
    return _engine.process_index


def wait() -> None:
    """Go on when all have come here."""
    _engine.wait_for_everyone()
