"""The drawing of the house shows the imports as they are, and every link of the front door leads somewhere."""

import re
import subprocess
import sys

import pytest
from places import ROOT

PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").rglob("*.md"))),
]


def test_the_drawing_is_current():
    checked = subprocess.run(
        [sys.executable, "docs/draw_house.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    text = (ROOT / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    there = [link for link in links if "://" not in link]
    assert [link for link in there if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_module_that_is_named_is_there(page):
    text = (ROOT / page).read_text("utf-8")
    rooms = {path.parent.name for path in (ROOT / "ecgtwin_app").glob("*/__init__.py")}
    room = "|".join(sorted(rooms))
    named = re.findall(rf"`((?:ecgtwin_app/)?(?:{room})/[\w/]+\.py)`", text)
    named += re.findall(r"`((?:tests|benchmarks|docs|\.ci)/[\w/]+\.py)`", text)
    roots = (ROOT, ROOT / "ecgtwin_app")
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []
