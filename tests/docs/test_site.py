"""What docs/site makes of pages: their order, a drawing, docstrings; and that nothing is fetched from elsewhere.

The site itself is built by CI, where a broken link fails.
"""

import sys

import pytest
from places import ROOT

sys.path.insert(0, str(ROOT / "docs" / "site"))
from build_site import fetched_from_elsewhere, say_language
from site_parts import drawing, one_name_an_entry, toctrees


def test_links_of_the_front_page_are_the_order_of_the_site():
    text = "# A\n\n## One\n\n- [First](a.md)\n- [elsewhere](https://x.org/b.md)\n\n## Two\n\n[Card](../w/C.md), [part](a.md#b)\n"
    one, two = toctrees(text)
    assert ":caption: One" in one and "First <a>" in one and "elsewhere" not in one
    assert ":caption: Two" in two and "Card <../w/C>" in two and "part" not in two


def test_a_flowchart_becomes_a_drawing_with_every_box_and_arrow():
    svg = drawing(
        "flowchart TD\n    a[cli/]\n    b[ui/]\n    c[ecg/]\n    a --> b\n    b --> c\n    a --> c\n"
    )
    assert svg.count("<rect") == 3 and svg.count("<path") == 3
    heights = [svg.index(f">{name}/<") for name in ("cli", "ui", "ecg")]
    assert heights == sorted(heights)


def test_names_that_share_a_line_of_a_docstring_get_one_each():
    lines = ["Attributes", "----------", "name, identifier : str", "    Empty when unknown.", "age : float"]
    assert one_name_an_entry(lines)[2:] == [
        "name : str",
        "    Empty when unknown.",
        "identifier : str",
        "    Empty when unknown.",
        "age : float",
    ]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.html", '<script src="https://cdn.org/x.js"></script>', 1),
        ("a.html", '<link rel="stylesheet" href="//fonts.org/x.css">', 1),
        ("a.html", '<link href="_static/x.css" rel="stylesheet"><a href="https://x.org">x</a>', 0),
        ("a.css", "@import url('https://fonts.org/x.css');", 1),
        ("a.css", "body { background: url(x.png) }", 0),
    ],
)
def test_what_a_page_would_fetch_from_elsewhere_is_found(tmp_path, name, text, found):
    (tmp_path / name).write_text(text, "utf-8")
    assert len(fetched_from_elsewhere(tmp_path)) == found


def test_pages_of_the_manual_say_their_language(tmp_path):
    pages = [tmp_path / place for place in ("resources/manual/de/a.html", "docs/a.html")]
    for page in pages:
        page.parent.mkdir(parents=True)
        page.write_text('<html class="x" lang="en"><p lang="en">', "utf-8")
    say_language(tmp_path)
    assert [page.read_text("utf-8") for page in pages] == [
        '<html class="x" lang="de"><p lang="en">',
        '<html class="x" lang="en"><p lang="en">',
    ]
