"""Every sentence that ui/ and report/ show, read from their source; and the messages of the rooms below."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from places import PACKAGE

#: Calls whose texts are shown: which of their arguments, by place and by name.
MARKERS = {
    "tr": {0: "text"},
    "N_": {0: "text"},
    "plural": {0: "one", 1: "many"},
    "Command": {1: "text", 4: "tip"},
}
#: Calls that put a text before the user; a literal in them was forgotten.
SHOWING = {
    "QLabel", "QAction", "QPushButton", "QToolButton", "QMenu", "QTreeWidgetItem", "QCheckBox", "QGroupBox",
    "setText", "setToolTip", "setStatusTip", "setAccessibleName", "setAccessibleDescription",
    "setWindowTitle", "setTitle", "setPlaceholderText", "setSuffix", "setPrefix", "setSpecialValueText",
    "addAction", "addMenu", "addTab", "addItem", "setLabelText", "tell", "warn", "offer", "drawText",
    "draw_text", "halo_text", "setFormat",
}  # fmt: skip
#: Keyword arguments of widgets that are texts.
SHOWING_KEYWORDS = {"text", "placeholderText", "toolTip", "title", "suffix", "prefix"}
#: Rooms and files whose errors reach the window. The others are met on the command line or in training.
SPEAKING = (
    "ecg",
    "conditions",
    "formats",
    "heart",
    "sampling",
    "generators",
    "engine",
    "attribution",
    "report",
    "session",
    "ui",
)
SILENT = {
    "heart/virtual_patient.py": "training",
}


def modules(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Path below the package and syntax tree of every module."""
    for room in rooms:
        for path in sorted((PACKAGE / room).rglob("*.py")):
            yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def marked() -> dict[str, str]:
    """Every text that is marked to be shown, with the module that holds it."""
    found = {}
    for name, tree in modules("ui", "report", "i18n", "session", "engine"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                for argument in _arguments(node, MARKERS.get(_called(node), {})):
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        found.setdefault(argument.value + _role(node), name)
    return found


def _role(node) -> str:
    """ "@column" of ``tr("Twin", "column")``."""
    return f"@{node.args[1].value}" if _called(node) == "tr" and len(node.args) > 1 else ""


def forgotten() -> list[str]:
    """Literal texts, with two letters or more, that are shown without the translation."""
    found = []
    for name, tree in modules("ui", "report", "i18n", "session"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or _called(node) not in SHOWING | {"QLineEdit"}:
                continue
            texts = list(node.args) + [k.value for k in node.keywords if k.arg in SHOWING_KEYWORDS]
            for text in texts:
                words = _pattern(text)
                if words is not None and re.search(r"[A-Za-z]{2}", re.sub(r"\{\d\}", "", words)):
                    found.append(f"{name}:{text.lineno}: {words}")
    return found


def messages() -> dict[str, str]:
    """Patterns of the errors that reach the window, ``"{0} is empty"``, with the module that raises them."""
    found = {}
    for name, tree in modules(*SPEAKING):
        if name in SILENT:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in ("EcgError", "WeightsError") and node.args:
                words = _pattern(node.args[0])
                if words is not None and re.search(r"[a-z]{2}", words):
                    found.setdefault(words, name)
    return found


def history_lines() -> dict[str, str]:
    """Patterns of what is written into a recording's history, with the module that writes it."""
    found = {}
    for name, tree in modules(*SPEAKING):
        if name in SILENT:
            continue
        for text in (
            text for node in ast.walk(tree) for value in _of_history(node) for text in _texts(value)
        ):
            if " " in text:
                found.setdefault(text, name)
    return found


def _of_history(node: ast.AST) -> list[ast.expr]:
    """The expressions that a node puts into a history."""
    if isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [node.value] if any("history" in ast.unparse(target) for target in targets) else []
    if isinstance(node, ast.Call):
        called = _called(node)
        added = called in ("append", "extend") and "history" in ast.unparse(node.func)
        values = list(node.args) if added else node.args[:1] if called == "changed" else []
        return values + [keyword.value for keyword in node.keywords if keyword.arg == "history"]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "history"]
    if isinstance(node, ast.FunctionDef) and "remark" in node.name:
        return [part.value for part in ast.walk(node) if isinstance(part, ast.Return) and part.value]
    return []


def _texts(value: ast.expr) -> Iterator[str]:
    """The patterns of the texts in an expression, those within an f-string only as a part of it."""
    if (words := _pattern(value)) is not None:
        yield words
        return
    for child in ast.iter_child_nodes(value):
        yield from _texts(child)


def source_of_rooms() -> str:
    """What the rooms hold that speak without Qt, with the pieces of a text that runs over lines joined."""
    paths = (path for room in SPEAKING for path in sorted((PACKAGE / room).rglob("*.py")))
    return re.sub(r'"\s*\n\s*f?"', "", "\n".join(path.read_text("utf-8") for path in paths))


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _arguments(node, places):
    yield from (node.args[place] for place in places if place < len(node.args))
    yield from (keyword.value for keyword in node.keywords if keyword.arg in places.values())


def _pattern(node: ast.expr) -> str | None:
    """A literal text; what an f-string fills in is numbered. None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        pieces, number = [], 0
        for value in node.values:
            if isinstance(value, ast.Constant):
                pieces.append(value.value)
            else:
                pieces.append(f"{{{number}}}")
                number += 1
        return "".join(pieces)
    return None
