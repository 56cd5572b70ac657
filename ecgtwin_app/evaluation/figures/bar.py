"""The bar: what was set out to be reached, and whether it was."""

from __future__ import annotations

import statistics

from ecgtwin_app.evaluation.runs.variants import DEFAULT, RHYTHMS

#: Groups of the vocabulary whose conditions change the rhythm alone, and the heart's conduction or muscle.
_RHYTHM, _STRUCTURE = ("rhythm",), ("conduction", "muscle")


def bar(report: dict) -> list[dict]:
    """Each aim with what was measured; `met` is None where it was not measured."""
    default = report["variants"].get(DEFAULT, {})
    conditions, groups = default.get("conditions", {}), default.get("groups", {})
    everything = groups.get("all", {})
    lines = []

    def line(name, aim, value, unit, reached):
        lines.append({"name": name, "aim": aim, "value": value, "unit": unit,
                      "met": None if value is None else bool(reached(value))})  # fmt: skip

    ready = [f["pass_rate"]["value"] >= 0.9 for f in conditions.values() if f["n"]]
    line("conditions that meet their criteria in 90 % of first draws", "all",
         sum(ready) / len(ready) if ready else None, "share", lambda v: v == 1)  # fmt: skip
    line(
        "heart rate error with the score",
        "≤ 0.2",
        _value(everything, "rate_error"),
        "1/min",
        lambda v: v <= 0.2,
    )
    learned = report["variants"].get(RHYTHMS["learned"], {}).get("groups", {}).get("all", {})
    line(
        "heart rate error with a learned rhythm",
        "≤ 2",
        _value(learned, "rate_error"),
        "1/min",
        lambda v: v <= 2,
    )
    line(
        "R of the score, 95th percentile",
        "≤ 10",
        _value(everything, "timing", "r_timing"),
        "ms",
        lambda v: v <= 10,
    )
    line(
        "P of the score, 95th percentile",
        "≤ 20",
        _value(everything, "timing", "p_timing"),
        "ms",
        lambda v: v <= 20,
    )
    stray = [_value(everything, "timing", key) for key in ("r_missed", "r_extra")]
    line(
        "missed and extra beats",
        "≤ 0.5 %",
        None if None in stray else sum(stray),
        "share",
        lambda v: v <= 0.005,
    )
    line("identity in rhythm changes, top-1", "≥ 97 %", _top1(groups, _RHYTHM), "share", lambda v: v >= 0.97)
    line("identity in conduction and muscle changes, top-1", "≥ 80 %", _top1(groups, _STRUCTURE), "share",
         lambda v: v >= 0.8)  # fmt: skip
    within = [
        q["within"]["value"] for f in conditions.values() for q in f["untouched"].values() if q["within"]["n"]
    ]
    line("untouched quantities within the patient's own spread", "≥ 95 %",
         statistics.fmean(within) if within else None, "share", lambda v: v >= 0.95)  # fmt: skip
    realism = default.get("realism", {})
    ratios = [
        entry
        for label in realism.get("distributions", {}).values()
        for entry in label.values()
        if "ratio" in entry
    ]
    for what, chosen in (
        ("", ratios),
        (", of what the condition changes", [e for e in ratios if e["changed"]]),
    ):
        close = [0.9 <= entry["ratio"]["value"] <= 1.1 for entry in chosen]
        line(f"medians within 10 % of real records of the label{what}", "all",
             sum(close) / len(close) if close else None, "share", lambda v: v == 1)  # fmt: skip
    halves = [
        e["ratio"]["floor"][0] <= e["ratio"]["value"] <= e["ratio"]["floor"][1]
        for e in ratios
        if e["changed"]
    ]
    line("the same within what two halves of the real records differ", "–",
         sum(halves) / len(halves) if halves else None, "share", lambda v: v >= 0.95)  # fmt: skip
    residuals = [f["lead_law_uv_max"] for f in conditions.values() if f["lead_law_uv_max"] is not None]
    line("lead law residual, largest", "≤ 0.01", max(residuals, default=None), "µV", lambda v: v <= 0.01)
    for space in ("encoder", "clinical"):
        line(f"Fréchet distance over its floor, {space} features", "≤ 1.5",
             realism.get(f"frechet_{space}", {}).get("ratio"), "", lambda v: v <= 1.5)  # fmt: skip
    closer = report.get("copies", {}).get("all", {}).get("closer", {})
    line("twins nearer to a training record than 95 % of unseen real ones", "≤ 5 %", closer.get("value"), "share",
         lambda v: v <= 0.05)  # fmt: skip
    two = [
        run["seconds"]
        for run in report.get("speed", {}).get("runs", [])
        if (run["device"], run["threads"]) == ("cpu", 2) and run["steps"] == report["settings"]["steps"]
    ]
    line("seconds a twin, two threads", "≤ 0.3", two[0] if two else None, "s", lambda v: v <= 0.3)
    return lines


def _value(figures: dict, *path: str) -> float | None:
    for key in path:
        figures = figures.get(key, {})
    return figures.get("value")


def _top1(groups: dict, wanted: tuple[str, ...]) -> float | None:
    """Pooled over the groups, weighted by n."""
    found = [groups[g]["identity"]["top1"] for g in wanted if g in groups]
    total = sum(one["n"] for one in found)
    return sum(one["value"] * one["n"] for one in found if one["n"]) / total if total else None
