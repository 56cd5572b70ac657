"""What pages need to become a site, read out of them: what follows what, and drawings."""

from __future__ import annotations

import re
from itertools import pairwise

#: Pages whose links, in their order, say what the site's pages are; each second heading is a part of it.
_CONTENTS = ("docs/index", "docs/adr/README")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)\.md\)")
_SEVERAL = re.compile(r"((?:\w+, )+\w+)( : .+)$")
#: Pixels from a row of a drawing to the next.
_ROW = 66
_MERMAID = re.compile(r"```mermaid\n(.*?)```", re.DOTALL)


def setup(app):
    """Called by Sphinx."""
    app.connect("source-read", _read)
    app.connect("autodoc-process-docstring", _one_name_an_entry, priority=400)  # before napoleon's
    return {"parallel_read_safe": True}


def _read(app, page, source):
    """Change a page's text before it is parsed."""
    if page in _CONTENTS:
        source[0] += "".join(toctrees(source[0]))
    source[0] = _MERMAID.sub(lambda found: f"```{{raw}} html\n{drawing(found[1])}\n```", source[0])


def _one_name_an_entry(app, what, name, obj, options, lines):
    """Docstrings name several attributes of one kind in a line, which napoleon takes for one of a strange kind.

    And of an attribute by itself it takes what stands before the first colon for its type: here, nothing.
    """
    lines[:] = one_name_an_entry(lines)
    if what in ("attribute", "property") and lines:
        lines[0] = f": {lines[0]}"


def one_name_an_entry(lines: list[str]) -> list[str]:
    """The lines of a docstring with "a, b : str" and what is below it written for `a` and for `b`."""
    written, at = [], 0
    while at < len(lines):
        found = _SEVERAL.match(lines[at])
        end = at + 1
        while end < len(lines) and lines[end].startswith("    "):
            end += 1
        if found:
            entries = [[f"{name}{found[2]}", *lines[at + 1 : end]] for name in found[1].split(", ")]
            written += [line for entry in entries for line in entry]
        else:
            written += lines[at:end]
        at = end
    return written


def toctrees(text: str) -> list[str]:
    """A hidden table of contents for each part of a page of links."""
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    named = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    trees = []
    for caption, body in named:
        pages = [f"{words} <{page}>" if caption else page for words, page in _LINK.findall(body)]
        if pages:
            options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
            trees.append("\n\n```{toctree}\n" + "\n".join([*options, "", *pages]) + "\n```\n")
    return trees


def drawing(text: str) -> str:
    """A flowchart of Mermaid's kind ("a[name]", "a --> b") as SVG, for a site without scripts from elsewhere."""
    names = dict(re.findall(r"(\w+)\[([^\]]+)\]", text))
    arrows = re.findall(r"(\w+) --> (\w+)", text)
    rows, ways = _rows(names, arrows)
    width = max(sum(map(_width, row)) for row in rows)
    at = {}
    for depth, row in enumerate(rows):
        left = (width - sum(map(_width, row))) / 2
        for one in row:
            at[one] = (left + _width(one) / 2, depth * _ROW + 22)
            left += _width(one)
    lines = [_line([at[one] for one in way]) for way in ways]
    boxes = [
        f'<g transform="translate({at[name][0]:g} {at[name][1]:g})"><rect x="-58" y="-16" width="116" height="32" rx="5"/>'
        f'<text y="5">{words}</text></g>'
        for name, words in names.items()
    ]
    described = "; ".join(f"{names[above]} imports {names[below]}" for above, below in arrows)
    return (
        f'<svg class="house" viewBox="0 0 {width:g} {len(rows) * _ROW}" role="img" aria-label="{described}">'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _rows(names, arrows):
    """Boxes in rows, each as far down as the longest way to it, and the way of each arrow.

    An arrow past a row has a place of its own in it, a number, so that no box lies on it. Rows are put in order by where
    their neighbours are, down and up by turns.
    """
    level = dict.fromkeys(names, 0)
    for _ in names:
        for above, below in arrows:
            level[below] = max(level[below], level[above] + 1)
    rows = [[name for name in names if level[name] == depth] for depth in range(max(level.values()) + 1)]
    ways = []
    for above, below in arrows:
        way = [above]
        for depth in range(level[above] + 1, level[below]):
            way.append(len(ways) * len(rows) + depth)
            rows[depth].append(way[-1])
        ways.append([*way, below])
    steps = [step for way in ways for step in pairwise(way)]
    for turn in range(8):
        for depth in range(1, len(rows)) if turn % 2 == 0 else range(len(rows) - 2, -1, -1):
            beside = rows[depth - 1 if turn % 2 == 0 else depth + 1]
            place = {one: k / len(beside) for k, one in enumerate(beside)}
            near = {
                one: [place[b] for a, b in steps if a == one and b in place]
                + [place[a] for a, b in steps if b == one and a in place]
                for one in rows[depth]
            }
            rows[depth].sort(key=lambda one, near=near: sum(near[one]) / len(near[one]) if near[one] else 0.5)
    return rows, ways


def _width(one) -> int:
    """Pixels of a box in its row, or of an arrow that passes."""
    return 140 if isinstance(one, str) else 26


def _line(points) -> str:
    """From under the first box, through what lies between, to above the last."""
    points = [(points[0][0], points[0][1] + 16), *points[1:-1], (points[-1][0], points[-1][1] - 16)]
    drawn = f"M{points[0][0]:g} {points[0][1]:g}"
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        drawn += f"C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}"
    return f'<path d="{drawn}"/>'
