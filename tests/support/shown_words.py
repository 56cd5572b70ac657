"""Every sentence that ui/ and report/ show, read from their source; and the messages of the rooms below."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from places import PACKAGE

from ecgtwin_app.i18n.message import fields_of

#: Calls whose literal texts are keys of the tables, by their places: sentences of the window, ...
WINDOW = {"tr": (0,), "N_": (0,), "plural": (0, 1), "Command": (1, 5)}
#: ... messages of the rooms below, ...
MESSAGES = {
    "Message": (0,),
    "counted": (0, 1),
    "EcgError": (0,),
    "WeightsError": (0,),
    "UnknownCondition": (0,),
    "NotStated": (1,),
    "__init__": (0,),
}
#: ... and the lines of a verdict: name, what is asked, what was got.
CRITERIA = {
    "line": (0, 2, 3),
    "of_beat": (0, 2, 3),
    "at_least": (0,),
    "above": (0,),
    "below": (0,),
    "between": (0,),
    "yes": (0, 1),
    "all_of": (1,),
    "Exclusion": (1,),
    "Condition": (99,),
}
#: Calls that count: the second text is the plural of the first.
COUNTING = ("plural", "counted")
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
    "i18n",
    "ecg",
    "conditions",
    "formats",
    "heart",
    "recognition",
    "sampling",
    "generators",
    "inference.py",
    "whole_files.py",
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
        one = PACKAGE / room
        for path in [one] if one.is_file() else sorted(one.rglob("*.py")):
            yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def keys() -> dict[str, tuple[str, str]]:
    """Every key of the tables that the code holds: its plural or "", and where it stands.

    A role follows its key: "Twin@column".
    """
    found: dict[str, tuple[str, str]] = {}
    for name, tree in modules(*SPEAKING):
        if name in SILENT:
            continue
        constants = _constants(tree)
        places = WINDOW | MESSAGES | (CRITERIA if name.startswith("conditions/") else {})
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (called := _called(node)) in places:
                texts = [
                    text
                    for argument in _arguments(node, places[called])
                    for text in _literals(argument, constants)
                ]
                if called in COUNTING and len(texts) == 2:
                    found[texts[0]] = (texts[1], name)
                else:
                    for text in texts:
                        found.setdefault(text + _role(node), ("", name))
    return found


def needs_words(key: str) -> bool:
    """Whether a key says anything that another language says otherwise: "≥ {limit:g}" and "J" do not."""
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", key)))


def finished_sentences() -> list[str]:
    """Where an error or a history is given a text with its values in it, instead of a key."""
    found = []
    for name, tree in modules(*SPEAKING[1:]):
        for node in ast.walk(tree):
            given = _of_history(node)
            if isinstance(node, ast.Call) and (called := _called(node)) in MESSAGES and called != "__init__":
                given += list(_arguments(node, MESSAGES[called]))
            found += [
                f"{name}:{part.lineno}"
                for value in given
                for part in ast.walk(value)
                if isinstance(part, ast.JoinedStr)
            ]
    return found


def unfilled() -> list[str]:
    """Messages whose places and values do not go together."""
    found = []
    for room in sorted(path.name for path in PACKAGE.iterdir() if path.is_dir()):
        for name, tree in modules(room):
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or (called := _called(node)) not in MESSAGES:
                    continue
                given = {keyword.arg for keyword in node.keywords}
                counted = {"n"} if called == "counted" else set()
                for argument in _arguments(node, MESSAGES[called]):
                    for text in _literals(argument, _constants(tree)):
                        places = {place for place, _ in fields_of(text)} if given | counted else set()
                        known = given | counted | (places if None in given else set())
                        if not places <= known or (called != "counted" and given - {None, "wanted"} - places):
                            found.append(f"{name}:{node.lineno}: {text}")
    return found


def _constants(tree: ast.Module) -> dict[str, str]:
    """The texts that a module gives a name."""
    return {
        node.targets[0].id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _literals(node: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    """The texts an argument can be: itself, either side of a choice, or what a constant of the module is."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield constants[node.id]
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, constants)
        yield from _literals(node.orelse, constants)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _literals(value, constants)


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


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _arguments(node, places):
    yield from (node.args[place] for place in places if place < len(node.args))
    named = {"tip": 5, "text": 1, "asked": 2, "got": 3, "no_pr": 99}
    yield from (keyword.value for keyword in node.keywords if named.get(keyword.arg) in places)


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
