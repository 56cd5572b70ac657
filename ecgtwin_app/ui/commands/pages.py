"""The page of a workbench: what the screen shows, files and the printer get."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.report.filled import Band
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.heat_map_names import map_of_twin
from ecgtwin_app.session.layer_stack import layers_of
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.teaching.blind_pages import blind_page


def page_of(workbench: Workbench) -> Page | None:
    """The page as the window shows it, without its answer while that is hidden; None without a recording."""
    session, view, preview = workbench.session, workbench.view, workbench.jobs.preview
    if session.reference is None:
        return None
    if workbench.repair.on:
        return repair_page(workbench)
    twin = preview or (session.twin.recording if session.twin else None)
    heatmap = session.heatmap(heat_map_of(workbench)) if view.heat_map and preview is None else None
    measured = session.measured(session.twin.recording) if session.twin and preview is None else None
    own = session.measured(session.reference)
    page = Page(session.reference, twin, heatmap, view.layout, own, measured)
    if session.twin is not None and preview is None:
        page = replace(page, layers=layers_of(session, view.layers))
    page = workbench.morph.on_page(page)
    return blind_page(page, workbench.morph.on) if workbench.teaching.hidden else page


def repair_page(workbench: Workbench) -> Page:
    """The recording alone, or what is proposed for it with the band of all proposals."""
    session, state = workbench.session, workbench.repair
    assert session.reference is not None
    layout = replace(workbench.view.layout, mode="reference")
    if state.shown is None or state.proposals is None:
        return Page(session.reference, None, None, layout, session.measured(session.reference))
    band = Band(*state.proposals.band) if len(state.proposals) > 1 else None
    return Page(state.shown, None, None, layout, {}, band=band)


def measured_page(workbench: Workbench) -> Page:
    """The page with its calipers, which the window draws itself on the screen; there must be a recording."""
    page = page_of(workbench)
    assert page is not None
    return replace(page, calipers=workbench.parts.page_view.calipers.calipers)


def heat_map_of(workbench: Workbench) -> str:
    """The map that is shown of the twin that is shown, "" for none."""
    twin = workbench.session.twin
    return map_of_twin(workbench.view.heat_map, twin) if twin is not None else ""
