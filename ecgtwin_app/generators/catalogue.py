"""The generators there are, how each is loaded, and why one cannot be used. Loads no torch by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.base import Generator
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import N_
from ecgtwin_app.inference import USUAL_BACKEND, chosen
from ecgtwin_app.resources import weight_path


@dataclass(frozen=True)
class Entry:
    """A generator that can be chosen.

    Attributes
    ----------
    id : str
        What `--generator` is given.
    title : str
        As a menu names it.
    load : callable (folder or None, device, backend) -> Generator
        Reads its weights: from a folder, or those that ship. `EcgError` where they cannot be used.
    unavailable : callable (folder or None) -> str
        Why it cannot be used, one sentence, without loading anything; "" where it can, as far as that shows.
    of_reference : bool
        Whether it makes twins of a reference, so that it is offered where one is opened.
    fills : bool
        Whether it fills in what is missing of a recording, so that it is offered for repair; what does neither makes
        patients from nothing.
    """

    id: str
    title: str
    load: Callable[[Path | None, str, str], Generator]
    unavailable: Callable[[Path | None], str]
    of_reference: bool = True
    fills: bool = False


def load_generator(
    id: str = "ecgtwin", weights: Path | None = None, device: str = "cpu", backend: str = USUAL_BACKEND
) -> Generator:
    """A generator with its weights; `EcgError` where there is none of that name, or it cannot be used.

    Parameters
    ----------
    device, backend : str
        As they are asked for; see `inference.chosen`.
    """
    return entry_of(id).load(weights, device, backend)


def entry_of(id: str) -> Entry:
    """The entry of a generator; `EcgError` where there is none of that name."""
    if id not in GENERATORS:
        raise EcgError(
            "No generator is called '{generator}'; choose {known}.",
            generator=id,
            known=" or ".join(GENERATORS),
        )
    return GENERATORS[id]


def _load_ecgtwin(weights: Path | None, device: str, backend: str) -> Generator:
    from ecgtwin_app.generators.ecgtwin.generator import EcgTwin
    from ecgtwin_app.generators.manifest import WeightsError

    try:
        return EcgTwin.load(weights or weight_path(""), device, backend)
    except FileNotFoundError as error:
        raise WeightsError(str(error)) from None


def _no_ecgtwin(weights: Path | None) -> str:
    try:
        there = ((weights or weight_path("")) / "manifest.json").is_file()
    except FileNotFoundError:
        there = False
    return "" if there else Message("Its weights are not there; choose the folder that holds them.")


def _load_published(weights: Path | None, device: str, backend: str) -> Generator:
    from ecgtwin_app.generators.published.folder import published_files

    published_files(weights)  # said without waiting for torch
    _, device = chosen(backend, device, exported=False)
    from ecgtwin_app.generators.published.generator import Published

    return Published.load(cast(Path, weights), device)


def _no_published(weights: Path | None) -> str:
    from ecgtwin_app.generators.published.folder import published_files

    try:
        published_files(weights)
    except EcgError as error:
        return error.message
    return ""


def _load_sssd(weights: Path | None, device: str, backend: str) -> Generator:
    from ecgtwin_app.generators.sssd.generator import SssdGenerator

    return SssdGenerator.load(weights, device, backend)


def _no_sssd(weights: Path | None) -> str:
    from ecgtwin_app.generators.sssd.weights import FOLDER

    try:
        FOLDER.find(weights)
    except EcgError as error:
        return error.message
    return ""


def _load_diffecg(weights: Path | None, device: str, backend: str) -> Generator:
    from ecgtwin_app.generators.diffecg.generator import DiffecgGenerator

    return DiffecgGenerator.load(weights, device, backend)


def _no_diffecg(weights: Path | None) -> str:
    from ecgtwin_app.generators.diffecg.weights import FOLDER

    try:
        FOLDER.find(weights)
    except EcgError as error:
        return error.message
    return ""


def _load_template(weights: Path | None, device: str, backend: str) -> Generator:
    from ecgtwin_app.generators.template.generator import Template

    return Template()


#: The generators by their name, the default first.
GENERATORS = {
    entry.id: entry
    for entry in (
        Entry("ecgtwin", "ECGTwin", _load_ecgtwin, _no_ecgtwin),
        Entry("published", N_("ECGTwin as published"), _load_published, _no_published),
        Entry("sssd", N_("New patients (SSSD-ECG)"), _load_sssd, _no_sssd, of_reference=False),
        Entry("diffecg", N_("Fill in (DiffECG)"), _load_diffecg, _no_diffecg, of_reference=False, fills=True),
        Entry(
            "template",
            N_("Usual beat and other leads"),
            _load_template,
            lambda weights: "",
            of_reference=False,
            fills=True,
        ),
    )
}
#: Those among which one is chosen for twins.
OF_REFERENCE = {id: entry for id, entry in GENERATORS.items() if entry.of_reference}
#: The generator that is meant where none is named.
USUAL = next(iter(GENERATORS))
#: Those that fill in what is missing of a recording, the best first.
FILLING = {id: entry for id, entry in GENERATORS.items() if entry.fills}


def usual_filler() -> str:
    """The generator that fills in where none is named: the first whose weights are there."""
    return next(id for id, entry in FILLING.items() if not entry.unavailable(None))
