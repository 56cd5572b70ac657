"""Which part of the window listens to which."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.teaching import read_strip
from ecgtwin_app.ui.commands import (
    cases,
    edit,
    generators,
    leaving,
    measure,
    opening,
    repair,
    saving,
    shown,
    twin,
    view,
)
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.preferences import settings
from ecgtwin_app.ui.window.presenter import Presenter
from ecgtwin_app.ui.window.teaching_presenter import TeachingPresenter


def connect_parts(workbench: Workbench, presenter: Presenter, teaching: TeachingPresenter) -> None:
    """What every part says, and who listens."""
    _connect_panels(workbench)
    _connect_page(workbench, presenter)
    _connect_session(workbench, presenter)
    _connect_view(workbench, presenter)
    _connect_jobs(workbench, presenter)
    _connect_repair(workbench, presenter)
    _connect_undo(workbench, presenter)
    _connect_teaching(workbench, presenter, teaching)
    _connect_autosave(workbench)


def _connect_panels(workbench: Workbench):
    parts, history = workbench.parts, workbench.parts.history
    parts.request_panel.changed.connect(partial(twin.ask, workbench))
    parts.request_panel.form.generator.chosen.connect(partial(generators.choose_generator, workbench))
    parts.request_panel.form.generator.folder_requested.connect(partial(generators.choose_folder, workbench))
    parts.request_panel.generate_requested.connect(partial(twin.generate, workbench))
    parts.request_panel.cancel_requested.connect(partial(twin.cancel, workbench))
    line = parts.request_panel.shown_line
    line.switched.connect(partial(shown.switch, workbench))
    line.add_requested.connect(partial(shown.add_shown, workbench))
    line.only_changed.connect(lambda _: shown.keep_nothing(workbench))
    history.loaded.connect(partial(twin.load_request, workbench))
    history.run_requested.connect(partial(twin.run_request, workbench))
    history.save_requested.connect(partial(edit.save_presets, workbench))
    history.open_requested.connect(partial(edit.load_presets, workbench))
    parts.filmstrip.chosen.connect(workbench.session.show_twin)
    parts.layers_panel.changed.connect(partial(view.set_layers, workbench))
    parts.bar.layout_requested.connect(partial(view.set_page_layout, workbench))
    parts.bar.heat_map_requested.connect(partial(twin.set_heat_map, workbench))
    parts.results.measurements.chosen.connect(
        lambda key, words, who: measure.show_measurement(workbench, key, words, who=who)
    )
    parts.results.by_lead.chosen.connect(partial(measure.show_measurement, workbench))
    parts.score_strip.edited.connect(lambda score, _: twin.edit_score(workbench, score))
    parts.score_strip.refused.connect(workbench.messages.warn)


def _connect_page(workbench: Workbench, presenter: Presenter):
    page_view = workbench.parts.page_view

    def move_to(start):
        workbench.view.show_layout(replace(workbench.view.layout, start=start))

    page_view.hovered.connect(workbench.parts.status.pointer.setText)
    page_view.zoomed.connect(workbench.view.note_scale)
    page_view.painted.connect(presenter.place_score_strip)
    page_view.turned.connect(partial(view.turn_loops, workbench))
    page_view.pointed_changed.connect(presenter.show_commands)
    page_view.failed.connect(workbench.messages.warn)
    page_view.calipers.changed.connect(partial(measure.set_calipers, workbench))
    page_view.calipers.selected.connect(presenter.change_calipers)
    page_view.marks.moved.connect(partial(measure.move_fiducials, workbench))
    workbench.parts.overview.moved.connect(move_to)
    workbench.messages.changed.connect(presenter.show_commands)


def _connect_session(workbench: Workbench, presenter: Presenter):
    session = workbench.session
    session.reference_changed.connect(presenter.open_reference)
    session.reference_changed.connect(partial(shown.look, workbench))
    session.shown_changed.connect(presenter.show_shown)
    session.request_changed.connect(presenter.show_request)
    session.requests_changed.connect(lambda: workbench.parts.history.show_session(session))
    session.available_changed.connect(presenter.show_available)
    session.twins_changed.connect(presenter.refresh)
    session.others_changed.connect(presenter.refresh)
    session.heatmap_kept.connect(presenter.refresh_view)
    session.heatmap_kept.connect(workbench.messages.settle)
    session.marks_changed.connect(presenter.change_marks)
    session.saved_changed.connect(presenter.show_title)


def _connect_repair(workbench: Workbench, presenter: Presenter):
    state, tool, bar = workbench.repair, workbench.parts.page_view.repairs, workbench.parts.repair_bar

    def choose(id):
        state.generator = id

    state.changed.connect(partial(repair.show_proposals, workbench))
    state.changed.connect(presenter.show_repair)
    tool.changed.connect(partial(repair.set_marks, workbench))
    tool.chosen.connect(state.choose)
    bar.generator_chosen.connect(choose)
    workbench.session.reference_changed.connect(lambda: state.leave() if state.on else None)
    workbench.session.twins_changed.connect(lambda: state.leave() if state.on else None)


def _connect_view(workbench: Workbench, presenter: Presenter):
    state = workbench.view
    state.changed.connect(presenter.refresh)
    state.layers_changed.connect(presenter.refresh)
    state.layout_chosen.connect(lambda: settings.write_layout(workbench.settings, state.layout))
    state.layout_changed.connect(presenter.refresh_view)
    state.heat_map_changed.connect(presenter.refresh_view)
    state.tool_changed.connect(presenter.take_tool)
    state.marks_changed.connect(presenter.choose_marks)
    state.magnifier_changed.connect(presenter.take_magnifier)
    state.scale_changed.connect(presenter.show_scale)


def _connect_jobs(workbench: Workbench, presenter: Presenter):
    jobs, messages = workbench.jobs, workbench.messages
    jobs.told.connect(messages.tell)
    jobs.failed.connect(messages.warn)
    jobs.opening.connect(partial(leaving.enter, workbench))
    jobs.seconds_requested.connect(partial(opening.ask_seconds, workbench))
    jobs.stating_requested.connect(partial(opening.ask_stating, workbench))
    jobs.doubted.connect(partial(opening.ask_whether_same, workbench))
    jobs.progressed.connect(workbench.parts.request_panel.show_progress)
    jobs.made.connect(partial(shown.tell_what_changed, workbench))
    jobs.preview_changed.connect(presenter.show_page)
    jobs.running_changed.connect(presenter.change_running)
    jobs.heat_map_missing.connect(partial(workbench.view.show_heat_map, ""))


def _connect_undo(workbench: Workbench, presenter: Presenter):
    undo = workbench.undo
    for signal in (undo.canUndoChanged, undo.canRedoChanged, undo.undoTextChanged):
        signal.connect(lambda *_: presenter.show_commands())
    undo.indexChanged.connect(workbench.messages.settle)


def _connect_teaching(workbench: Workbench, presenter: Presenter, teaching_presenter: TeachingPresenter):
    teaching, parts = workbench.teaching, workbench.parts

    def read(recording):
        def take(reading):
            teaching.take_reading(recording, reading)

        workbench.jobs.work(tr("Measuring"), lambda: read_strip(recording), take)

    teaching.changed.connect(teaching_presenter.show)
    teaching.reading_requested.connect(read)
    workbench.morph.changed.connect(presenter.show_morph)
    parts.quiz.chosen.connect(teaching.choose)
    parts.quiz.reveal_requested.connect(teaching.reveal)
    parts.quiz.next_requested.connect(lambda: cases.show_case(workbench, teaching.at + 1))
    parts.teaching_panel.case_requested.connect(partial(cases.show_case, workbench))


def _connect_autosave(workbench: Workbench):
    autosave, session = workbench.autosave, workbench.session
    if autosave is None:
        return
    autosave.failed.connect(workbench.messages.warn)
    for signal in (session.saved_changed, session.reference_changed):
        signal.connect(partial(saving.hold, workbench))
    for signal in (
        session.reference_changed,
        session.request_changed,
        session.twins_changed,
        session.others_changed,
        session.shown_changed,
        session.heatmap_kept,
        workbench.undo.indexChanged,
    ):
        signal.connect(autosave.touch)
