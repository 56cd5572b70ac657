"""The words that say a page holds something generated. Metadata, for machines, stay English."""

from __future__ import annotations

from html import escape

from ecgtwin_app import __version__
from ecgtwin_app.ecg.signal.filled import in_words
from ecgtwin_app.ecg.signal.recording import Recording
from ecgtwin_app.i18n.words import N_

SYNTHETIC = N_("SYNTHETIC – NOT FOR DIAGNOSIS")
#: Of a page whose recording was filled in in part.
PARTLY = N_("PARTLY SYNTHETIC – NOT FOR DIAGNOSIS")
GHOST = N_("SYNTHETIC – not for diagnosis")
PURPOSE = N_("Education and research only")
#: IPTC's digital source type of media made by a trained model.
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
#: The same of media of which a part was.
PARTLY_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def mark_of(recording: Recording) -> str:
    """The mark of a page that shows a recording with something generated, to be translated."""
    return PARTLY if recording.partly_synthetic else SYNTHETIC


def condition_text(twin: Recording) -> str:
    """What the twin was asked to be: "atrial fibrillation, without left bundle branch block, 90/min"."""
    request = twin.provenance.get("request") or {}
    words = [*(request.get("conditions") or ())]
    if request.get("without"):
        words.append(f"without {' and '.join(request['without'])}")
    words = words or ["condition not stated"]
    if request.get("only"):
        words.append("nothing else kept")
    if request.get("heart_rate"):
        words.append(f"{request['heart_rate']:g}/min")
    return ", ".join(words)


def origin_text(twin: Recording) -> str:
    """Model, weights, seed and program on one line."""
    provenance = twin.provenance
    words = [f"Model {provenance.get('model') or 'not stated'}"]
    if provenance.get("weights_sha256"):
        words.append(f"weights {provenance['weights_sha256'][:8]}")
    if provenance.get("seed") is not None:
        words.append(f"seed {provenance['seed']}")
    if has_simulated_beats(twin):
        words.append("beats simulated")
    words.append(f"ECGTwin Desktop {__version__}")
    return " · ".join(words)


def has_simulated_beats(twin: Recording) -> bool:
    """Whether beats of a condition were made by physiology and not drawn by the model."""
    return bool({"simulated", "mixed"} & set((twin.provenance.get("beats") or {}).values()))


def metadata(twin: Recording | None) -> dict[str, str]:
    """Key and text pairs for the file; they hold nothing of the patient."""
    marks = {"Software": f"ECGTwin Desktop {__version__}", "Purpose": f"{PURPOSE}; not for diagnosis."}
    if twin is not None and twin.partly_synthetic:
        stretches = "; ".join(f"{leads} {a:g}-{b:g} s" for leads, a, b in in_words(twin.filled))
        makers = ", ".join(dict.fromkeys(f"{one.by} (seed {one.seed})" for one in twin.filled))
        marks |= {
            "Synthetic": "PARTLY",
            "Title": f"{PARTLY}: ECG with samples filled in",
            "Description": f"Filled in, not recorded: {stretches}, by {makers}.",
            "DigitalSourceType": PARTLY_TYPE,
        }
    elif twin is not None:
        marks |= {
            "Synthetic": "YES",
            "Title": f"{SYNTHETIC}: ECG digital twin",
            "Description": f"{condition_text(twin)}. {origin_text(twin)}.",
            "DigitalSourceType": SOURCE_TYPE,
        }
    return marks


def xmp(twin: Recording | None) -> bytes:
    """The same as an XMP packet for PDF."""
    marks = metadata(twin)
    title = escape(marks.get("Title", "ECG"))
    description = escape(marks.get("Description", marks["Purpose"]))
    source = (
        f"<Iptc4xmpExt:DigitalSourceType>{marks['DigitalSourceType']}</Iptc4xmpExt:DigitalSourceType>"
        if twin is not None
        else ""
    )
    kind = "PARTLY SYNTHETIC" if twin is not None and twin.partly_synthetic else "SYNTHETIC"
    keywords = f"{kind}, not for diagnosis" if twin is not None else marks["Purpose"]
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>'
        f"<pdf:Keywords>{escape(keywords)}</pdf:Keywords><xmp:CreatorTool>{marks['Software']}</xmp:CreatorTool>"
        f'{source}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
