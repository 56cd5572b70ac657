"""Opening recordings, sessions and courses, by whichever way they come in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.ecg.measurement.doubts import is_exchanged
from ecgtwin_app.ecg.measurement.quality import GOOD, SOME_LEADS
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS
from ecgtwin_app.engine.repair.repair import why_not_complete
from ecgtwin_app.engine.suitability import needs
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.i18n.message import Message
from ecgtwin_app.i18n.words import tr, translate
from ecgtwin_app.session.course import SUFFIX as COURSE_SUFFIX
from ecgtwin_app.session.session_file import SUFFIX, read_session, stamp_of
from ecgtwin_app.ui.commands.leaving import enter, leave
from ecgtwin_app.ui.commands.repair import complete, take_proposed
from ecgtwin_app.ui.commands.saving import restore
from ecgtwin_app.ui.commands.teach_files import open_course_path
from ecgtwin_app.ui.commands.workbench import Workbench
from ecgtwin_app.ui.dialogs.seconds_dialog import SecondsDialog
from ecgtwin_app.ui.dialogs.table_dialog import TableDialog
from ecgtwin_app.ui.jobs.reading import verdict_words


def open_path(workbench: Workbench, path: Path | str, then: Callable[[], None] | None = None) -> None:
    """Open a recording, a session or a course; `then` is called when a recording is open."""
    path = Path(path)
    if path.suffix == COURSE_SUFFIX:
        open_course_path(workbench, path)
        return
    if path.suffix == SUFFIX:
        open_session(workbench, path)
        return
    before = workbench.session.request

    def opened():
        if workbench.session.request != before and not workbench.messages.text:
            workbench.messages.tell(
                tr("Rate, set-points, age and sex are at “keep” again, and what this ECG shows is kept.")
            )
        if path != example_path():
            workbench.parts.recent_menu.note(path)
        if then is not None:
            then()

    leave(workbench, lambda: workbench.jobs.files.open(path, opened))


def open_example(workbench: Workbench, then: Callable[[], None] | None = None) -> None:
    """Open the example and say what can be done with it."""

    def hint():
        workbench.messages.tell(
            tr(
                "This is an example ECG. Choose a condition and press Generate; open your own ECG with"
                " Ctrl+O or drop a file here."
            )
        )
        if then is not None:
            then()

    open_path(workbench, example_path(), hint)


def open_session(workbench: Workbench, path: Path) -> None:
    """Open a session file."""

    def opened(found):
        stamp, state = found

        def show():
            restore(workbench, state, path.name)
            workbench.session.path, workbench.session.stamp = path, stamp

        enter(workbench, tr("opening of session"), show)

    def read():
        workbench.jobs.cancel()
        workbench.jobs.work(tr("Opening"), lambda: (stamp_of(path), read_session(path)), opened)

    leave(workbench, read)


def offer_recovery(workbench: Workbench) -> None:
    """Say that a session was left by a crash, and offer it."""
    autosave = workbench.autosave
    path = autosave.leftover() if autosave is not None else None
    if autosave is None or path is None:
        return

    def opened(state):
        enter(workbench, tr("opening of session"), lambda: restore(workbench, state))
        workbench.session.note_saved(None, None)  # it lies in no file of the user's
        autosave.forget(path)
        autosave.touch()
        workbench.messages.tell(tr("Restored what was open when the program ended."))

    def recover():
        leave(workbench, lambda: workbench.jobs.work(tr("Opening"), lambda: read_session(path), opened))

    workbench.messages.offer(
        tr("The program did not end in order. What was open is kept."),
        ((tr("Restore it"), recover), (tr("Forget it"), lambda: autosave.forget(path))),
    )


def warn_of_reference(workbench: Workbench) -> None:
    """Say at once why no twin can be made, and what makes everything that is measured doubtful."""
    session = workbench.session
    if session.reference is None:
        return
    lacks, completes = needs(session.reference), why_not_complete(session.reference) is None
    missing = [lead for lead in INDEPENDENT_LEADS if lead not in session.reference.leads]
    if missing and completes:
        # Not only what is missing, but what mends it.
        lacks = Message(
            "This recording lacks {leads}; completed to twelve leads it can have twins.",
            leads=", ".join(missing),
        )
    minded = [lacks] if lacks else []
    minded += [note for note in session.quality if is_exchanged(note)]
    words = [translate(sentence) for sentence in minded]
    if session.verdict is not None and session.verdict.verdict != GOOD:
        words.append(verdict_words(session.verdict))
    if not words:
        return
    choices = []
    if missing and completes:
        choices.append((tr("Complete"), lambda: complete(workbench)))
    elif session.verdict is not None and session.verdict.verdict == SOME_LEADS:
        choices.append((tr("Mark it"), lambda: take_proposed(workbench)))
    workbench.messages.offer(" ".join(words), tuple(choices))


# -- what reading asks --------------------------------------------------------------------------------


def ask_seconds(
    workbench: Workbench, file: EcgFile, use: Callable[[float], None], start: float = 0.0
) -> None:
    """Ask which seconds of a long recording are used."""
    dialog = SecondsDialog(file, start, workbench.dialogs.parent)
    dialog.chosen.connect(use)
    workbench.dialogs.show(dialog)


def ask_stating(
    workbench: Workbench, path: Path, missing: tuple[str, ...], use: Callable[[dict], None]
) -> None:
    """Ask for what a table does not state."""
    dialog = TableDialog(path, missing, workbench.dialogs.parent)
    dialog.stated.connect(use)
    workbench.dialogs.show(dialog)


def ask_whether_same(workbench: Workbench, question: str, add: Callable[[], None]) -> None:
    """Ask whether a recording that seems to be of another patient is added all the same."""
    answers = tr("Add it"), tr("Leave it out")
    workbench.dialogs.ask_whether(tr("The same patient?"), question, answers, add)
