"""Flutter at any rate: asked at the rates that its blocks give and at those between, and at the reference's own."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ecgtwin_app.conditions.vocabulary import with_atria
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.protocols.lines import Outcome, Table, line, worst
from ecgtwin_app.evaluation.protocols.references import healthy, sick
from ecgtwin_app.evaluation.protocols.setting import Setting

PART = "flutter"
#: Ventricular rates (1/min); None: the reference's own.
RATES = (60.0, 75.0, 90.0, 100.0, 120.0, 140.0, 150.0, None)


def run(setting: Setting) -> Outcome:
    """Draw what is missing; the outcome of all rows."""
    store, rows = setting.store(PART), []
    name = with_atria("flutter").name
    half = (setting.references + 1) // 2
    chosen = [*healthy(setting.records, half, 500), *sick(setting.records, setting.references - half, 500)]
    for rate in RATES:
        for number, record in enumerate(chosen):
            about = {"reference": record.key, "rate": rate}
            wanted = TwinRequest((name,), heart_rate=rate, seed=setting.seed + number)
            rows.append(setting.draw(store, f"{rate or 'own'}/{record.key}", record.recording, wanted, about))
    return outcome(setting.judged(store, rows))


def outcome(rows: list[dict]) -> Outcome:
    """Lines and tables of flutter."""
    table = []
    for rate in dict.fromkeys(row["rate"] for row in rows):
        own = [row for row in rows if row["rate"] == rate]
        missed = Counter(text for row in own for text in row.get("missed", [row.get("failed", "")]))
        table.append(("the reference's own" if rate is None else f"{rate:g}/min", len(own),
                      float(np.mean([row.get("met", False) for row in own])),
                      ", ".join(f"{text} {n}" for text, n in missed.most_common(3))))  # fmt: skip
    bad = worst(table, 2, less=False)
    lines = (
        line("atrial flutter: criteria met at any rate", share([row.get("met", False) for row in rows]), aim=0.9,
             note=f"worst: {bad[0]} {bad[2]:.0%}" if bad else ""),
        line("the judge sees flutter", share([row["judged"].get("atrial flutter", 0) >= 0.5 for row in rows if "judged" in row])),
    )  # fmt: skip
    return Outcome(
        PART,
        "Is flutter made at whatever rate is asked?",
        "Healthy and sick held-out references, eight rates each.",
        lines,
        (Table("By rate", ("rate", "n", "met", "missed most"), tuple(table)),),
    )
