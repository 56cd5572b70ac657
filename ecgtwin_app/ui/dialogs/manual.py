"""The manual: pages that travel with the program, read beside the window and without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QKeySequence,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFragment,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from ecgtwin_app.i18n.words import installed_language, tr
from ecgtwin_app.resources import resource_path
from ecgtwin_app.ui.widgets.theme import Theme, dress

#: Files in each language's folder, in the order in which they are offered.
PAGES = ("index", "cardiologist", "teacher", "researcher", "limits")
_FOLDER = "manual"
#: Pixels beside a picture, and a line's height in percent.
_MARGIN, _LINE = 40, 118


def page_path(page: str) -> Path:
    """The file of a page in the language of the window; in English where that has none."""
    try:
        return resource_path(f"{_FOLDER}/{installed_language()}/{page}.md")
    except FileNotFoundError:
        return resource_path(f"{_FOLDER}/en/{page}.md")


def title_of(path: Path) -> str:
    """The first heading of a page."""
    found = re.search(r"^# (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else path.stem


def missing_pictures() -> list[str]:
    """Pictures that a page shows and that did not come along: the installation is incomplete."""
    return [
        name
        for page in PAGES
        for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page_path(page).read_text("utf-8"))
        if not (page_path(page).parent / name).is_file()
    ]


class ManualPage(QTextBrowser):
    """A page of Markdown; its pictures are as wide as there is room, and nothing but the manual's own files is loaded."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setAccessibleName(tr("Page of the manual"))
        self._link = self.palette().link().color().name()

    def doSetSource(self, name: QUrl, kind: QTextDocument.ResourceType) -> None:
        """Go to a page of the manual; what lies elsewhere is not opened."""
        address = self.source().resolved(name)
        path = Path(address.toLocalFile())
        if path.is_file() and path.resolve().is_relative_to(page_path("index").parents[1]):
            super().doSetSource(address, QTextDocument.ResourceType.MarkdownResource)
            self._set_type()

    def resizeEvent(self, event):
        """Fit the pictures to the new width."""
        super().resizeEvent(event)
        self._fit_pictures()

    def colour_links(self, colour: str) -> None:
        """Qt gives a link the colour that the application had when the page was read: another one, on all pages."""
        self._link = colour
        shape = QTextCharFormat()
        shape.setForeground(QColor(colour))
        for fragment in self._all_fragments():
            if fragment.charFormat().isAnchor():
                self._chosen(fragment).mergeCharFormat(shape)

    def _set_type(self):
        """Room between lines and paragraphs; pictures that fit and links that can be read."""
        self.document().setDocumentMargin(_MARGIN / 2)
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()  # laid out once, not after each paragraph
        for block in self._blocks():
            shape, pictures = QTextBlockFormat(block.blockFormat()), any(map(_is_picture, _fragments(block)))
            shape.setLineHeight(
                100 if pictures else _LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
            )
            if block.blockFormat().headingLevel() > 1:
                shape.setTopMargin(18)
            elif not block.blockFormat().nonBreakableLines():  # all but what is code
                shape.setBottomMargin(3 if block.textList() is not None else 8)
            cursor.setPosition(block.position())
            cursor.setBlockFormat(shape)
        self._fit_pictures()
        self.colour_links(self._link)
        cursor.endEditBlock()

    def _fit_pictures(self):
        room = self.viewport().width() - _MARGIN
        for fragment in filter(_is_picture, self._all_fragments()):
            shape = fragment.charFormat().toImageFormat()
            kind, place = QTextDocument.ResourceType.ImageResource, self.source().resolved(QUrl(shape.name()))
            image = self.document().resource(kind, place)
            if image is None or image.isNull():
                continue  # its words are shown in its place
            shape.setWidth(min(image.width(), room))
            shape.setHeight(image.height() * min(1.0, room / image.width()))
            self._chosen(fragment).setCharFormat(shape)

    def _blocks(self) -> Iterator[QTextBlock]:
        block = self.document().begin()
        while block.isValid():
            yield block
            block = block.next()

    def _all_fragments(self) -> list[QTextFragment]:
        return [fragment for block in self._blocks() for fragment in _fragments(block)]

    def _chosen(self, fragment: QTextFragment) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(fragment.position())
        cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def _fragments(block: QTextBlock) -> Iterator[QTextFragment]:
    """The stretches of one format of a paragraph."""
    places = block.begin()
    while not places.atEnd():
        yield places.fragment()
        places += 1


def _is_picture(fragment: QTextFragment) -> bool:
    return fragment.charFormat().isImageFormat()


class Manual(QWidget):
    """A window of its own: what a page says is done in the other one."""

    def __init__(self, parent: QWidget):
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("Manual"))
        self.resize(980, 760)
        self.contents = QListWidget()
        self.contents.setAccessibleName(tr("Pages of the manual"))
        self.contents.setWordWrap(True)
        self.contents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.contents.addItems([title_of(page_path(page)) for page in PAGES])
        self.page = ManualPage()
        self.search = QLineEdit(placeholderText=tr("Search in the manual"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(tr("Search in the manual"))
        self.search.setToolTip(tr("Enter goes to the next place, through all pages"))
        self.search.returnPressed.connect(self.find_next)
        self.said = QLabel(objectName="quiet")
        self.back = QPushButton(tr("Back"), objectName="secondary")
        self.back.setToolTip(tr("The page before"))
        self.back.setShortcut(QKeySequence(QKeySequence.StandardKey.Back))
        self.back.setEnabled(False)
        self.back.clicked.connect(self.page.backward)
        self.page.backwardAvailable.connect(self.back.setEnabled)
        self.page.sourceChanged.connect(self._show_place)
        self.contents.currentRowChanged.connect(lambda row: self.open_page(PAGES[row]) if row >= 0 else None)
        self._lay_out()
        self.open_page(PAGES[0])

    def set_theme(self, theme: Theme) -> None:
        """In the colours of a theme."""
        dress(self, theme)
        self.page.colour_links(theme.accent)

    def open_page(self, page: str) -> None:
        """Show one of `PAGES` from its beginning."""
        url = QUrl.fromLocalFile(str(page_path(page)))
        if self.page.source() != url:
            self.page.setSource(url)

    def find_next(self) -> None:
        """Go to the next place that holds what is searched for, on this page or a later one, round to the first."""
        words = self.search.text()
        self.said.clear()
        if not words or self.page.find(words):
            return
        at = max(self.contents.currentRow(), 0)
        for page in (*PAGES[at + 1 :], *PAGES[: at + 1]):
            text = re.sub(r"\s+", " ", page_path(page).read_text("utf-8")).casefold()
            if words.casefold() in text:
                self.open_page(page)
                self.page.moveCursor(QTextCursor.MoveOperation.Start)
                if self.page.find(words):
                    return
        self.said.setText(tr("Not found"))

    def event(self, event):
        """Closed by Esc, as every dialog."""
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.close()
            return True
        return super().event(event)

    def _show_place(self, url: QUrl):
        stem = Path(url.toLocalFile()).stem
        self.contents.blockSignals(True)
        self.contents.setCurrentRow(PAGES.index(stem) if stem in PAGES else -1)
        self.contents.blockSignals(False)

    def _lay_out(self):
        side = QVBoxLayout()
        side.addWidget(self.search)
        side.addWidget(self.said)
        side.addWidget(self.contents, 1)
        side.addWidget(self.back)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addLayout(side, 1)
        row.addWidget(self.page, 3)
