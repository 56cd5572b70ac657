"""Block between atria and ventricles."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import av_block
from ecgtwin_app.conditions.record import Condition, Labels, Severity, Taught
from ecgtwin_app.conditions.records.shared import BEAT, KUSUMOTO_2018, LIKE_LEFT_BUNDLE_BRANCH_BLOCK

RECORDS = (
    Condition(
        name="first-degree AV block",
        group="conduction",
        synonyms=(
            "1AVB",
            "AVB1",
            "AVB I",
            "I-AVB",
            "first degree atrioventricular block",
            "1st degree AV block",
            "first degree AV block",
            "I degree AV block",
            "prolonged PR interval",
        ),
        codes={"scp": "1AVB", "aha": "82", "mdc": "MDC_ECG_RHY_AV_HEART_BLK_DEG_1", "snomed": "270492004"},
        rate_range=(45.0, 100.0),
        rate_limits=(30.0, 100.0),
        # Measured, 33 patients.
        usual_rates=(53.0, 67.0, 90.0),
        default_rate=None,
        criteria="PR longer than 200 ms, every P followed by a QRS.",
        source=KUSUMOTO_2018,
        teaching=(
            "Every P is conducted, but late, most often held up in the AV node. It is a delay rather "
            "than a block."
        ),
        criterion=av_block.first_degree_av_block,
        limits={"pr": (201.0, 400.0)},
        preserves=BEAT,
        own_pr=True,
        severity=Severity("PR", 0.21, 0.34),
        goes_with=("premature atrial complex", "ventricular premature complex", "ventricular bigeminy"),
        measured_with="inferior STEMI",
        taught=Taught(1.2, rates=(42.0, 115.0)),
        labels=Labels(
            means=(
                "1avb",
                "i-avb",
                "1st degree av block",
                "first degree av block",
                "i degree av block",
                "lpr",
            ),
            sentence=r"(1st|first)[- ]degree (a-?v|atrioventricular) block|prolonged pr",
        ),
    ),
    Condition(
        name="Wenckebach AV block",
        group="conduction",
        synonyms=(
            "Wenckebach",
            "Mobitz I",
            "Mobitz type I",
            "Mobitz I AV block",
            "second-degree AV block type I",
            "2nd degree AV block type 1",
            "AVB II Wenckebach",
        ),
        codes={"aha": "83", "snomed": "54016002"},
        rate_range=(40.0, 80.0),
        rate_limits=(30.0, 80.0),
        # Sinus rates of rest less the dropped beats.
        usual_rates=(42.0, 58.0, 74.0),
        default_rate=None,
        criteria=(
            "P waves at a steady rate; PR grows from beat to beat until a QRS drops, and is shorter "
            "after the pause."
        ),
        source=KUSUMOTO_2018,
        teaching=(
            "The AV node tires: each P takes longer to pass, until one does not. RR shortens before "
            "the pause, as PR grows by less each time; common in sleep and in inferior infarction."
        ),
        criterion=av_block.wenckebach_av_block,
        no_pr="it grows from beat to beat",
        preserves=BEAT,
        drops_beats=True,
        severity=Severity("PR range", 0.05, 0.3),
        taught=Taught(1.4, rates=(38.0, 95.0)),
        labels=Labels(sentence=r"wenckebach|mobitz (1|i)\b"),
    ),
    Condition(
        name="Mobitz II AV block",
        group="conduction",
        synonyms=(
            "Mobitz II",
            "Mobitz 2",
            "Mobitz type II",
            "second-degree AV block type II",
            "2nd degree AV block type 2",
            "AVB II Mobitz",
        ),
        codes={"aha": "84", "snomed": "28189009"},
        rate_range=(30.0, 80.0),
        rate_limits=(30.0, 80.0),
        # Sinus rates of rest less the dropped beats.
        usual_rates=(36.0, 52.0, 70.0),
        default_rate=None,
        criteria=(
            "P waves at a steady rate; single QRS drop without warning while PR stays the same, with "
            "at least two P in a row conducted somewhere."
        ),
        source=KUSUMOTO_2018,
        teaching=(
            "The block sits below the AV node, in the bundle of His or its branches, so all or "
            "nothing passes and the QRS is often wide. It may turn into complete block at any moment."
        ),
        criterion=av_block.mobitz_ii_av_block,
        preserves=BEAT,
        drops_beats=True,
        severity=Severity("dropped beats", 0.15, 0.6),
        taught=Taught(1.3, rates=(32.0, 90.0)),
        labels=Labels(sentence=r"mobitz (2|ii)\b"),
    ),
    Condition(
        name="complete AV block",
        group="conduction",
        synonyms=(
            "third-degree AV block",
            "3rd degree AV block",
            "CHB",
            "complete heart block",
            "AVB III",
            "AV block III",
            "total AV block",
        ),
        codes={"scp": "3AVB", "aha": "88", "mdc": "MDC_ECG_RHY_AV_HEART_BLK_DEG_3", "snomed": "27885002"},
        rate_range=(25.0, 49.0),
        rate_limits=(30.0, 49.0),
        # Escape rhythms of the junction, 40 to 60/min, or of the ventricles, 20 to 40/min (Kusumoto et al. 2018).
        usual_rates=(32.0, 40.0, 48.0),
        default_rate=40,
        criteria=(
            "QRS regular and below 50 per minute; P waves faster and without any fixed distance to them."
        ),
        source=KUSUMOTO_2018,
        teaching=(
            "Atria and ventricles beat to two clocks. A narrow escape rhythm comes from the junction, "
            "a wide and slower one from the ventricles."
        ),
        criterion=av_block.complete_av_block,
        no_pr="P and QRS have nothing to do with each other",
        larger_waves=LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
        longest_qrs=260.0,
        led_by_ventricles=True,
        drops_beats=True,
        severity=Severity("slowness of the escape", -50.0, -26.0),
        own_beats="ventricular",
        taught=Taught(1.4, rates=(28.0, 50.0)),
        labels=Labels(
            means=("3avb", "iii degree av-block"),
            sentence=r"(complete|(3rd|third)[- ]degree) (heart|a-?v|atrioventricular) block",
        ),
    ),
)
