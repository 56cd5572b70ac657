"""Draw the program's icon (`resources/icons/ecgtwin.svg`) in every size and kind that a desktop wants.

python packaging/icons.py FOLDER
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: Edges in pixels: those of Linux' icon theme, and what Windows and macOS look for.
SIZES = (16, 32, 48, 64, 128, 256, 512)
_DRAWING = Path(__file__).resolve().parents[1] / "resources" / "icons" / "ecgtwin.svg"


def draw(folder: Path) -> list[Path]:
    """Write `ecgtwin-16.png` and so on, `ecgtwin.ico` and `ecgtwin.icns`; returns what was written."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PIL import Image
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    assert application is not None
    folder.mkdir(parents=True, exist_ok=True)
    renderer, written = QSvgRenderer(str(_DRAWING)), []
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter)
        painter.end()
        written.append(folder / f"ecgtwin-{size}.png")
        image.save(str(written[-1]))
    with Image.open(written[-1]) as largest:
        smaller = [Image.open(path) for path in written[:-1]]
        for name, kind in (("ecgtwin.ico", "ICO"), ("ecgtwin.icns", "ICNS")):
            written.append(folder / name)
            sizes = [(size, size) for size in SIZES if size <= 256]  # what an .ico can say
            largest.save(written[-1], kind, sizes=sizes, append_images=smaller)
    return written


if __name__ == "__main__":
    for path in draw(Path(sys.argv[1])):
        print(path)
