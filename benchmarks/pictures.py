"""Pictures of the window in every mode, scheme and theme, to be looked at and for docs/.

Run: QT_QPA_PLATFORM=offscreen python benchmarks/pictures.py DIR [--width 1600 --height 1000] [--only WORDS]
Real engine and weights. A picture a scene, named by it; the scenes follow each other as in a session.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch  # noqa: F401  before Qt: on Windows torch's libraries cannot be loaded after it
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window import idle, wait_for

from ecgtwin_app.report.layers import TWIN
from ecgtwin_app.report.layout import GRIDS, SCHEMES
from ecgtwin_app.ui.commands.twin import set_heat_map
from ecgtwin_app.ui.commands.view import set_page_layout
from ecgtwin_app.ui.window.app import load_engine
from ecgtwin_app.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def drag(window: MainWindow, start: QPointF, end: QPointF) -> None:
    """Draw a line on the page with the mouse."""
    viewport = window.workbench.parts.page_view.viewport()
    QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, start.toPoint())
    QTest.mouseMove(viewport, end.toPoint())
    QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, end.toPoint())


def measure_qrs(window: MainWindow) -> None:
    """A time caliper over the ectopic QRS of the rhythm strip and one of amplitude in V5, as a reader sets them."""
    page_map, shown = window.workbench.parts.page_view.page_map(), window.workbench.parts.page_view.page.shown
    strip = page_map.panels_of("II", shown)[-1]
    marks = window.workbench.parts.page_view.marks.marks[TWIN]
    beat = next((beat for beat in marks.beats if beat.label == "V"), marks.beats[0])
    start, end = (beat.time + page_map.shift(strip, TWIN) + by for by in (-0.1, 0.16))
    y = page_map.y(strip, 1.2)
    window.command_actions.of["tool_time"].trigger()
    drag(window, QPointF(page_map.x(strip, start), y), QPointF(page_map.x(strip, end), y))
    window.command_actions.of["tool_amplitude"].trigger()
    panel = page_map.panels_of("V5", shown)[0]
    x = page_map.x(panel, panel.start + 0.45)
    drag(window, QPointF(x, page_map.y(panel, 0.0)), QPointF(x, page_map.y(panel, 0.5)))


def layout(window: MainWindow, **fields) -> None:
    """Change fields of the page's layout."""
    set_page_layout(window.workbench, replace(window.workbench.view.layout, **fields))


def scenes(window: MainWindow):
    """Names, deeds and what must hold before the picture is taken; in the order of a session."""
    always = lambda: True
    twins = window.workbench.session.twins
    yield "reference", window.workbench.messages.hide, always
    for leads in ("3x4", "3x4+3R", "6x2", "12x1", "strip"):
        yield f"reference-{leads.replace('+', '-')}", lambda leads=leads: layout(window, leads=leads), always
    yield "reference-cabrera", lambda: layout(window, leads="3x4+1R", order="cabrera"), always
    yield "reference-split-gain", lambda: layout(window, order="standard", chest_gain=5.0), always
    yield "reference-monitor-filter", lambda: layout(window, chest_gain=None, filter="monitor"), always
    yield (
        "overlay",
        lambda: (layout(window, filter="none"), window.command_actions.of["generate"].trigger()),
        lambda: len(twins) > 0,
    )
    for mode in ("side by side", "twin", "difference", "median beats", "vector loops"):
        yield mode.replace(" ", "-"), lambda mode=mode: layout(window, mode=mode), always
    yield (
        "heat-contrast",
        lambda: (layout(window, mode="overlay"), set_heat_map(window.workbench, "contrast")),
        lambda: window.workbench.session.heatmap("contrast"),
    )
    yield (
        "heat-attention",
        lambda: set_heat_map(window.workbench, "attention"),
        lambda: window.workbench.session.heatmap("attention"),
    )
    yield "calipers", lambda: (set_heat_map(window.workbench, ""), measure_qrs(window)), always
    yield (
        "fiducials",
        lambda: (
            window.command_actions.of["tool_hand"].trigger(),
            window.command_actions.of["clear_calipers"].trigger(),
            window.command_actions.of["toggle_fiducials"].trigger(),
            window.command_actions.of["toggle_labels"].trigger(),
        ),
        always,
    )
    yield from tool_scenes(window)


def tool_scenes(window: MainWindow):
    """The scenes after the calipers: the lens, zoom, layers, and what is opened by key."""
    always = lambda: True
    twins = window.workbench.session.twins
    lens = []
    yield (
        "magnifier",
        lambda: (
            window.command_actions.of["toggle_fiducials"].trigger(),
            window.command_actions.of["toggle_labels"].trigger(),
            magnify(window),
            lens.append(time.monotonic()),
        ),
        lambda: time.monotonic() - lens[0] > 3,  # the lens has a painter of its own
    )
    yield (
        "zoomed",
        lambda: (
            window.command_actions.of["toggle_magnifier"].trigger(),
            window.workbench.parts.page_view.zoom(2.5, QPointF(300, 300)),
        ),
        always,
    )
    yield (
        "layers",
        lambda: (window.command_actions.of["fit"].trigger(), more_twins(window)),
        lambda: len(twins) > 2,
    )
    yield "history", lambda: window.workbench.parts.arrangement.tabs.setCurrentIndex(2), always
    yield (
        "palette",
        lambda: (
            window.workbench.parts.arrangement.tabs.setCurrentIndex(0),
            window.command_actions.of["show_palette"].trigger(),
        ),
        always,
    )
    yield (
        "shortcuts",
        lambda: (close_dialogs(), window.command_actions.of["show_shortcuts"].trigger()),
        always,
    )
    yield (
        "calibrate",
        lambda: (close_dialogs(), window.command_actions.of["calibrate_screen"].trigger()),
        always,
    )
    yield (
        "message-error",
        lambda: (close_dialogs(), window.workbench.messages.warn("This is how an error reads.")),
        always,
    )
    yield from colour_scenes(window)


def colour_scenes(window: MainWindow):
    """Every scheme and grid of the paper, and the dark theme."""
    always = lambda: True
    for scheme in SCHEMES:
        for grid in GRIDS if scheme == "paper" else GRIDS[:2]:
            yield (
                f"scheme-{scheme}-{grid}",
                lambda s=scheme, g=grid: (window.workbench.messages.hide(), layout(window, scheme=s, grid=g)),
                always,
            )
    yield (
        "dark",
        lambda: (layout(window, scheme="paper", grid="pink"), window.workbench.view.choose_theme("dark")),
        always,
    )
    yield "dark-monitor", lambda: layout(window, scheme="monitor"), always
    yield (
        "dark-heat",
        lambda: set_heat_map(window.workbench, "contrast"),
        lambda: window.workbench.session.heatmap("contrast"),
    )
    yield "dark-loops", lambda: layout(window, mode="vector loops"), always


def more_twins(window: MainWindow) -> None:
    """Two twins with left bundle branch block on top, and the panel of the layers."""
    request = window.workbench.session.request
    window.workbench.session.set_request(
        replace(request, conditions=("left bundle branch block",), samples=2)
    )
    window.command_actions.of["generate"].trigger()
    window.workbench.parts.arrangement.tabs.setCurrentIndex(1)


def magnify(window: MainWindow) -> None:
    """The lens on V2."""
    window.command_actions.of["toggle_magnifier"].trigger()
    page_map = window.workbench.parts.page_view.page_map()
    panel = page_map.panels_of("V2", window.workbench.parts.page_view.page.shown)[0]
    at = QPoint(round(page_map.x(panel, panel.start + 1.0)), round(page_map.y(panel, 0.3)))
    QTest.mouseMove(window.workbench.parts.page_view.viewport(), at)


def close_dialogs() -> None:
    """Close whatever stands above the window."""
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and not isinstance(widget, MainWindow):
            widget.close()


def picture(window: MainWindow) -> QImage:
    """The window and, in its place, what stands above it."""
    from PySide6.QtGui import QPainter

    image = window.grab().toImage()
    painter = QPainter(image)
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible() and widget is not window and widget.isWindow():
            at = (window.rect().center() - widget.rect().center()) if widget.parent() else QPoint(0, 0)
            painter.drawImage(at, widget.grab().toImage())
    painter.end()
    return image


def with_palette(image: QImage) -> QImage:
    """The picture in its own 256 most frequent colours: a third of the bytes, and no eye tells the difference."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.bits(), np.uint8).reshape(-1, 4)[:, 2::-1].astype(np.int32)
    codes = np.minimum((pixels + 2) // 4 * 4, 255) @ np.array([1 << 16, 1 << 8, 1])
    known, place, count = np.unique(codes, return_inverse=True, return_counts=True)
    table = known[np.argsort(-count)[:256]]
    parts = [np.stack([code >> 16, code >> 8 & 255, code & 255], axis=-1) for code in (known, table)]
    nearest = np.abs(parts[0][:, None] - parts[1]).sum(axis=-1).argmin(axis=1).astype(np.uint8)
    indices = np.zeros((image.height(), (image.width() + 3) // 4 * 4), np.uint8)
    indices[:, : image.width()] = nearest[place].reshape(image.height(), image.width())
    small = QImage(
        indices.tobytes(), image.width(), image.height(), indices.shape[1], QImage.Format.Format_Indexed8
    )
    small.setColorTable([0xFF000000 | int(code) for code in table])
    return small.copy()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--height", type=int, default=1000)
    parser.add_argument("--only", default="", help="scenes to keep, separated by commas")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    wanted = set(filter(None, args.only.split(",")))
    application = QApplication([])

    def take(name):
        if not wanted or name in wanted:
            with_palette(picture(window)).save(str(args.folder / f"{name}.png"), "PNG", 0)
            print(name, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        store = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        window = MainWindow(load_engine, store)
        window.resize(args.width, args.height)
        window.show()
        window.workbench.jobs.prepare_engine()
        wait_for(application, lambda: idle(window) and window.workbench.session.available is not None)
        take("empty")
        window.command_actions.of["open_example"].trigger()
        wait_for(application, lambda: window.workbench.session.reference is not None and idle(window))
        take("opened")
        for name, do, done in scenes(window):
            do()
            wait_for(application, lambda done=done: done() and idle(window))
            take(name)
        close_dialogs()
        window.close_now()


if __name__ == "__main__":
    main()
