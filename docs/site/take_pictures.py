"""Take the pictures of the manual: QT_QPA_PLATFORM=offscreen python docs/site/take_pictures.py [--out FOLDER]

In every language, light, from the example ECG that comes with pydicom and the shipped weights; no other recording is read. They
travel in the packaged application, so they have few colours and show what the page speaks of instead of the whole window.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from walks import WALKS, walk

from ecgtwin_app.i18n.words import LANGUAGES
from ecgtwin_app.ui.preferences.language import install_everywhere

COLOURS = 40


def in_few_colours(image: QImage, count: int = COLOURS) -> QImage:
    """The picture in so many colours: the means of groups (k-means), in which a thin line weighs more than its pixels."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = (
        np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(np.int64)
    )  # blue, green, red
    known, place, number = np.unique(
        pixels @ np.array([1, 256, 65536]), return_inverse=True, return_counts=True
    )
    colours = np.stack([known & 255, known >> 8 & 255, known >> 16], axis=1).astype(float)
    weights = number**0.4
    means = colours[[number.argmax()]]
    while len(means) < min(count, len(known)):  # the next is the one that is served worst
        means = np.vstack([means, colours[(_nearest(colours, means)[1] * weights).argmax()]])
    for _ in range(8):
        group = _nearest(colours, means)[0]
        for index in range(1, len(means)):  # the first, the background, stays what it is
            if (group == index).any():
                means[index] = np.average(colours[group == index], axis=0, weights=weights[group == index])
    group = _nearest(colours, means)[0].astype(np.uint8)
    indices = np.zeros((image.height(), (image.width() + 3) // 4 * 4), np.uint8)
    indices[:, : image.width()] = group[place].reshape(image.height(), image.width())
    small = QImage(
        indices.tobytes(), image.width(), image.height(), indices.shape[1], QImage.Format.Format_Indexed8
    )
    blue, green, red = np.round(means).astype(int).T
    small.setColorTable([0xFF000000 | int(code) for code in red << 16 | green << 8 | blue])
    return small.copy()


def _nearest(colours, means):
    """The group of each colour, and how far it is from it."""
    far = ((colours[:, None] - means) ** 2).sum(axis=2)
    return far.argmin(axis=1), far.min(axis=1)


def main() -> None:
    """Walk every path in every language."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "resources" / "manual" / "pictures")
    parser.add_argument("--only", nargs="*", choices=WALKS, default=list(WALKS))
    parser.add_argument("--languages", nargs="*", choices=LANGUAGES, default=list(LANGUAGES))
    chosen = parser.parse_args()
    application, total = QApplication([]), 0
    for language in chosen.languages:
        install_everywhere(application, language)
        (chosen.out / language).mkdir(parents=True, exist_ok=True)
        for name in chosen.only:
            for picture, image in walk(application, name).items():
                path = chosen.out / language / f"{picture}.png"
                in_few_colours(image).save(str(path), "PNG", 0)
                total += path.stat().st_size
                print(f"{path.relative_to(chosen.out)}: {path.stat().st_size / 1000:.0f} kB", flush=True)
    print(f"{total / 1000:.0f} kB")


if __name__ == "__main__":
    main()
