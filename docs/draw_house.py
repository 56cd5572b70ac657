"""Draw the house into docs/architecture.md, from the imports as they are.

Usage: ``python docs/draw_house.py`` rewrites the drawing and the table of rooms; ``--check`` only says whether they are
current, with exit status 1 when they are not.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- drawn by docs/draw_house.py -->", "<!-- end of the drawing -->"
PACKAGE = "ecgtwin_app"
#: Libraries whose use tells a room's place.
TELLING = ("torch", "PySide6", "captum", "scipy", "pydicom", "soundfile")


def rooms() -> list[str]:
    """The rooms, those that know most first."""
    graph = grimp.build_graph(PACKAGE)
    names = sorted(path.parent.name for path in (ROOT / PACKAGE).glob("*/__init__.py"))
    below = {name: set() for name in names}
    for importer, imported in imports(graph):
        below[importer].add(imported)
    ordered: list[str] = []
    while below:
        # A room stands below all that import it; of those that stand free, the one that knows most comes first.
        free = [name for name in below if not any(name in known for known in below.values())]
        first = max(free or below, key=lambda name: (len(below[name]), name))
        ordered.append(first)
        del below[first]
    return ordered


def imports(graph: grimp.ImportGraph) -> Counter[tuple[str, str]]:
    """How many imports lead from one room to another."""
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        parts = module.split(".")
        if len(parts) < 3:
            continue
        for imported in graph.find_modules_directly_imported_by(module):
            other = imported.split(".")
            if len(other) > 2 and other[1] != parts[1]:
                found[parts[1], other[1]] += 1
    return found


def libraries(room: str) -> list[str]:
    """Which of `TELLING` a room imports itself."""
    used = set()
    for path in (ROOT / PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                used.add(node.module.split(".")[0])
    return [name for name in TELLING if name in used]


def purpose(folder: Path) -> str:
    """The first line of a package's docstring."""
    return (ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or "").splitlines()[0]


def drawing() -> str:
    """The drawing (Mermaid) and the table of rooms."""
    graph = grimp.build_graph(PACKAGE)
    ordered, edges = rooms(), imports(graph)
    lines = ["```mermaid", "flowchart TD"]
    lines += [f"    {room}[{room}/]" for room in ordered]
    direct = {pair for pair in edges if not _through_another(pair, edges)}
    lines += [f"    {a} --> {b}" for a, b in sorted(direct, key=lambda p: (ordered.index(p[0]), p[1]))]
    lines += ["```", "", "An arrow that follows from others is left out.", ""]
    lines += [
        "| room | what lives there | modules | lines | knows | libraries |",
        "|---|---|--:|--:|---|---|",
    ]
    for room in ordered:
        folder = ROOT / PACKAGE / room
        files = [path for path in folder.rglob("*.py") if path.name != "__init__.py"]
        inner = sorted(path.parent.name for path in folder.glob("*/__init__.py"))
        known = [other for other in ordered if (room, other) in edges]
        words = purpose(folder) + (
            f" Sub-rooms: {', '.join(f'`{name}`' for name in inner)}." if inner else ""
        )
        size = sum(len(path.read_text("utf-8").splitlines()) for path in files)
        lines.append(
            f"| `{room}/` | {words} | {len(files)} | {size:,} | {', '.join(known) or '–'} | "
            f"{', '.join(libraries(room)) or '–'} |"
        )
    return "\n".join(lines)


def _through_another(pair, edges):
    above, below = pair
    reached, todo = set(), [b for a, b in edges if a == above and b != below]
    while todo:
        room = todo.pop()
        if room not in reached:
            reached.add(room)
            todo += [b for a, b in edges if a == room]
    return below in reached


def main() -> int:
    page = PAGE.read_text("utf-8")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    drawn = f"{before}{BEGIN}\n{drawing()}\n{END}{after}"
    if "--check" in sys.argv:
        current = _without_sizes(drawn) == _without_sizes(page)
        if not current:
            print("docs/architecture.md does not show the house as it is; run python docs/draw_house.py.")
        return 0 if current else 1
    PAGE.write_text(drawn, "utf-8")
    return 0


def _without_sizes(page):
    """The page without the numbers of modules and lines, which change with every commit."""
    rows = (line.split("|") for line in page.splitlines())
    return [row[:3] + row[5:] if len(row) == 8 and row[1].startswith(" `") else row for row in rows]


if __name__ == "__main__":
    sys.exit(main())
