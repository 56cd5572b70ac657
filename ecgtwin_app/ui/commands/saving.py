"""What a session file keeps of the work, and writing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.i18n.words import tr
from ecgtwin_app.session.session_file import SUFFIX, SessionState, stamp_of, write_session
from ecgtwin_app.ui.commands.workbench import Workbench


def state_of(workbench: Workbench) -> SessionState | None:
    """Everything a session file keeps, as it is now; None without a recording."""
    if workbench.session.reference is None:
        return None
    return SessionState(
        layout=workbench.view.layout,
        calipers=workbench.parts.page_view.calipers.calipers,
        layers=workbench.view.layers,
        **workbench.session.snapshot(),
    )


def restore(workbench: Workbench, state: SessionState, name: str = "") -> None:
    """Show a session that was kept, in place of what is open; to be called by what `enter` is given."""
    workbench.session.restore(state, name)
    workbench.view.layers = state.layers
    workbench.parts.layers_panel.show_session(workbench.session, state.layers)
    workbench.view.show_layout(state.layout)
    workbench.parts.page_view.calipers.show_calipers(state.calipers)


def kept_of(workbench: Workbench) -> object:
    """What a session file keeps of the user's work, to be compared: not how it is looked at."""
    session = workbench.session
    recordings = [session.reference, *(twin.recording for twin in session.twins)]
    moved = [tuple(sorted(m.moved.items())) for m in map(session.marks, recordings) if m is not None]
    return (
        session.reference, tuple(session.twins), session.others, [m for m in moved if m],
        workbench.parts.page_view.calipers.calipers, workbench.view.layers, session.request.shows,
    )  # fmt: skip


def save_session(workbench: Workbench, then: Callable[[], None] | None = None) -> None:
    """Save into the session's own file, asked for where it has none; then do something more."""
    if workbench.session.path is None:
        save_session_as(workbench, then)
    else:
        write(workbench, workbench.session.path, then)


def save_session_as(workbench: Workbench, then: Callable[[], None] | None = None) -> None:
    """Ask for a file and save into it; then do something more."""
    workbench.dialogs.ask_file_to_save(
        SUFFIX[1:], f"session{SUFFIX}", lambda path: write(workbench, path, then)
    )


def write(
    workbench: Workbench, path: Path, then: Callable[[], None] | None = None, over: bool = False
) -> None:
    """Write the session into a file, which becomes its own; then do something more.

    Where another window or program has written its own file since, it asks first, unless it is to be written `over`.
    """
    state, kept = state_of(workbench), kept_of(workbench)
    if state is None:
        return
    known = workbench.session.stamp if path == workbench.session.path and not over else None

    def save():
        if known is not None and stamp_of(path) not in (known, None):
            return None
        write_session(path, state)
        return (stamp_of(path),)

    def done(written):
        if written is None:
            _ask_over(workbench, path, then)
            return
        workbench.session.note_saved(kept, path, *written)
        workbench.parts.recent_menu.note(path)
        workbench.messages.tell(tr("Saved the session as {name}, de-identified.").format(name=path.name))
        if then is not None:
            then()

    workbench.jobs.work(tr("Saving"), save, done)


def hold(workbench: Workbench) -> None:
    """Hold the session file that is open, and say where another window does so already."""
    autosave, path = workbench.autosave, workbench.session.path
    if autosave is not None and not autosave.hold(path) and path is not None:
        words = tr(
            "{name} is open in another window, too; save under another name, or one loses its changes."
        )
        workbench.messages.tell(words.format(name=path.name))


def _ask_over(workbench: Workbench, path: Path, then: Callable[[], None] | None) -> None:
    """Ask before the work of another window is written over."""
    question = tr("{name} was changed elsewhere since it was opened here. Write over it all the same?")
    dialog = workbench.dialogs.ask_whether(
        tr("Changed elsewhere"),
        question.format(name=path.name),
        (tr("Write over it"), tr("Save under another name")),
        lambda: write(workbench, path, then, over=True),
    )
    dialog.rejected.connect(lambda: save_session_as(workbench, then))
