"""Help → Manual: pages that travel with the program, in the language and the colours of the window, without a network."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from ui_fixtures import engine, opened, qtbot, recognised, store, window  # noqa: F401

from ecgtwin_app.ui.dialogs import manual as manual_module
from ecgtwin_app.ui.dialogs.manual import PAGES, Manual, page_path, title_of
from ecgtwin_app.ui.preferences.language import install_everywhere
from ecgtwin_app.ui.widgets.theme import chosen_theme


@pytest.fixture
def manual(window, qtbot):  # noqa: F811
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    (shown,) = window.findChildren(Manual)
    qtbot.waitUntil(shown.isVisible)
    yield shown
    shown.close()


def links_of(page):
    return [
        (fragment.charFormat().anchorHref(), fragment.charFormat().foreground().color().name())
        for fragment in page._all_fragments()
        if fragment.charFormat().isAnchor()
    ]


def pictures_of(page):
    """Width shown and real width of every picture."""
    kind = QTextDocument.ResourceType.ImageResource
    shapes = [f.charFormat().toImageFormat() for f in page._all_fragments() if f.charFormat().isImageFormat()]
    return [
        (one.width(), page.document().resource(kind, page.source().resolved(QUrl(one.name()))).width())
        for one in shapes
    ]


def test_f1_opens_it_once_and_the_window_can_be_used_beside_it(manual, window, qtbot):  # noqa: F811
    assert manual.isWindow() and not manual.isModal()
    assert manual.page.toPlainText().startswith("Manual")
    window.command_actions.of["show_manual"].trigger()
    assert window.findChildren(Manual) == [manual]
    qtbot.keyClick(manual, Qt.Key.Key_Escape)
    assert not manual.isVisible()
    window.command_actions.of["show_manual"].trigger()
    assert manual.isVisible()


def test_pages_are_opened_by_the_list_and_by_links_and_back_goes_back(manual):
    titles = [manual.contents.item(row).text() for row in range(manual.contents.count())]
    assert titles == [title_of(page_path(page)) for page in PAGES]
    manual.contents.setCurrentRow(1)
    assert manual.page.toPlainText().startswith(titles[1])
    manual.page.setSource(QUrl("limits.md"))
    assert manual.contents.currentItem().text() == titles[-1] == "Intended use and limits"
    manual.back.click()
    assert manual.page.toPlainText().startswith(titles[1]) and manual.contents.currentRow() == 1


@pytest.mark.parametrize("address", ["https://example.org/x.md", "../../../README.md", "nowhere.md"])
def test_nothing_but_the_manual_is_opened(manual, address):
    before = manual.page.source()
    manual.page.setSource(QUrl(address))
    assert manual.page.source() == before and manual.page.toPlainText().startswith("Manual")


def test_pictures_are_found_and_never_wider_than_the_page(manual, qtbot):  # noqa: F811
    for page, count in zip(PAGES, (0, 4, 4, 5, 0), strict=True):
        manual.open_page(page)
        assert len(pictures_of(manual.page)) == count
    manual.open_page("cardiologist")
    for width in (1400, 700):
        manual.resize(width, 700)
        qtbot.waitUntil(lambda width=width: manual.width() == width)
        room = manual.page.viewport().width()
        assert all(0 < shown <= min(room, real) for shown, real in pictures_of(manual.page))
        assert manual.page.document().size().width() <= room


def test_a_search_goes_through_all_pages_and_says_where_there_is_nothing(manual):
    manual.search.setText("HIPAA")
    manual.find_next()
    assert manual.page.source().fileName() == "limits.md"
    assert manual.page.textCursor().selectedText() == "HIPAA" and not manual.said.text()
    manual.search.setText("zzzz")
    manual.find_next()
    assert manual.said.text() == "Not found"


def test_links_have_the_colour_of_the_theme_also_after_a_change(manual, window):  # noqa: F811
    seen = set()
    for theme in ("light", "dark"):
        window.workbench.view.choose_theme(theme)
        colours = {colour for _, colour in links_of(manual.page)}
        assert colours == {chosen_theme(theme).accent.lower()}
        manual.open_page("cardiologist")
        assert {colour for _, colour in links_of(manual.page)} == colours
        seen |= colours
    assert len(seen) == 2


def test_it_is_german_where_the_window_is_and_english_where_a_page_is_missing(qapp, monkeypatch):
    install_everywhere(qapp, "de")
    try:
        assert title_of(page_path("limits")) == "Zweckbestimmung und Grenzen"
        monkeypatch.setattr(manual_module, "installed_language", lambda: "xx")
        assert title_of(page_path("limits")) == "Intended use and limits"
    finally:
        install_everywhere(qapp, "en")


def test_a_picture_that_is_lost_leaves_its_page_to_be_read(manual, tmp_path, monkeypatch):
    page = tmp_path / "index.md"
    page.write_text("# Manual\n\nBefore.\n\n![What it shows](lost.png)\n\nBehind.\n", "utf-8")
    assert manual_module.missing_pictures() == []
    monkeypatch.setattr(manual_module, "page_path", lambda _: page)
    manual.open_page("index")
    assert "Before." in manual.page.toPlainText() and "Behind." in manual.page.toPlainText()
    assert manual_module.missing_pictures() == ["lost.png"] * len(PAGES)
