"""The measurement matrix as text: values with their units, a table by lead, and what to mind."""

from __future__ import annotations

from ecgtwin_app.cli.output import text_of
from ecgtwin_app.ecg.measurement.quality import SOME_LEADS

#: Words, unit, name in the matrix and decimals, in the order of reading an ECG.
VALUES = (
    ("heart rate", "/min", "heart_rate", 0),
    ("atrial rate", "/min", "atrial_rate", 0),
    ("RR mean", "s", "rr_mean", 3),
    ("RR range", "s", "rr_range", 3),
    ("RR variation", "%", "rr_cv", 1),
    ("SDNN", "ms", "sdnn", 0),
    ("RMSSD", "ms", "rmssd", 0),
    ("P before QRS", "%", "p_before_qrs", 0),
    ("P duration", "ms", "p_duration", 0),
    ("PR", "ms", "pr", 0),
    ("QRS", "ms", "qrs", 0),
    ("QT", "ms", "qt", 0),
    ("QTc Bazett", "ms", "qtc_bazett", 0),
    ("QTc Fridericia", "ms", "qtc_fridericia", 0),
    ("QTc Framingham", "ms", "qtc_framingham", 0),
    ("QTc Hodges", "ms", "qtc_hodges", 0),
    ("P axis", "°", "p_axis", 0),
    ("QRS axis", "°", "qrs_axis", 0),
    ("T axis", "°", "t_axis", 0),
    ("Sokolow-Lyon", "mV", "sokolow_lyon", 2),
    ("Cornell", "mV", "cornell", 2),
    ("QRS-T angle", "°", "vectorcardiogram.qrs_t_angle", 0),
    ("QRS vector", "mV", "vectorcardiogram.qrs_magnitude", 2),
)
#: The same by lead, mV.
BY_LEAD = (
    ("P", "p_amplitude"),
    ("Q", "q_amplitude"),
    ("R", "r_amplitude"),
    ("S", "s_amplitude"),
    ("T", "t_amplitude"),
    ("ST J", "st_j"),
    ("ST J+60", "st_60"),
    ("ST J+80", "st_80"),
)


def print_report(report: dict) -> None:
    """One recording."""
    matrix = report["measurements"]
    for name in ("file", "format", "rate", "seconds", "synthetic", "age", "sex"):
        print(f"{name:<16}{text_of(report[name])}{' Hz' if name == 'rate' else ''}")
    for line in report["filled"]:
        print(f"{'filled in':<16}{line}")
    for line in report["history"]:
        print(f"{'history':<16}{line}")
    print()
    for words, unit, key, decimals in VALUES:
        value, doubts = _scaled(matrix, key, unit), matrix["qtc_doubts"].get(key.removeprefix("qtc_"), ())
        reason = matrix["reasons"].get(key.partition(".")[0]) if value is None else None
        note = f"   {reason}" if reason else f"   do not trust: {', '.join(doubts)}" if doubts else ""
        star = "*" if value is not None and key.partition(".")[0] in matrix.get("on_filled", ()) else ""
        print(f"{words:<16}{_number(value, decimals):>8} {unit}{star}{note}")
    leads, filled = matrix["leads"], matrix.get("filled_leads", ())
    width = max(7, *(len(lead) + 2 for lead in leads))
    print(f"\n{'mV':<9}" + "".join(f"{lead + '*' * (lead in filled):>{width}}" for lead in leads))
    for words, key in BY_LEAD:
        print(f"{words:<9}" + "".join(f"{_number(matrix[key][lead], 2):>{width}}" for lead in leads))
    print()
    kinds = [beat["kind"] for beat in matrix["beats"]]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    print(f"{'beats':<16}{len(kinds)} ({counts})")
    if matrix["pacing_spikes"]:
        at = ", ".join(f"{second:.2f}" for second in matrix["pacing_spikes"])
        print(f"{'pacing spikes':<16}at {at} s")
    verdict = matrix["quality"]["verdict"]
    usable = f": {', '.join(matrix['quality']['usable_leads'])}" if verdict == SOME_LEADS else ""
    print(f"{'signal':<16}{verdict}{usable}")
    for doubt in matrix["doubts"]:
        print(f"{'mind':<16}{doubt}")
    if report["device"]:
        said = ", ".join(f"{name} {text_of(value)}" for name, value in report["device"].items())
        print(f"{'device said':<16}{said}")
    print(f"{'criteria met':<16}{', '.join(report['criteria_met']) or '–'}")
    for sentence in report["contradictions"]:
        print(f"{'mind':<16}{sentence}")
    if unseen := report["criteria_not_judged"]:
        print(f"{'not judged':<16}{'; '.join(f'{name} ({why})' for name, why in unseen.items())}")


def print_comparison(first: dict, second: dict, difference: dict) -> None:
    """Two recordings: first, second, and how much more the second is."""
    print(f"{'':<16}{first['file'][:16]:>18}{second['file'][:16]:>18}{'difference':>12}")
    for words, unit, key, decimals in VALUES:
        one, two, more = (
            _scaled(values, key, unit)
            for values in (first["measurements"], second["measurements"], difference)
        )
        print(
            f"{words:<16}{_number(one, decimals):>18}{_number(two, decimals):>18}{_number(more, decimals, '+'):>12} {unit}"
        )
    shared = [lead for lead in first["measurements"]["leads"] if lead in second["measurements"]["leads"]]
    width = max((7, *(len(lead) + 2 for lead in shared)))
    print(f"\n{'Δ mV':<9}" + "".join(f"{lead:>{width}}" for lead in shared))
    for words, key in BY_LEAD:
        values = (_number(difference[key].get(lead), 2, "+") for lead in shared)
        print(f"{words:<9}" + "".join(f"{value:>{width}}" for value in values))
    print()
    for report in (first, second):
        print(f"{report['file'][:40]} meets: {', '.join(report['criteria_met']) or '–'}")


def _scaled(matrix, key, unit):
    """A value by its dotted name; shares as percent."""
    value = matrix
    for part in key.split("."):
        value = (value or {}).get(part)
    return 100 * value if value is not None and unit == "%" else value


def _number(value, decimals, sign=""):
    return "–" if value is None else f"{value:{sign}.{decimals}f}"
