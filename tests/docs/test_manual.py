"""What the manual's pages say is in the window, and the walks that their pictures were taken on can be walked."""

from __future__ import annotations

import re
import sys

import pytest
import shown_words
from places import ROOT
from PySide6.QtGui import QImage, QKeySequence
from PySide6.QtWidgets import QApplication

from ecgtwin_app.cli.main import main
from ecgtwin_app.i18n.words import tr
from ecgtwin_app.ui.commands.command import written
from ecgtwin_app.ui.commands.table import COMMANDS
from ecgtwin_app.ui.dialogs.manual import PAGES
from ecgtwin_app.ui.preferences.language import install_everywhere

sys.path.insert(0, str(ROOT / "docs" / "site"))
import walks

MANUAL = ROOT / "resources" / "manual"
LANGUAGES = ("en", "de")
#: Keys that are no command's.
NO_COMMAND = {"en": {"Ctrl"}, "de": {"Strg"}}


@pytest.fixture(params=LANGUAGES)
def language(request, qapp):
    install_everywhere(qapp, request.param)
    yield request.param
    install_everywhere(qapp, "en")


def plain(text):
    """A text of the window without its mnemonic and what stands behind it."""
    return re.sub(r"\s+", " ", text).replace("&", "").rstrip("…:▸ ").strip()


def text_of(language, page):
    return (MANUAL / language / f"{page}.md").read_text("utf-8")


def commands():
    """Every command of the menus as the pages write it, and its keys."""
    return {
        f"{plain(tr(one.menu))} › {plain(tr(one.text))}": {written(QKeySequence(keys)) for keys in one.keys}
        for one in COMMANDS
    }


def names_in(text):
    return [plain(name) for name in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)]


@pytest.mark.parametrize("page", [page for page in PAGES if page != "limits"])
def test_every_name_in_bold_is_one_of_the_window(language, page):
    """Fails when a menu, a command, a button or a tab is renamed and the page is not."""
    shown = shown_words.keys()
    sayings = {plain(tr(*key.split("@")[:2])) for key in shown}
    named = names_in(text_of(language, page))
    assert len(named) > (10 if page != "index" else 0)
    known = commands()
    assert [name for name in named if name not in (known if "›" in name else sayings)] == []


@pytest.mark.parametrize("page", PAGES)
def test_keys_are_those_of_the_command_they_stand_behind(language, page):
    known = commands()
    found = re.findall(r"\*\*([^*]+? › [^*]+?)\*\*(?:\s\(|,\s)`([^`]+)`\)", text_of(language, page))
    assert [(name, key) for name, key in found if key not in known[plain(name)]] == []
    assert len(found) > (3 if page in walks.WALKS else -1)


@pytest.mark.parametrize("page", PAGES)
def test_every_key_is_some_command_s(language, page):
    text = re.sub(r"```.*?```", "", text_of(language, page), flags=re.DOTALL)
    keys = {
        key for key in re.findall(r"`([^`]+)`", text) if re.fullmatch(r"[A-Z?]|\w+(\+\w+)+|Ctrl|Strg", key)
    }
    assert keys - set().union(*commands().values()) - NO_COMMAND[language] == set()


@pytest.mark.parametrize("page", walks.WALKS)
def test_what_is_typed_on_the_walk_stands_on_the_page(language, page):
    typed = {
        "cardiologist": [walks.LBBB],
        "teacher": [walks.AF, walks.LBBB, walks.STEMI],
        "researcher": [walks.AF],
    }
    text = text_of(language, page)
    assert [word for word in typed[page] if f"`{walks.TYPED[language][word]}`" not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_are_there(language, page):
    links = re.findall(r"\]\(([^)]+)\)", text_of(language, page))
    assert [link for link in links if not (MANUAL / language / link).is_file()] == []


def test_pages_of_both_languages_have_the_same_parts_and_pictures():
    for page in PAGES:
        shapes = [
            ([len(mark) for mark in re.findall(r"^(#+) ", text_of(one, page), re.MULTILINE)],
             [name.split("/")[-1] for name in re.findall(r"\]\((\S+)\)", text_of(one, page))])
            for one in LANGUAGES
        ]  # fmt: skip
        assert shapes[0] == shapes[1], page


def test_no_picture_is_left_over_and_all_are_small():
    for language in LANGUAGES:
        shown = {name for page in PAGES for name in re.findall(r"/([\w-]+\.png)\)", text_of(language, page))}
        files = sorted((MANUAL / "pictures" / language).iterdir())
        assert {path.name for path in files} == shown
        assert sum(path.stat().st_size for path in files) < 500_000
        for path in files:
            assert QImage(str(path)).width() <= walks.LARGE[0]


def test_the_command_lines_are_understood(capsys):
    for language in LANGUAGES:
        lines = re.findall(r"^ecgtwin (.+)$", text_of(language, "researcher"), re.MULTILINE)
        assert len(lines) == 4
        for line in lines:
            command, *arguments = line.split()
            with pytest.raises(SystemExit) as ended:
                main([command, "--help"])
            assert ended.value.code == 0
            told = capsys.readouterr().out
            assert [flag for flag in arguments if flag.startswith("--") and flag not in told] == []


@pytest.mark.parametrize("name", walks.WALKS)
def test_the_path_can_be_walked_and_shows_its_pictures(name, qapp):
    """In the real window with the shipped weights; fails when a step is no longer possible."""
    application = QApplication.instance()
    pictures = walks.walk(application, name)
    shown = set(re.findall(r"/([\w-]+)\.png\)", text_of("en", name)))
    assert set(pictures) == shown
    assert all(not image.isNull() and image.width() > 200 for image in pictures.values())
