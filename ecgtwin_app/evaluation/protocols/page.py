"""The page of the protocols, as Markdown: what is worse than real first, then what is not, then every table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, read_outcome


@dataclass(frozen=True)
class Page:
    """What a page is called, and what stands above its figures.

    Attributes
    ----------
    file, title : str
    about : str
        Sentences; the models and their weights follow.
    """

    file: str
    title: str
    about: str


ANY_PATIENT = Page(
    "any_patient.md",
    "Any patient: what twins of healthy and sick references are worth",
    "`ecgtwin evaluate --part NAME` writes this page. First draws, no best-of, on patients whom no training saw; "
    "the judge is a network that was trained on real training records alone and is neither the generator's nor "
    "the recogniser's. Intervals are 95 %, Wilson's for shares.",
)
#: A share of fewer is called neither reached nor missed.
ENOUGH = 10
_HEAD = ("figure", "measured (95 %)", "n", "real floor", "aim", "")


def write_page(work: Path, out: Path, of: Page = ANY_PATIENT) -> Path:
    """Write the page of every outcome in the work folder; where it was written."""
    found = [read_outcome(path) for path in sorted(work.glob("*.outcome.json"))]
    out.mkdir(parents=True, exist_ok=True)
    path = out / of.file
    path.write_text(page(found, of), encoding="utf-8")
    return path


def page(found: Sequence[tuple[Outcome, dict]], of: Page = ANY_PATIENT) -> str:
    """The page as text."""
    lines = [(outcome, one) for outcome, _ in found for one in outcome.lines]
    worse = [(o, one) for o, one in lines if one.worse_than_real]
    missed = [(o, one) for o, one in lines if not one.worse_than_real and one.met is False]
    rest = [(o, one) for o, one in lines if not one.worse_than_real and one.met is not False]
    parts = [f"# {of.title}\n", _about(found, of)]
    for title, own in (
        ("Worse than real recordings", worse),
        ("Aims that are missed, though real recordings are not shown to do better", missed),
        ("The rest", rest),
    ):
        if own:
            parts.append(f"## {title}\n\n" + _table(_HEAD, [_row(one) for _, one in own]))
    for outcome, about in found:
        parts.append(f"## {outcome.part.capitalize()}\n\n{outcome.question} {outcome.method}\n")
        parts.append(f"Seed {about['seed']}, {about['references']} references asked for.\n")
        for table in outcome.tables:
            parts.append(
                f"### {table.title}\n\n" + _table(table.head, [list(map(_cell, r)) for r in table.rows])
            )
    return "\n".join(parts)


def _about(found, of: Page) -> str:
    models = sorted({f"{about['model']}, weights {about['weights_sha256'][:12]}" for _, about in found})
    return f"{of.about} {'; '.join(models)}.\n"


def _row(one: Line) -> list[str]:
    marks = {True: "reached", False: "missed", None: ""}
    mark = (
        "too few to say" if one.unit == "share" and one.n < ENOUGH and one.met is not None else marks[one.met]
    )
    interval = (
        "" if one.low is None or one.high is None else f" ({_plain(one.low, one)} to {_plain(one.high, one)})"
    )
    aim = "" if one.aim is None else f"{'≤' if one.less else '≥'} {_plain(one.aim, one)}"
    name = one.name + (f" ({one.note})" if one.note else "")
    return [name, _plain(one.value, one) + interval, str(one.n), _plain(one.floor, one), aim, mark]


def _plain(value: float | None, one: Line) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.3g} %" if one.unit == "share" else f"{value:.3g} {one.unit}".strip()


def _cell(value) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    every = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in every) + "\n"
