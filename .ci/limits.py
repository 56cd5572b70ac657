"""What keeps a file small enough to read: modules, functions, classes, and no window that is inherited in pieces.

    python .ci/limits.py [FILE...]    every Python file of the tree unless some are named

Prints each one that is over a limit, and ends with 1 if there is any. The limits hold for tests and benchmarks too.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MOST_LINES_OF_A_MODULE = 400
#: From the `def` to its last line, without the docstring.
MOST_LINES_OF_A_FUNCTION = 60
MOST_METHODS = 40
#: Bases of our own that a class of the window may have: a window is composed, not inherited.
MOST_OWN_BASES = 2
#: What is over a limit still, by file and name; each is to go, and one that is no longer needed fails too.
EXCEPTIONS: set[str] = set()
ROOT = Path(__file__).resolve().parents[1]
UI = "ecgtwin_app/ui/"


def too_large(file: str, source: str) -> Iterator[tuple[str, str]]:
    """What in a file is over a limit: its name as in `EXCEPTIONS`, and a sentence.

    Parameters
    ----------
    file : str
        The file, relative to the source tree, with slashes.
    source : str
        Its text.
    """
    lines = source.count("\n")
    if lines > MOST_LINES_OF_A_MODULE:
        yield file, f"{file}: {lines} lines, at most {MOST_LINES_OF_A_MODULE}; split it by what it is about"
    tree = ast.parse(source, file)
    own = _own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            too_much = _too_long(node)
        elif isinstance(node, ast.ClassDef):
            too_much = _too_many_methods(node) or (file.startswith(UI) and _inherited_in_pieces(node, own))
        else:
            continue
        if too_much:
            yield f"{file} {node.name}", f"{file}:{node.lineno}: {node.name} {too_much}"


def _too_long(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    lines = _lines_of(function)
    return (
        f"has {lines} lines, at most {MOST_LINES_OF_A_FUNCTION}" if lines > MOST_LINES_OF_A_FUNCTION else ""
    )


def _too_many_methods(node: ast.ClassDef) -> str:
    methods = sum(isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) for one in node.body)
    return f"has {methods} methods, at most {MOST_METHODS}" if methods > MOST_METHODS else ""


def _inherited_in_pieces(node: ast.ClassDef, own: set[str]) -> str:
    bases = [base for base in map(_first_name, node.bases) if base in own]
    return f"inherits {', '.join(bases)}; compose it" if len(bases) > MOST_OWN_BASES else ""


def _lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _own_names(tree: ast.Module) -> set[str]:
    """Names of the file that stand for classes or modules of this project."""
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("ecgtwin_app")):
            own.update(alias.asname or alias.name for alias in node.names)
    return own


def _first_name(base: ast.expr) -> str:
    """`a` of the base classes `a`, `a.b` and `a[b]`."""
    while isinstance(base, ast.Attribute | ast.Subscript):
        base = base.value
    return base.id if isinstance(base, ast.Name) else ""


def _python_files() -> list[Path]:
    """Those that git knows; in a copy without git, all but what a virtual environment brings."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    if listed:
        return [ROOT / name for name in listed]
    folders = [folder for folder in ROOT.iterdir() if folder.is_dir() and not folder.name.startswith(".")]
    return [*ROOT.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))]


def main(arguments: list[str]) -> int:
    """Check the files; returns the exit status."""
    files = [Path(name).resolve() for name in arguments] or _python_files()
    texts = {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in sorted(files)}
    found = [pair for file, text in texts.items() for pair in too_large(file, text)]
    said = [sentence for name, sentence in found if name not in EXCEPTIONS]
    met = EXCEPTIONS - {name for name, _ in found}
    said += [
        f"{name} is within the limits now; take it off the exceptions"
        for name in sorted(met)
        if not arguments or name.split()[0] in texts
    ]
    print(*said, sep="\n", end="\n" if said else "")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
