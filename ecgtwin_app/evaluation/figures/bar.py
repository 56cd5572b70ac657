"""The bar: what was set out to be reached, and whether it was."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from ecgtwin_app.evaluation.runs.variants import DEFAULT, RHYTHMS

#: Groups of the vocabulary whose conditions change the rhythm alone, and the heart's conduction or muscle.
_RHYTHM, _STRUCTURE = ("rhythm",), ("conduction", "muscle")


def bar(report: dict) -> list[dict]:
    """Each aim with what was measured; `met` is None where it was not measured."""
    return [*_criteria(report), *_timing(report), *_patient(report), *_realism(report), *_running(report)]


def _line(name: str, aim: str, value: float | None, unit: str, reached: Callable[[float], bool]) -> dict:
    met = None if value is None else bool(reached(value))
    return {"name": name, "aim": aim, "value": value, "unit": unit, "met": met}


def _all(met: list[bool]) -> float | None:
    """The share of true ones."""
    return sum(met) / len(met) if met else None


def _criteria(report: dict) -> list[dict]:
    """Do twins have what was asked?"""
    ready = [f["pass_rate"]["value"] >= 0.9 for f in _conditions(report).values() if f["n"]]
    name = "conditions that meet their criteria in 90 % of first draws"
    return [_line(name, "all", _all(ready), "share", lambda v: v == 1)]


def _timing(report: dict) -> list[dict]:
    """Do they perform the score?"""
    pooled = _groups(report).get("all", {})
    learned = report["variants"].get(RHYTHMS["learned"], {}).get("groups", {}).get("all", {})
    stray = [_value(pooled, "timing", key) for key in ("r_missed", "r_extra")]
    both = None if None in stray else sum(value for value in stray if value is not None)
    r, p = (_value(pooled, "timing", f"{wave}_timing") for wave in "rp")
    rate, rate_learned = _value(pooled, "rate_error"), _value(learned, "rate_error")
    return [
        _line("heart rate error with the score", "≤ 0.2", rate, "1/min", lambda v: v <= 0.2),
        _line("heart rate error with a learned rhythm", "≤ 2", rate_learned, "1/min", lambda v: v <= 2),
        _line("R of the score, 95th percentile", "≤ 10", r, "ms", lambda v: v <= 10),
        _line("P of the score, 95th percentile", "≤ 20", p, "ms", lambda v: v <= 20),
        _line("missed and extra beats", "≤ 0.5 %", both, "share", lambda v: v <= 0.005),
    ]


def _patient(report: dict) -> list[dict]:
    """Are they still the patient?"""
    groups = _groups(report)
    within = [
        q["within"]["value"]
        for f in _conditions(report).values()
        for q in f["preservation"].values()
        if q["within"]["n"]
    ]
    mean = statistics.fmean(within) if within else None
    rhythm, structure = _top1(groups, _RHYTHM), _top1(groups, _STRUCTURE)
    return [
        _line("identity in rhythm changes, top-1", "≥ 97 %", rhythm, "share", lambda v: v >= 0.97),
        _line("identity in conduction and muscle changes, top-1", "≥ 80 %", structure, "share", lambda v: v >= 0.8),
        _line("preserved quantities within the patient's own spread", "≥ 95 %", mean, "share", lambda v: v >= 0.95),
    ]  # fmt: skip


def _realism(report: dict) -> list[dict]:
    """Are they like real recordings?"""
    realism = report["variants"].get(DEFAULT, {}).get("realism", {})
    ratios = [
        entry
        for label in realism.get("distributions", {}).values()
        for entry in label.values()
        if "ratio" in entry
    ]
    changed = [entry for entry in ratios if entry["changed"]]
    lines = []
    for what, chosen in (("", ratios), (", of what the condition changes", changed)):
        close = _all([0.9 <= entry["ratio"]["value"] <= 1.1 for entry in chosen])
        name = f"medians within 10 % of real records of the label{what}"
        lines.append(_line(name, "all", close, "share", lambda v: v == 1))
    halves = _all([e["ratio"]["floor"][0] <= e["ratio"]["value"] <= e["ratio"]["floor"][1] for e in changed])
    name = "the same within what two halves of the real records differ"
    lines.append(_line(name, "–", halves, "share", lambda v: v >= 0.95))
    lines.append(_lead_laws(report))
    for space in ("encoder", "clinical"):
        ratio = realism.get(f"frechet_{space}", {}).get("ratio")
        name = f"Fréchet distance over its floor, {space} features"
        lines.append(_line(name, "≤ 1.5", ratio, "", lambda v: v <= 1.5))
    closer = report.get("memorisation", {}).get("all", {}).get("closer", {}).get("value")
    name = "twins nearer to a training record than 95 % of unseen real ones"
    lines.append(_line(name, "≤ 5 %", closer, "share", lambda v: v <= 0.05))
    return lines


def _lead_laws(report: dict) -> dict:
    """How far twelve leads are from what eight of them say."""
    found = [f["lead_law_uv_max"] for f in _conditions(report).values() if f["lead_law_uv_max"] is not None]
    return _line("lead law residual, largest", "≤ 0.01", max(found, default=None), "µV", lambda v: v <= 0.01)


def _running(report: dict) -> list[dict]:
    """How long do they take?"""
    two = [
        run["seconds"]
        for run in report.get("speed", {}).get("runs", [])
        if (run["device"], run["threads"]) == ("cpu", 2) and run["steps"] == report["settings"]["steps"]
    ]
    return [_line("seconds a twin, two threads", "≤ 0.3", two[0] if two else None, "s", lambda v: v <= 0.3)]


def _conditions(report: dict) -> dict[str, dict]:
    return report["variants"].get(DEFAULT, {}).get("conditions", {})


def _groups(report: dict) -> dict[str, dict]:
    return report["variants"].get(DEFAULT, {}).get("groups", {})


def _value(figures: dict, *path: str) -> float | None:
    for key in path:
        figures = figures.get(key, {})
    return figures.get("value")


def _top1(groups: dict, wanted: tuple[str, ...]) -> float | None:
    """Pooled over the groups, weighted by n."""
    found = [groups[g]["identity"]["top1"] for g in wanted if g in groups]
    total = sum(one["n"] for one in found)
    return sum(one["value"] * one["n"] for one in found if one["n"]) / total if total else None
