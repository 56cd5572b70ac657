"""Teaching mode on and off."""

from __future__ import annotations

from dataclasses import replace

from ecgtwin_app.ui.commands.workbench import Workbench


def turn_teaching(workbench: Workbench, on: bool) -> None:
    """Begin or end teaching mode; a twin is asked about alone, the views show the reference again."""
    view, teaching = workbench.view, workbench.teaching
    if on == teaching.on:
        return
    workbench.messages.hide()
    workbench.morph.stop()
    if on:
        view.mode_before_teaching = view.layout.mode
        show_twin_alone(workbench)
    elif view.mode_before_teaching:
        view.layout = replace(view.layout, mode=view.mode_before_teaching)
    teaching.turn(on)
    view.say_all_changed()
    if on:
        workbench.parts.quiz.focus_search()
    else:
        workbench.parts.arrangement.show_request()


def show_twin_alone(workbench: Workbench) -> None:
    """Without a heat map, and not remembered as the usual view: it belongs to the mode."""
    view = workbench.view
    view.heat_map = ""
    view.layout = replace(view.layout, mode="twin" if workbench.session.twins else "reference")
