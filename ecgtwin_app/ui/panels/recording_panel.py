"""What is known of the open recording: signal, criteria met, and what the device stored with it."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QTextBrowser

from ecgtwin_app.conditions.together import contradictions
from ecgtwin_app.ecg.measurement.doubts import doubts, is_exchanged
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_, tr, translate
from ecgtwin_app.session.session import Session
from ecgtwin_app.ui.jobs.reading import verdict_words
from ecgtwin_app.ui.widgets.tables import difference, number

#: The device's values: its key in `Recording.device`, words, unit, and what it is compared with in `ecg.measurement.measure`.
DEVICE_VALUES = (
    ("heart rate", N_("Heart rate"), "1/min", "heart_rate"),
    ("RR", N_("RR"), "ms", "rr_mean"),
    ("P", N_("P duration"), "ms", "p_duration"),
    ("PR", N_("PR"), "ms", "pr"),
    ("QRS", N_("QRS"), "ms", "qrs"),
    ("QT", N_("QT"), "ms", "qt"),
    ("QTc", N_("QTc by the device's formula"), "ms", ""),
    ("P axis", N_("P axis"), "°", "p_axis"),
    ("QRS axis", N_("QRS axis"), "°", "qrs_axis"),
    ("T axis", N_("T axis"), "°", "t_axis"),
)


class RecordingPanel(QTextBrowser):
    """Read only; nothing in it is generated, and nothing is a diagnosis."""

    def __init__(self):
        super().__init__(openLinks=False)
        self.setAccessibleName(tr("The open recording"))
        self._html = ""

    def show_session(self, session: Session) -> None:
        """Show the reference of a session; showing the same again costs nothing."""
        html = "".join(_section(title, body) for title, body in _sections(session) if body)
        if html != self._html:
            self._html = html
            self.setHtml(html)


def _sections(session: Session) -> list[tuple[str, str]]:
    recording = session.reference
    if recording is None:
        return [(tr("Recording"), escape(tr("No ECG is open.")))]
    measured = session.measured(recording)
    minded = doubts(measured) if measured else []
    return [
        (tr("Signal"), _signal(session)),
        (tr("Filled in, not recorded"), _filled(recording)),
        (tr("Please note"), _lines(map(translate, minded))),
        (tr("Criteria met, as measured here"), _criteria(measured)),
        (tr("The device's own values"), _device(recording, measured)),
        (tr("The device's own statements"), _statements(recording)),
        (
            tr("Since the file was read"),
            _lines(map(translate, recording.history)) or tr("nothing was changed"),
        ),
    ]


def _signal(session):
    words = [verdict_words(session.verdict)] if session.verdict is not None else []
    words += [translate(note) for note in session.quality if is_exchanged(note)]
    return _lines(words)


def _filled(recording: Recording) -> str:
    """Each stretch that a generator filled in, by whom, and how sure it was."""
    lines = []
    for one in recording.filled:
        words = tr("{lead} {start} to {end} s").format(
            lead=one.lead, start=number(one.start, 2), end=number(one.end, 2)
        )
        words += f" · {tr('by {generator}, seed {seed}').format(generator=one.by, seed=one.seed)}"
        if one.spread is not None:
            words += f" · {tr('band of 80 %: {width} mV').format(width=number(one.spread, 2))}"
        lines.append(words)
    return _lines(lines)


def _criteria(measured):
    if "criteria_met" not in measured:  # a session of an earlier version
        return ""
    names = [tr(name) for name in measured["criteria_met"]]
    note = tr("Which published criteria the measurements meet; not a diagnosis.")
    notes = " ".join([*map(translate, contradictions(measured["criteria_met"])), note])
    return f"{_lines(names) or '–'}<br><small>{escape(notes)}</small>"


def _device(recording: Recording, measured: dict) -> str:
    rows = []
    for key, words, unit, own in DEVICE_VALUES:
        if key not in recording.device:
            continue
        theirs = recording.device[key]
        ours = measured.get(own) if own else None
        ours = 1000 * ours if own == "rr_mean" and ours is not None else ours
        change = difference(theirs, ours, 0, around=360 if unit == "°" else None)
        cells = (f"{tr(words)}, {unit}", number(theirs, 0), number(ours, 0), number(change, 0, "+"))
        rows.append(_row(cells, "td"))
    if not rows:
        return ""
    head = _row(("", tr("Device"), tr("Here"), "Δ"), "th")
    return f"<table cellspacing='0' cellpadding='2' width='100%'>{head}{''.join(rows)}</table><br>"


def _row(cells, tag):
    first, *others = (escape(cell) for cell in cells)
    values = "".join(f"<{tag} align='right'><small>{cell}</small></{tag}>" for cell in others)
    return f"<tr><{tag} align='left'><small>{first}</small></{tag}>{values}</tr>"


def _statements(recording: Recording) -> str:
    if not recording.statements:
        return ""
    note = tr(
        "As the file has them, of the device or its reader; this program neither made nor checked them."
    )
    return f"{_lines(recording.statements)}<br><small>{escape(note)}</small>"


def _lines(texts) -> str:
    return "<br>".join(escape(str(text)) for text in texts)


def _section(title, body):
    heading = f"<p style='margin:0 0 1px 0; font-weight:600'><small>{escape(title)}</small></p>"
    return f"{heading}<div style='margin:0 0 10px 0'>{body}</div>"
