"""The page on which all generators stand side by side: a row a request, a column a generator, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.engine.comparison import COMPARED, Cell
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.report.page import STYLE, table
from ecgtwin_app.evaluation.report.svg import PAPER, ecg

_STYLE = (
    STYLE
    + """
body { max-width: 120rem } .side { display: grid; gap: 1rem; align-items: start; overflow-x: auto }
figure { margin: 0; min-width: 22rem } figcaption { font-weight: 600 } .synthetic { color: #a32100; font-weight: 600 }
"""
)


def comparison_page(
    names: Sequence[str],
    references: Sequence[Recording],
    requests: Sequence[TwinRequest],
    generators: Sequence[str],
    cells: Sequence[Cell],
) -> str:
    """The whole page.

    Parameters
    ----------
    names : sequence of str
        Of the references; nothing else of them is told but age and sex.
    cells : sequence of Cell
        Of every reference, request and generator.
    """
    found = {(cell.reference, cell.request, cell.generator): cell for cell in cells}
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Generators side by side</title>",
        f"<style>{_STYLE}</style>{PAPER}<h1>Generators side by side</h1>",
        (
            "<p class='note'>The same references and requests, first draws of one seed. <span class='synthetic'>What is blue is "
            "synthetic and not for diagnosis.</span> Criteria are the published ones of what was asked, measured by the referee on "
            "the drawn ECG; seconds are those of sampling and decoding. 25 mm/s, 10 mm/mV. A generator of new patients looks at no "
            "reference: it was told age and sex. One draw is an example and no measurement of a generator: see the evaluation.</p>"
        ),
        _sums(requests, generators, cells),
    ]
    for place, (name, reference) in enumerate(zip(names, references, strict=True)):
        parts.append(f"<h2>{escape(name)}</h2>")
        parts.append(
            f"<figure style='max-width: 60rem'>{ecg(ten_seconds(reference), 'The reference')}</figure>"
        )
        for number, request in enumerate(requests):
            row = [found[place, number, id] for id in generators if (place, number, id) in found]
            parts.append(f"<h3>{escape(_asked(request))}</h3>")
            columns = " ".join(["minmax(22rem, 1fr)"] * len(row))
            parts.append(f"<div class='side' style='grid-template-columns: {columns}'>")
            parts += [_figure(cell) for cell in row]
            parts.append("</div>")
    return "\n".join(parts) + "</html>\n"


def _sums(requests: Sequence[TwinRequest], generators: Sequence[str], cells: Sequence[Cell]) -> str:
    """How many met what was asked, of how many that could be made, and the seconds."""
    rows = []
    for number, request in enumerate(requests):
        row = [escape(_asked(request))]
        for id in generators:
            own = [c.twin for c in cells if (c.request, c.generator) == (number, id) and c.twin is not None]
            if not own:
                row.append("–")
                continue
            seconds = sorted(twin.seconds for twin in own)[len(own) // 2]
            row.append(f"{sum(twin.met for twin in own)} of {len(own)} met, {seconds:.2f} s")
        rows.append(row)
    return table(["asked", *(COMPARED[id].title for id in generators)], rows)


def _figure(cell: Cell) -> str:
    title = f"<figcaption>{escape(COMPARED[cell.generator].title)}</figcaption>"
    if cell.twin is None:
        return f"<figure>{title}<p class='note'>{escape(str(cell.reason))}</p></figure>"
    twin = cell.twin
    missed = ", ".join(str(line.name) for line in twin.judged if not line.met)
    words = f"<p class='missed'>Missed: {escape(missed)}. " if missed else "<p class='met'>All criteria met. "
    rate = twin.measurements.get("heart_rate")
    said = [
        f"{rate:.0f}/min" if rate is not None else "no rate measurable",
        f"{twin.seconds:.2f} s",
        f"seed {twin.seed}",
    ]
    said += ["a new patient"] if cell.of_nobody else []
    alike = twin.identity_similarity
    said += [f"likeness to the patient {alike:.2f}"] if alike is not None else []
    picture = ecg(twin.recording, f"Synthetic, by {cell.generator}")
    return f"<figure>{title}{picture}{words}</p><p>{escape(', '.join(said))}</p></figure>"


def _asked(request: TwinRequest) -> str:
    words = " + ".join(request.conditions) + (", nothing else" if request.only else "")
    return words if request.heart_rate is None else f"{words}, {request.heart_rate:g}/min"
