"""How the window is put together, and which of its parts listens to which."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QSplitter, QSplitterHandle, QVBoxLayout, QWidget

from ecgtwin_app.i18n.words import N_, tr
from ecgtwin_app.ui.widgets.number_field import FieldKeys
from ecgtwin_app.ui.widgets.tabs import Tabs
from ecgtwin_app.ui.window.remembered import remembered_columns

HINT = N_("Generate Ctrl+G · Heat map Ctrl+H · Views Ctrl+1 to 7 · Commands Ctrl+K · All shortcuts ?")


class Assembly:
    """The part of the window that builds it."""

    def put_together(self) -> None:
        """Panels at both sides; message, page, read-out, overview, score and filmstrip in the middle."""
        self.setAcceptDrops(True)
        self.fit_screen()
        self.addToolBar(self.bar)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self.view, 1)
        for widget in (self.page_bar, self.read_out, self.overview, self.score_strip, self.filmstrip):
            column.addWidget(widget)
        self.read_out.hide()
        self.centre = centre
        self.tabs = Tabs()
        for widget, name in (
            (self.request_panel, tr("Ask")),
            (self.layers_panel, tr("Layers")),
            (self.history, tr("History")),
        ):
            self.tabs.addTab(widget, name)
        self.side, self.right = Pane(self.tabs, 280, 420), Pane(self.results, 280, 560)
        self.splitter = Columns((self.side, centre, self.right))
        self.splitter.take_up(remembered_columns(self.store))
        self.setCentralWidget(self.splitter)
        self._fill_status_bar()

    def _fill_status_bar(self):
        self.zoom_label, self.others_label = QLabel(), QLabel()
        mark = QLabel(tr("TWINS ARE SYNTHETIC – NOT FOR DIAGNOSIS"), objectName="syntheticMark")
        self.statusBar().addWidget(Hint(tr(HINT)), 1)
        self.pointer_label = QLabel()
        self.pointer_label.setAccessibleName(tr("Under the pointer"))
        # Of a fixed width: a label that grows and shrinks would lay the bar out at every move of the mouse.
        self.pointer_label.setFixedWidth(172)
        self.statusBar().addPermanentWidget(self.pointer_label)
        self.statusBar().addPermanentWidget(self.others_label)
        self.statusBar().addPermanentWidget(self.zoom_label)
        self.statusBar().addPermanentWidget(mark)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(4, 0, 8, 0)

    def connect_parts(self) -> None:
        """What every part says, and who listens."""
        self.field_keys = FieldKeys(self, self.view)
        self.request_panel.changed.connect(self.ask)
        self.history.loaded.connect(self.load_request)
        self.history.run_requested.connect(self.run_request)
        self.history.save_requested.connect(self.save_presets)
        self.history.open_requested.connect(self.load_presets)
        self.filmstrip.chosen.connect(self.session.show_twin)
        self.session.requests_changed.connect(lambda: self.history.show_session(self.session))
        self.session.available_changed.connect(self._show_available)
        self.request_panel.generate_requested.connect(self.generate)
        self.request_panel.cancel_requested.connect(self.cancel)
        self.bar.layout_requested.connect(self.set_page_layout)
        self.bar.heat_map_requested.connect(self.set_heat_map)
        self.session.request_changed.connect(self._show_request)
        self.session.reference_changed.connect(self._reference_opened)
        self.session.twins_changed.connect(self._refresh)
        self.session.others_changed.connect(self._refresh)
        self.session.heatmap_kept.connect(self._refresh_view)
        self.controller.told.connect(self.messages.tell)
        self.controller.failed.connect(self.messages.warn)
        self.controller.seconds_requested.connect(self.ask_seconds)
        self.controller.stating_requested.connect(self.ask_stating)
        self.controller.doubted.connect(self.ask_whether_same)
        self.controller.progressed.connect(self.request_panel.show_progress)
        self.controller.preview_changed.connect(self._show_page)
        self.controller.running_changed.connect(self._running_changed)
        self.controller.heat_map_missing.connect(lambda: self._show_heat_map(""))
        self.results.measurements.chosen.connect(
            lambda key, words, who: self.show_measurement(key, words, who=who)
        )
        self.results.by_lead.chosen.connect(self.show_measurement)
        self.view.hovered.connect(self.pointer_label.setText)
        self.offer_menus()
        self.view.zoomed.connect(self._show_zoom)
        self.view.painted.connect(self._place_score_strip)
        self.view.turned.connect(self.turn_loops)
        self.commands["tool_hand"].setChecked(True)
        self.view.empty.offer(self.commands["open_file"], tr("Open an ECG…"), main=True)
        self.view.empty.offer(self.commands["open_example"], tr("Open the example"))
        self.score_strip.edited.connect(self.edit_score)
        self.score_strip.refused.connect(self.messages.warn)
        self.view.calipers.changed.connect(self.set_calipers)
        self.view.calipers.selected.connect(self.show_read_out)
        self.view.marks.moved.connect(self.move_fiducials)
        self.overview.moved.connect(lambda start: self._show_layout(replace(self.page_layout, start=start)))
        self.session.marks_changed.connect(self._marks_changed)
        self.layers_panel.changed.connect(self.set_layers)
        if self.keeper is not None:
            self.keeper.failed.connect(self.messages.warn)
            self.session.twins_changed.connect(self.keeper.touch)
            self.session.others_changed.connect(self.keeper.touch)
            self.session.heatmap_kept.connect(self.keeper.touch)
            self.session.request_changed.connect(self.keeper.touch)
            self.session.reference_changed.connect(self.keeper.touch)
            self.undo_stack.indexChanged.connect(self.keeper.touch)
        self.view.failed.connect(self.messages.warn)
        for signal in (self.undo_stack.canUndoChanged, self.undo_stack.canRedoChanged):
            signal.connect(self._show_commands)
        self.undo_stack.undoTextChanged.connect(self._show_commands)
        self.undo_stack.indexChanged.connect(self.messages.settle)
        self.session.heatmap_kept.connect(self.messages.settle)


class Hint(QLabel):
    """Words parted by dots, as many of them as there is room for: a hint gives way to what is said of the session."""

    def __init__(self, words: str):
        super().__init__(words)
        self._parts = words.split(" · ")
        self.setToolTip(words)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event):
        """Whole words only."""
        super().resizeEvent(event)
        for count in range(len(self._parts), -1, -1):
            words = " · ".join(self._parts[:count])
            if self.fontMetrics().horizontalAdvance(words) + 18 <= self.width():
                break
        self.setText(words)


class Pane(QWidget):
    """The ground of a side panel, painted by itself: a style sheet would reach into all that stands on it."""

    def __init__(self, widget: QWidget, narrowest: int, widest: int):
        super().__init__()
        self._colour = QColor("#FFFFFF")
        self.setMinimumWidth(narrowest)
        self.setMaximumWidth(widest)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(widget)

    def set_colour(self, colour: str) -> None:
        """Paint the ground in another colour."""
        self._colour = QColor(colour)
        self.update()

    def paintEvent(self, event):
        """The ground."""
        QPainter(self).fillRect(event.rect(), self._colour)


class Columns(QSplitter):
    """Three columns side by side; the outer ones have their share until the user gives them widths."""

    #: Share of the whole, and how narrow and wide (pixels) it makes a panel: left, right; and left alone.
    SHARES, ALONE = ((0.2, 288, 340), (0.235, 336, 420)), (0.33, 288, 340)

    def __init__(self, widgets: tuple[QWidget, QWidget, QWidget]):
        super().__init__(Qt.Orientation.Horizontal)
        self._own_widths, self._before = False, []
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for number, widget in enumerate(widgets):
            self.addWidget(widget)
            self.setStretchFactor(number, 1 if number == 1 else 0)
        self.splitterMoved.connect(self._keep_widths)

    def createHandle(self):
        """A thin line in the theme's colour."""
        return _Handle(self.orientation(), self)

    def _keep_widths(self):
        self._own_widths = True

    @property
    def own_widths(self) -> list[int]:
        """Widths of both side columns (pixels) where the user gave them; empty where they have their share."""
        return [self.sizes()[0], self.sizes()[-1]] if self._own_widths and self.count() == 3 else self._before

    def take_up(self, widths: list[int]) -> None:
        """Give the side columns the widths that they had."""
        self._before = widths

    def resizeEvent(self, event):
        """Share the new width."""
        super().resizeEvent(event)
        if not self._own_widths:
            self.share()

    def share(self) -> None:
        """Give every column its share."""
        self._own_widths = False
        width = self.width()
        shares = self.SHARES if self.count() == 3 else (self.ALONE,)
        outer = [min(most, max(least, round(part * width))) for part, least, most in shares]
        if self._before and self.count() == 3:
            outer = list(self._before)
        self.setSizes([outer[0], width - sum(outer), *outer[1:]])


class _Handle(QSplitterHandle):
    def paintEvent(self, event):
        QPainter(self).fillRect(event.rect(), self.palette().mid())
