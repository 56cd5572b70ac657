"""What pages need to become a site, read out of them: what follows what, and drawings."""

from __future__ import annotations

import re

#: Pages whose links, in their order, say what the site's pages are; each second heading is a part of it.
_CONTENTS = ("docs/index", "docs/adr/README")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)\.md\)")
_SEVERAL = re.compile(r"((?:\w+, )+\w+)( : .+)$")
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
    level = dict.fromkeys(names, 0)
    for _ in names:  # as far down as the longest way there
        for above, below in arrows:
            level[below] = max(level[below], level[above] + 1)
    rows = [[name for name in names if level[name] == depth] for depth in range(max(level.values()) + 1)]
    widest = max(len(row) for row in rows)
    at = {
        name: (widest * 75 + (place - (len(row) - 1) / 2) * 150, depth * 62 + 22)
        for depth, row in enumerate(rows)
        for place, name in enumerate(row)
    }
    lines = [_arrow(at[above], at[below]) for above, below in arrows]
    boxes = [
        f'<g transform="translate({x:g} {y:g})"><rect x="-58" y="-16" width="116" height="32" rx="5"/>'
        f'<text y="5">{names[name]}</text></g>'
        for name, (x, y) in at.items()
    ]
    size = f"{widest * 150} {len(rows) * 62}"
    described = "; ".join(f"{names[above]} imports {names[below]}" for above, below in arrows)
    return (
        f'<svg class="house" viewBox="0 0 {size}" role="img" aria-label="{described}">'
        f"{''.join(lines)}{''.join(boxes)}</svg>"
    )


def _arrow(start, end):
    """A line from under a box to above another; past rows that lie between it swings out."""
    (x, y), (to_x, to_y) = (start[0], start[1] + 16), (end[0], end[1] - 16)
    swing = 70 * ((to_y - y) / 62 - 0.5) * (1 if x <= to_x else -1) if to_y - y > 62 else 0
    middle = (y + to_y) / 2
    return f'<path d="M{x:g} {y:g}C{x + swing:g} {middle:g} {to_x + swing:g} {middle:g} {to_x:g} {to_y:g}"/>'
