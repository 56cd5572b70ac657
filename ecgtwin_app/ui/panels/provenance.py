"""Where reference and twin come from, and what was checked of a heat map, as paragraphs to read."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QTextBrowser

from ecgtwin_app.attribution.methods import CHECKS
from ecgtwin_app.engine.request import HeatMap
from ecgtwin_app.i18n.words import N_, figure, number, plural, tr, translate
from ecgtwin_app.report.marking import GHOST
from ecgtwin_app.session.condition_names import names_text
from ecgtwin_app.session.session import Session

#: What more recordings of the same patient are used for.
OTHERS_ARE_FOR = N_(
    "What is personal in the next twins is pooled over the reference and these recordings, so that it depends less"
    " on one recording's noise and electrodes. Rhythm and beat stay those of the reference."
)
#: How the beats of a condition were made, by `generators.base.Beats`.
BEATS = {
    "recorded": N_("the patient's own"),
    "drawn": N_("drawn by the model"),
    "simulated": N_("simulated by physiology"),
    "mixed": N_("made in several ways"),
}


class Paragraphs(QTextBrowser):
    """Named paragraphs; showing the same ones again costs nothing."""

    def __init__(self, name: str):
        super().__init__(openLinks=False)
        self._rows: list[tuple[str, str]] = []
        self.setAccessibleName(name)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        """Each row is a name and its words."""
        if rows != self._rows:
            self._rows = rows
            self.setHtml(
                "".join(
                    f"<p style='margin:0 0 7px 0'><small>{escape(name)}</small><br>{_breakable(str(text))}</p>"
                    for name, text in rows
                )
            )


def others_words(session: Session) -> str:
    """ "+ 2 recordings of the same patient", "" without any."""
    count = len(session.others)
    words = plural("+ {n} recording of the same patient", "+ {n} recordings of the same patient", count)
    return words if count else ""


def provenance_of(session: Session) -> list[tuple[str, str]]:
    """Where reference and twin come from, as a list. Nothing that identifies the patient."""
    rows = []
    reference = session.reference
    if reference is not None:
        rows += [
            (tr("Reference"), _recording_words(reference)),
        ]
        if session.others:
            rows.append((others_words(session), "; ".join(map(_recording_words, session.others))))
    if session.twin is not None:
        twin, origin = session.twin, session.twin.recording.provenance
        request = twin.request
        rows += [
            (tr("Twin"), tr(GHOST)),
            (tr("Model"), origin.get("model", "–")),
            (tr("Weights SHA-256"), origin.get("weights_sha256", "–")),
            (tr("Reference SHA-256"), origin.get("reference_sha256", "–")),
            *((tr("Pooled with SHA-256"), digest) for digest in origin.get("pooled_sha256", ())),
            (tr("Conditions"), names_text(request.conditions, ", ")),
            (tr("Seed, steps, strength"), f"{twin.seed}, {request.steps}, {figure(request.strength)}"),
            (
                tr("Rhythm"),
                tr("performed from a rhythm score") if twin.score else tr("invented by the model"),
            ),
            *_beats_row(origin),
            (tr("Lead law residual"), f"{figure(twin.lead_law_residual_uv, '.2g')} µV"),
            (tr("Versions"), ", ".join(f"{k} {v}" for k, v in origin.get("versions", {}).items()) or "–"),
        ]
    return rows


def _beats_row(origin: dict) -> list[tuple[str, str]]:
    """How the beats of each condition were made; nothing where the file does not say."""
    said_of = [
        f"{tr(name)}: {tr(BEATS[way])}" for name, way in origin.get("beats", {}).items() if way in BEATS
    ]
    return [(tr("Beats"), "; ".join(said_of))] if said_of else []


def _recording_words(recording) -> str:
    words = f"{recording.source}, {figure(recording.rate)} Hz, {number(recording.duration, 1)} s"
    if not recording.synthetic:
        return words
    origin = recording.provenance
    drawn = tr("synthetic, by {model}, seed {seed}")
    return f"{words}; " + drawn.format(model=origin.get("model", "–"), seed=origin.get("seed", "–"))


def checks_of(heatmap: HeatMap) -> list[tuple[str, str]]:
    """What is known about a heat map, and what it must not be taken for."""
    rows = [
        (
            tr("Method"),
            ", ".join(
                (tr(heatmap.method), tr(heatmap.unit))
                + (() if heatmap.per_lead else (tr("one course for all leads"),))
            ),
        )
    ]
    for name, value in heatmap.checks.items():
        if (check := CHECKS.get(name)) is None:
            continue  # of a later version
        figures = shown(100 * value if check.unit == "%" else value)
        rows.append((tr(check.title), f"{figures} {check.unit}".strip() + f". {tr(check.meaning)}"))
    rows.append(
        (
            tr("How to read it"),
            tr("Associated with the model's output; never a cause, never a diagnosis."),
        )
    )
    return rows


def shown(value: float | str | None) -> str:
    """A measured value for the table; a dash where it could not be measured."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, (int, float)):
        if 0 < abs(value) < 0.001:
            return f"< {figure(0.001)}"
        return figure(value, ".3g") if abs(value) < 100 else figure(value, ".0f")
    return translate(value)


def _breakable(text):
    """Hashes may break every eight characters."""
    return " ".join(
        "\u200b".join(word[k : k + 8] for k in range(0, len(word), 8)) if len(word) > 40 else escape(word)
        for word in text.split(" ")
    )
