"""A gallery: every condition in a healthy and two sick patients, beside a real recording of it where there is one.

Real recordings of the data folder are drawn as pictures with their database's citation; all databases of the folder
are CC BY 4.0 or ODC-BY 1.0, which allow that.
"""

from __future__ import annotations

import zlib
from html import escape
from pathlib import Path

from ecgtwin_app.conditions.verdict import OF_WHAT_IS_ASKED
from ecgtwin_app.conditions.vocabulary import NORMAL, load_vocabulary
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.metrics.intervals import share
from ecgtwin_app.evaluation.protocols.lines import Outcome, Table, line
from ecgtwin_app.evaluation.protocols.references import findings_of, healthy, sick
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.report.svg import PAPER, ecg
from ecgtwin_app.evaluation.runs.real_set import has_label
from ecgtwin_app.training.collections.records import RealRecord

PART = "gallery"
#: Licences that allow a drawing with citation, by database.
LICENCES = {
    "PTB-XL": "PTB-XL 1.0.3, CC BY 4.0",
    "LUDB": "LUDB 1.0.1, ODC-BY 1.0",
    "CPSC2018": "CPSC 2018, CC BY 4.0",
    "CPSC-Extra": "CPSC-Extra, CC BY 4.0",
    "Chapman-Shaoxing/Ningbo": "Chapman-Shaoxing and Ningbo, CC BY 4.0",
    "PTB Diagnostic": "PTB Diagnostic ECG Database, ODC-BY 1.0",
    "Georgia G12EC": "Georgia 12-lead ECG Challenge Database, CC BY 4.0",
}
_STYLE = "body{font:14px system-ui;max-width:70rem;margin:1rem auto}svg{width:100%}.missed{color:#a32100}"


def run(setting: Setting) -> Outcome:
    """Draw what is missing; a page a condition below the work folder, and which criteria were missed."""
    folder = setting.work / PART
    folder.mkdir(parents=True, exist_ok=True)
    # One healthy and two sick patients at full size as at a small one: the gallery is to be looked at.
    patients = [*healthy(setting.records, 1, 500), *sick(setting.records, 2, 500)]
    rows, links = [], []
    for condition in load_vocabulary():
        if not setting.engine.knows(condition):
            continue
        parts = [f"<style>{_STYLE}</style>{PAPER}<h1>{escape(condition.name)}</h1>"]
        for record in patients:
            setting.check_time()
            text, met, missed = _twin(setting, folder, record, condition.name)
            parts.append(text)
            shows = ", ".join(f.name for f in findings_of(record)) or "healthy"
            rows.append((condition.name, record.key, shows, "yes" if met else "no", missed))
        parts.append(_real(setting, condition.name))
        name = condition.name.replace(" ", "_") + ".html"
        (folder / name).write_text("\n".join(parts), encoding="utf-8")
        links.append(f"<li><a href='{name}'>{escape(condition.name)}</a></li>")
    (folder / "index.html").write_text("<ul>" + "".join(links) + "</ul>", encoding="utf-8")
    return Outcome(
        PART,
        "What does every condition look like in three patients?",
        f"First draws; the pages lie in {folder.name}/ of the work folder.",
        (line("pictures that meet their criteria", share([row[3] == "yes" for row in rows])),),
        (
            Table(
                "Every picture", ("condition", "reference", "it shows", "criteria met", "missed"), tuple(rows)
            ),
        ),
    )


def _twin(setting: Setting, folder: Path, record: RealRecord, name: str) -> tuple[str, bool, str]:
    """Picture of one twin as HTML, whether it meets its criteria, and what it misses; kept in the folder."""
    wanted = TwinRequest((name,), seed=setting.seed)
    kept = folder / f"{zlib.crc32(f'{name}/{record.key}/{setting.seed}'.encode()):08x}.svg"
    shows = ", ".join(f.name for f in findings_of(record)) or "healthy"
    if kept.exists():
        head, _, picture = kept.read_text(encoding="utf-8").partition("\n")
        missed = head.strip()
    else:
        try:
            (twin,) = setting.engine.generate(record.recording, wanted)
            asked = [one for one in twin.asked_got if one.kind in OF_WHAT_IS_ASKED]
            missed = ", ".join(one.name for one in asked if one.met is False)
            picture = ecg(twin.recording, f"Synthetic: {name}")
        except EcgError as error:
            missed, picture = str(error), ""
        kept.write_text(f"{missed}\n{picture}", encoding="utf-8")
    title = f"<h3>Synthetic: {escape(record.key)} ({escape(shows)})</h3>"
    return (
        title + (f"<p class='missed'>Missed: {escape(missed)}</p>" if missed else "") + picture,
        not missed,
        missed,
    )


def _real(setting: Setting, name: str) -> str:
    """A real recording that its database calls so, the first by key, normal ones aside."""
    found = [
        r for r in setting.records
        if r.recording.rate == 500 and r.database in LICENCES and has_label(r, name) and (name == NORMAL or findings_of(r))
    ]  # fmt: skip
    for record in sorted(found, key=lambda r: (len(r.labels), r.key)):
        title = f"<h3>Real: {escape(record.key)}, {escape(', '.join(record.labels))} ({LICENCES[record.database]})</h3>"
        return title + ecg(ten_seconds(record.recording), f"Real: {name}")
    return "<p>No real recording of it is in the data.</p>"
