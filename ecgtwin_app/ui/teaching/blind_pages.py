"""Pages that do not tell their answer: the same traces without names, measurements and heat map."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.report.layers import TWIN
from ecgtwin_app.report.page import Page

#: Stands where a page would name the conditions.
HIDDEN = N_("condition hidden")
#: What of a twin's origin may be known: model and seed make no answer.
_OPEN = ("synthetic", "model", "weights_sha256", "seed", "versions")
_known: WeakKeyDictionary[Recording, Recording] = WeakKeyDictionary()


def blind_page(page: Page, keep_names: bool = False) -> Page:
    """The page without its answer; what it is made into (screen, print, PDF, PNG, SVG) cannot tell either.

    The name of the patient goes, too: a class is no place for it. Twins are numbered, whatever they are called,
    unless `keep_names` says that the names tell nothing, as those of a morph.
    """
    layers = tuple(
        replace(
            layer,
            recording=_blind(layer.recording),
            name=layer.name if keep_names else _number(layer.who),
            measurements={},
        )
        for layer in page.layers
    )
    return replace(
        page,
        reference=_blind(page.reference),
        twin=_blind(page.twin),
        heatmap=None,
        layout=replace(page.layout, identity=False),
        reference_measurements=None,
        twin_measurements=None,
        layers=layers,
        room_for=tuple(_blind(recording) for recording in page.room_for),
    )


def _number(who):
    """ "Twin 2" for a further twin; the reference and the shown twin go by the page's own words."""
    number = who.removeprefix(f"{TWIN} ")
    return tr("Twin {number}").format(number=number) if number != who else ""


def _blind(recording):
    """The blind recording of a twin, made once, so that what is found in its samples is found once."""
    if recording is None or not recording.synthetic:
        return recording
    if recording not in _known:
        _known[recording] = blind_recording(recording)
    return _known[recording]


def blind_recording(recording: Recording) -> Recording:
    """A generated recording whose provenance does not say what was asked; its marks stay."""
    provenance = {name: value for name, value in recording.provenance.items() if name in _OPEN}
    return replace(
        recording, history=(), device={}, provenance=provenance | {"request": {"conditions": [HIDDEN]}}
    )
