"""Opening the cases of a course."""

from __future__ import annotations

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.course import open_case
from ecgtwin_app.ui.commands.leaving import Work, enter, leave
from ecgtwin_app.ui.commands.saving import restore
from ecgtwin_app.ui.commands.teaching_switch import show_twin_alone
from ecgtwin_app.ui.commands.workbench import Workbench


def show_case(workbench: Workbench, at: int) -> None:
    """Open a case of the course, once nothing is lost by it."""
    leave(workbench, lambda: open_case_at(workbench, at))


def open_case_at(workbench: Workbench, at: int, before: Work | None = None) -> None:
    """Open a case of the course; `before` is what Undo brings back, what is open now unless it is given."""
    teaching = workbench.teaching
    course = teaching.course
    if not 0 <= at < len(course.cases):
        return
    case = course.cases[at]

    def opened(state):
        def show():
            restore(workbench, state)
            teaching.enter_case(at)
            show_twin_alone(workbench)

        if teaching.course is not course:
            return
        # It has no path: saving must not overwrite the session of a case.
        enter(workbench, tr("opening of course"), show, f"course {id(course)}", before)
        workbench.view.say_all_changed()
        workbench.parts.page_view.setFocus()

    workbench.jobs.cancel()
    workbench.jobs.work(tr("Opening"), lambda: open_case(case), opened)
