"""Playing a morph: which frames there are, which is shown, and the job that makes the others. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from ecgtwin_app.engine.request import Progress, Twin
from ecgtwin_app.i18n.words import number, tr
from ecgtwin_app.report.layers import REFERENCE, TWIN, Layer
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.morph import FRAMES, Frame, FrameStore, make_frames
from ecgtwin_app.session.same_patient import others_of
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.jobs.controller import Controller

#: Milliseconds between two frames while it plays.
INTERVAL = 250


class MorphPlayer(QObject):
    """Shows the frame nearest to a place from 0, the patient's own rhythm, to 1, the twin.

    Frames are made on the worker's thread while those that are there can be looked at. Another twin, another
    recording or a run of the engine end it; the frames stay, as far as memory allows.
    """

    changed = Signal()

    def __init__(self, session: Session, controller: Controller, parent: QObject | None = None):
        super().__init__(parent)
        self._session, self._controller = session, controller
        self.store = FrameStore()
        self.twin: Twin | None = None
        self.place = 1.0
        self.progress: Progress | None = None
        self._job = None
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._tick)
        #: Whether the last frame is painted.
        self.may_step: Callable[[], bool] = lambda: True
        session.twins_changed.connect(self._check)
        session.reference_changed.connect(self.stop)

    @property
    def on(self) -> bool:
        """Whether a morph is open."""
        return self.twin is not None

    @property
    def making(self) -> bool:
        """Whether frames are being made."""
        return self._job is not None

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    @property
    def frames(self) -> tuple[Frame, ...]:
        """What is made so far, from the own rhythm to the twin."""
        return self.store.frames(self.twin) if self.on else ()

    @property
    def frame(self) -> Frame | None:
        """The frame that is shown: of those made, the nearest to the place."""
        return min(self.frames, key=lambda frame: abs(frame.fraction - self.place), default=None)

    @property
    def between(self) -> Frame | None:
        """The frame that is shown, where it is not the twin itself."""
        frame = self.frame
        return None if frame is None or frame.fraction >= 1.0 else frame

    def start(self) -> None:
        """Open the morph of the shown twin and make its frames."""
        if self._session.twin is None or self._controller.running:
            return
        self.twin, self.place = self._session.twin, 1.0
        self.store.keep(self.twin, Frame(1.0, self.twin.recording, self.twin.measurements))
        self._make()
        self.changed.emit()

    def stop(self) -> None:
        """Close it; the twin is shown again."""
        if self.on:
            self.cancel()
            self._timer.stop()
            self.twin = None
            self.changed.emit()

    def cancel(self) -> None:
        """Make no further frames; those that are there can be looked at."""
        if self._job is not None:
            self._job.cancel()
            self._job, self.progress = None, None
            self.changed.emit()

    def move_to(self, place: float) -> None:
        """Show another place."""
        self.place = min(1.0, max(0.0, place))
        self.changed.emit()

    def step(self, by: int) -> None:
        """Go so many frames towards the twin."""
        self._timer.stop()
        self.move_to(self._step_from(self.place, by))

    def play(self) -> None:
        """Play from here to the twin, or from the beginning where it is there; or pause."""
        if self.playing:
            self._timer.stop()
        elif self.on:
            if not self.making and len(self.frames) < FRAMES:
                self._make()
            self.place = 0.0 if self.place >= 1.0 else self.place
            self._timer.start()
        self.changed.emit()

    def on_page(self, page: Page | None) -> Page | None:
        """The page with the frame in the twin's place; the rows stay where they are through the whole morph."""
        frame = self.frame
        if page is None or frame is None:
            return page
        name = tr("Morph, {percent} %").format(percent=number(100 * frame.fraction))
        layers = [layer for layer in page.layers if layer.who == REFERENCE]
        layers.append(Layer(TWIN, frame.recording, name, frame.measurements))
        layout = replace(page.layout, mode="twin") if page.layout.mode == "reference" else page.layout
        ends = tuple(one.recording for one in (self.frames[0], self.frames[-1]))
        return replace(
            page, twin=frame.recording, heatmap=None, layout=layout, twin_measurements=frame.measurements,
            layers=tuple(layers), room_for=ends,
        )  # fmt: skip

    def _make(self):
        twin, reference, known = self.twin, self._session.reference, self.frames
        added = self._session.added

        def frames(engine):
            return make_frames(engine, reference, twin, known, others=others_of(twin, added))

        def stepped(item):
            if isinstance(item, Progress):
                self.progress = item
            elif self.on and not self.store.keep(twin, item):
                self.cancel()
            self.changed.emit()

        def ended(_):
            if self._job is job:
                self._job, self.progress = None, None
                self.changed.emit()

        job = self._job = self._controller.aside(tr("Making the morph"), frames, stepped, ended)

    def _tick(self):
        if not self.may_step():
            return  # the last frame is still being painted
        place = self._step_from(self.place, 1)
        if place >= 1.0:
            self._timer.stop()
        self.move_to(place)

    def _step_from(self, place, by):
        """The place of the next frame that is made."""
        made = [frame.fraction for frame in self.frames]
        later = [f for f in made if (f > place + 1e-9 if by > 0 else f < place - 1e-9)]
        return (min(later) if by > 0 else max(later)) if later else float(by > 0)

    def _check(self):
        if self.on and self._session.twin is not self.twin:
            self.stop()
