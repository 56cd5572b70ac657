"""The evaluation as one small table in Markdown: a row a condition, with n, interval, floor and ceiling."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from ecgtwin_app.evaluation.runs.variants import DEFAULT

_CONDITIONS = (
    "condition", "n", "met (95 %)", "ceiling", "rate error, 1/min", "R, ms", "P, ms", "top-1 (95 %)", "floor",
    "ceiling", "preserved",
)  # fmt: skip
_SPACES = {
    "frechet_encoder": "Fréchet distance, learned features",
    "frechet_clinical": "Fréchet distance, clinical features",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
}


def summary(report: dict) -> str:
    """The whole summary.

    Parameters
    ----------
    report : dict
        As `document.read_report` gives it.
    """
    parts = [_head(report), _conditions(report), _aims(report), _beside_real(report), _variants(report)]
    return "\n".join(part for part in parts if part)


def _head(report: dict) -> str:
    settings = report["settings"]
    what = (
        f"First draws, no best-of, on {len(report['references'])} normal recordings that no training saw; seed "
        f"{settings['seed']}, {settings['steps']} steps, strength {settings['strength']:g}; weights "
        f"{report['weights_sha256'][:12]}. `ecgtwin evaluate` writes this table and `evaluation.json`, which has every "
        "figure; `ecgtwin evaluate --part NAME` asks what twins of sick references are worth, what removal leaves, and "
        "what a network learns from twins (any_patient.md)."
    )
    columns = (
        "*met*: draws that meet every criterion and the heart rate within 5 %; its ceiling is the same draws by virtual "
        "patients, whose truth is known. *R*, *P*: 95th percentile of the timing error against the rhythm score. "
        "*top-1*: twins found nearest to their own patient; floor with the references shuffled, ceiling by virtual twins. "
        "*preserved*: quantities that the condition leaves alone, within the patient's own beat-to-beat spread. Intervals "
        "are Wilson's for shares and a seeded bootstrap for the rest."
    )
    paragraphs = (f"# Evaluation of {report['model']}", *(fill(text, 118) for text in (what, columns)))
    return "\n\n".join(paragraphs) + "\n"


def _conditions(report: dict) -> str:
    default = report["variants"].get(DEFAULT, {})
    named = {**default.get("conditions", {}), **default.get("combinations", {})}
    rows = [_condition(name, figures) for name, figures in named.items()]
    for name, figures in default.get("groups", {}).items():
        own = f"**{name}**" if name == "all" else f"*{name}*"
        rows.append(_condition(own, figures))
    return _lines(_CONDITIONS, rows) if rows else ""


def _condition(name: str, figures: dict) -> list[str]:
    met, identity = figures["pass_rate"], figures["identity"]
    within = [q["within"] for q in figures.get("preservation", {}).values() if q["within"]["n"]]
    kept = (
        sum(one["value"] * one["n"] for one in within) / sum(one["n"] for one in within) if within else None
    )
    return [
        name,
        str(met["n"]),
        _share(met),
        _percent(figures.get("pass_rate_virtual", {}).get("value")),
        _interval(figures["rate_error"]),
        _number(figures["timing"]["r_timing"]["value"]),
        _number(figures["timing"]["p_timing"]["value"]),
        _share(identity["top1"]),
        _percent(identity["floor"]),
        _percent(figures.get("identity_virtual", {}).get("top1", {}).get("value")),
        _percent(kept),
    ]


def _aims(report: dict) -> str:
    marks = {True: "reached", False: "missed", None: "not measured"}
    rows = [
        [line["name"], line["aim"], _with_unit(line["value"], line["unit"]), marks[line["met"]]]
        for line in report["bar"]
    ]
    gap = report["variants"].get(DEFAULT, {}).get("groups", {}).get("all", {}).get("identity", {}).get("gap")
    if gap is not None:
        rows.append(["identity gap, own reference less others", "–", f"{_interval(gap)}, n {gap['n']}", "–"])
    return "## What was set out to be reached\n\n" + _lines(("figure", "aim", "measured", ""), rows)


def _beside_real(report: dict) -> str:
    sets = {f"{name}, normal alone": found for name, found in report.get("normal_alone", {}).items()}
    realism = report["variants"].get(DEFAULT, {}).get("realism")
    if realism:
        sets = {"twins, all labels": realism, **sets}
    rows = [
        [name, title, _interval(found[key]), _number(found[key]["floor"]), _number(found[key]["ratio"]), str(found[key]["n"])]
        for name, found in sets.items() for key, title in _SPACES.items() if key in found
    ]  # fmt: skip
    for name, found in report.get("memorisation", {}).items():
        closer = found["closer"]
        rows.append([f"twins, {name}", "nearer to a training record than 95 % of unseen real ones", _share(closer), "5 %", "",
                     str(closer["n"])])  # fmt: skip
    head = ("set", "figure", "value (95 %)", "floor", "over the floor", "n")
    return "## Beside real recordings\n\n" + _lines(head, rows) if rows else ""


def _variants(report: dict) -> str:
    rows = []
    for name, variant in report["variants"].items():
        pooled = variant.get("groups", {}).get("all")
        if pooled:
            rows.append(
                [name, str(pooled["pass_rate"]["n"]), _share(pooled["pass_rate"]), _interval(pooled["rate_error"]),
                 _share(pooled["identity"]["top1"])]
            )  # fmt: skip
    head = ("variant", "n", "met (95 %)", "rate error, 1/min", "top-1 (95 %)")
    return "## Switched off\n\n" + _lines(head, rows) if len(rows) > 1 else ""


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _share(found: dict) -> str:
    """A share with its interval, in percent."""
    if found["value"] is None:
        return "–"
    return f"{_percent(found['value'])} ({100 * found['low']:.0f} to {100 * found['high']:.0f})"


def _interval(found: dict) -> str:
    if found["value"] is None:
        return "–"
    return f"{_number(found['value'])} ({_number(found['low'])} to {_number(found['high'])})"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.3g} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"


def _with_unit(value: float | None, unit: str) -> str:
    if unit == "share":
        return _percent(value)
    return "–" if value is None else f"{value:.3g} {unit}".strip()
