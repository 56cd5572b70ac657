"""The evaluation as one readable page: HTML with its plots inside, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ecgtwin_app.evaluation.report.svg import PAPER, Dot, curves, dots
from ecgtwin_app.evaluation.runs.variants import DEFAULT

#: Of every page.
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #111;
  background: #fff }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #ccc } table { border-collapse: collapse; margin: 1rem 0 }
td, th { padding: .15rem .7rem .15rem 0; text-align: left; vertical-align: top } th { border-bottom: 1px solid #999 }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif } .note { color: #444; max-width: 48rem }
.met { color: #1d6b2f } .missed { color: #a32100 }
"""
_SPACES = {
    "frechet_encoder": "Fréchet distance, encoder features",
    "frechet_clinical": "Fréchet distance, clinical features",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
}


def page(report: dict, gallery: dict[str, str]) -> str:
    """The whole page.

    Parameters
    ----------
    report : dict
        As written to `evaluation.json`.
    gallery : dict
        Condition to HTML with its plot.
    """
    default = report["variants"].get(DEFAULT, {})
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>ECGTwin evaluation</title>",
        f"<style>{STYLE}</style>{PAPER}<h1>Evaluation of {escape(report['model'])}</h1>",
        _about(report),
        _bar(report["bar"]),
        _conditions(default),
        _identity(default, report),
        _preservation(default, report),
        _realism(default, report),
        _memorisation(report),
        _variants(report),
        _speed(report),
    ]
    if gallery:
        parts.append("<h2>Every condition in one patient</h2>")
        parts.append(
            "<p class='note'>The reference is the example ECG that comes with pydicom (black); the twins are "
            "synthetic (blue), first draws. 25 mm/s, 10 mm/mV; below, lead II over ten seconds.</p>"
        )
        parts += [f"<h3>{escape(name)}</h3>{plot}" for name, plot in gallery.items()]
    return "\n".join(part for part in parts if part) + "</html>\n"


def _about(report: dict) -> str:
    settings = report["settings"]
    count = ", ".join(f"{n} of {database}" for database, n in report["reference_databases"].items())
    versions = len(report["referees"])
    mixed = f" <b>{versions} versions of the referee measured these rows; delete the work folder and draw again.</b>"
    return (
        "<p class='note'>Everything measured here is synthetic unless it is called real. First draws, no best-of, on "
        f"{len(report['references'])} normal recordings that no training saw ({escape(count)}); seed "
        f"{settings['seed']}, {settings['steps']} steps, strength {settings['strength']:g}; weights "
        f"{escape(report['weights_sha256'][:12])}. Intervals are 95 %: Wilson's for shares, seeded bootstrap for "
        f"the rest. Diamonds are floors or ceilings.{mixed if versions > 1 else ''}</p>"
    )


def _bar(lines: list[dict]) -> str:
    marks = {
        True: "<span class='met'>reached</span>",
        False: "<span class='missed'>missed</span>",
        None: "not measured",
    }
    rows = [
        [escape(one["name"]), escape(one["aim"]), _value(one["value"], one["unit"]), marks[one["met"]]]
        for one in lines
    ]
    return "<h2>The bar</h2>" + table(["figure", "aim", "measured", ""], rows)


def _conditions(default: dict) -> str:
    everything = {**default.get("conditions", {}), **default.get("combinations", {})}
    if not everything:
        return ""
    rows = [Dot(name, f["pass_rate"], f["pass_rate_virtual"]["value"]) for name, f in everything.items()]
    errors = [Dot(name, f["rate_error"]) for name, f in everything.items()]
    most = max([1.0] + [f["rate_error"]["value"] or 0 for f in everything.values()])
    missed = [
        [
            escape(name),
            escape(", ".join(f"{line} {n}" for line, n in list(f["missed"].items())[:4]) or "–"),
            str(f["failed"]),
        ]
        for name, f in everything.items()
    ]
    times = [
        [escape(name), *(_figure(g["timing"][k], "ms") for k in ("r_timing", "r_onset", "p_timing", "p_onset")),
         *(_figure(g["timing"][k], "share") for k in ("r_missed", "r_extra", "p_missed", "p_extra"))]
        for name, g in default["groups"].items()
    ]  # fmt: skip
    return (
        "<h2>Does a twin have what was asked?</h2><p class='note'>Share of first draws that meet every criterion "
        "and the heart rate within 5 %. Diamonds: the same draws performed by virtual patients, whose truth is "
        "known; what they miss is the referee's or the simulator's.</p>"
        + dots(rows, 0, 1, aim=0.9, percent=True)
        + "<h3>What was missed</h3>" + table(["condition", "criteria not met (times)", "not measurable"], missed)
        + "<h2>Heart rate</h2><p class='note'>Mean absolute error, 1/min.</p>" + dots(errors, 0, most, aim=0.2)
        + "<h2>Events of the score</h2><p class='note'>95th percentiles of the absolute error; “timing” is without the "
        "constant by which a beat's onset is found early or late in all beats of a strip that look alike.</p>"
        + table(["group", "R timing", "R onset", "P timing", "P onset", "R missed", "R extra", "P missed", "P extra"], times)
    )  # fmt: skip


def _identity(default: dict, report: dict) -> str:
    everything = {**default.get("conditions", {}), **default.get("combinations", {})}
    if not everything:
        return ""
    rows = [
        Dot(name, f["identity"]["top1"], f["identity_virtual"]["top1"]["value"],
            f"{_value(f['identity']['top1']['value'], 'share')}, equal error {_value(f['identity']['eer'], 'share')}")
        for name, f in everything.items()
    ]  # fmt: skip
    among = next(iter(everything.values()))["identity"]["among"]
    floors = [f["identity"]["floor"] for f in everything.values() if f["identity"]["floor"] is not None]
    again = report["day_to_day"]
    return (
        f"<h2>Is it still the patient?</h2><p class='note'>Share of twins whose base vector is nearest to their own "
        f"patient's among {among}. Diamonds: virtual twins of the same hearts, the extractor's ceiling. Shuffled "
        f"references give {_value(sum(floors) / len(floors) if floors else None, 'share')}. A second real recording of "
        f"the same patient finds the first in {_figure(again['identity']['top1'], 'share')} "
        f"(among {again['identity']['among']}; {again['unseen']} of {again['patients']} patients were never trained on)."
        "</p>" + dots(rows, 0, 1, percent=True)
    )


def _preservation(default: dict, report: dict) -> str:
    rows = [
        [escape(name), escape(quantity), _figure(f["within"], "share"), _figure(f["apart"], "")]
        for name, figures in {**default.get("conditions", {}), **default.get("combinations", {})}.items()
        for quantity, f in figures["preservation"].items()
    ]
    again = ", ".join(f"{escape(k)} {_value(v, '')}" for k, v in report["day_to_day"]["preservation"].items())
    return (
        "<h2>What the condition does not touch</h2><p class='note'>Inside two standard deviations of the patient's own "
        + (
            f"beats, and the median difference (°, mV). Two real recordings of one patient differ by: {again}.</p>"
            + table(["condition", "quantity", "within the patient's spread", "median difference"], rows)
        )
    )


def _realism(default: dict, report: dict) -> str:
    realism = default.get("realism")
    if not realism:
        return ""
    labels = ", ".join(f"{name} {n}" for name, n in realism["labels"].items())
    ratios = [
        Dot(f"{label}: {name}", entry["ratio"], None,
            f"{entry['ratio']['value']:.2f}; real halves {entry['ratio']['floor'][0]:.2f} to {entry['ratio']['floor'][1]:.2f}")
        for label, entries in realism["distributions"].items() for name, entry in entries.items() if "ratio" in entry
    ]  # fmt: skip
    apart = [
        [escape(label), escape(name), *_over_floor(entry["distance"], entry["unit"])]
        for label, entries in realism["distributions"].items()
        for name, entry in entries.items()
    ]
    sets = {
        "twins, all labels": realism,
        **{f"{k}, normal alone": v for k, v in report.get("normal_alone", {}).items()},
    }
    rows = [
        [escape(who), escape(title), *_over_floor(figures[key], "")]
        for key, title in _SPACES.items()
        for who, figures in sets.items()
        if key in figures
    ]
    head = ["value", "real against real", "ratio", "n"]
    return (
        f"<h2>Beside real recordings</h2><p class='note'>Twins asked for at the rates, ages and sexes of real records of "
        f"the label: {escape(labels)}. The floor is the distance of two random halves of the real records, at the "
        "same n and mix.</p>" + table(["set", "figure", *head], rows)
        + "<h3>Medians over those of real records</h3>" + dots(ratios, 0.5, 1.5, aim=1.0)
        + "<h3>Wasserstein distances</h3>" + table(["label", "quantity", *head], apart)
    )  # fmt: skip


def _memorisation(report: dict) -> str:
    if "memorisation" not in report:
        return ""
    rows = [
        [
            escape(name),
            _figure(f["twins"], "mV"),
            _figure(f["unseen"], "mV"),
            _figure(f["ratio"], ""),
            _figure(f["closer"], "share"),
        ]
        for name, f in report["memorisation"].items()
    ]
    head = [
        "twins",
        "to the nearest training record",
        "unseen real records",
        "ratio",
        "nearer than 95 % of the unseen",
    ]
    return "<h2>Copies of training records?</h2>" + table(head, rows)


def _variants(report: dict) -> str:
    rows = []
    for name, variant in report["variants"].items():
        found = variant.get("groups", {}).get("all")
        if found:
            rows.append(
                [escape(name), _figure(found["pass_rate"], "share"), _figure(found["rate_error"], "1/min"),
                 _figure(found["timing"]["r_timing"], "ms"), _figure(found["identity"]["top1"], "share")]
            )  # fmt: skip
    head = ["variant", "criteria met", "heart rate error", "R timing", "top-1"]
    return "<h2>Switched off</h2>" + table(head, rows) if len(rows) > 1 else ""


def _speed(report: dict) -> str:
    runs = report.get("speed", {}).get("runs", [])
    if not runs:
        return ""
    lines: dict[str, list] = {}
    for run in runs:
        lines.setdefault(f"{run['device']}, {run['threads']} threads", []).append(
            (run["steps"], run["seconds"])
        )
    rows = [
        [run["device"], str(run["threads"]), str(run["steps"]), _value(run["seconds"], "s"), _value(run["sampling"], "s"),
         _value(run["error_uv"], "µV")] for run in runs
    ]  # fmt: skip
    head = ["device", "threads", "steps", "a twin, measured", "sampling alone", "from the exact solution"]
    return (
        f"<h2>Seconds a twin</h2><p class='note'>{escape(report['speed']['machine'])}; median of "
        f"{report['speed']['twins_a_run']}.</p>" + curves(lines, "steps", "seconds") + table(head, rows)
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    first = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{first}</tr>{body}</table>"


def _over_floor(found: dict, unit: str) -> list[str]:
    return [_interval(found, unit), _value(found["floor"], unit), _value(found["ratio"], ""), str(found["n"])]


def _figure(found: dict, unit: str) -> str:
    return "–" if found["value"] is None else f"{_interval(found, unit)}, n = {found['n']}"


def _interval(found: dict, unit: str) -> str:
    if found["value"] is None:
        return "–"
    scale = 100 if unit == "share" else 1
    return f"{_value(found['value'], unit)} ({scale * found['low']:.3g} to {scale * found['high']:.3g})"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.3g} %" if unit == "share" else f"{value:.3g} {unit}".strip()
