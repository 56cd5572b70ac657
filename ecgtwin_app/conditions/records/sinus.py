"""Sinus rhythm and what changes its rate or its steadiness."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import rhythm
from ecgtwin_app.conditions.record import Condition, Labels, Severity, Taught
from ecgtwin_app.conditions.records.shared import (
    BEAT,
    CHOU_2008,
    KUSUMOTO_2018,
    MASON_2007,
    NORMAL_PR,
    PAGE_2015,
    cited,
)

#: What goes with a sinus rhythm.
WITH_SINUS = (
    "sinus arrhythmia",
    "premature atrial complex",
    "ventricular premature complex",
    "ventricular bigeminy",
    "first-degree AV block",
    "Wenckebach AV block",
    "Mobitz II AV block",
    "complete AV block",
    "ventricular pacing",
    "ventricular tachycardia",
)

RECORDS = (
    Condition(
        name="sinus rhythm",
        group="rhythm",
        synonyms=("normal sinus rhythm", "sinus", "SR", "NSR", "normal", "normal ECG", "NORM", "healthy"),
        codes={"scp": "SR", "aha": "20", "mdc": "MDC_ECG_RHY_SINUS_RHY", "snomed": "426783006"},
        rate_range=(60.0, 100.0),
        rate_limits=(60.0, 100.0),
        # Measured, 187 patients.
        usual_rates=(61.0, 73.0, 94.0),
        default_rate=70,
        criteria=(
            "A P wave before at least 90 % of the QRS, PR 120 to 200 ms, RR variation below 10 %, 60 "
            "to 100 per minute."
        ),
        source=MASON_2007,
        teaching=(
            "The sinus node leads: every QRS is announced by a P that is upright in I and II. Small "
            "variation of the RR interval with breathing is healthy."
        ),
        criterion=rhythm.sinus_rhythm,
        limits={"pr": NORMAL_PR},
        preserves=BEAT,
        sinus=True,
        goes_with=WITH_SINUS,
        taught=Taught(3.0, rates=(38.0, 180.0)),
        labels=Labels(
            means=(
                "sr",
                "sbrad",
                "stach",
                "sarrh",
                "sinus rhythm",
                "sinus bradycardia",
                "sinus tachycardia",
                "sinus arrhythmia",
                "irregular sinus rhythm",
            ),
            doubtful=(
                "normal",
                "norm",
                "healthy control",
                "pace",
                "pacemaker presence, undefined",
            ),
            sentence=r"sinus (rhythm|brady|tachy|arrhythmia)",
            contradicts=(
                "atrial fibrillation",
                "atrial flutter",
                "supraventricular tachycardia",
                "junctional rhythm",
            ),
        ),
    ),
    Condition(
        name="sinus bradycardia",
        group="rhythm",
        synonyms=("slow sinus rhythm", "SB", "brady", "bradycardia"),
        codes={"scp": "SBRAD", "aha": "22", "mdc": "MDC_ECG_RHY_SINUS_BRADY", "snomed": "426177001"},
        rate_range=(35.0, 59.0),
        rate_limits=(30.0, 59.0),
        # Measured, 41 patients.
        usual_rates=(47.0, 54.0, 58.0),
        default_rate=50,
        criteria=(
            "A P wave before at least 90 % of the QRS, PR 120 to 200 ms, RR variation below 10 %, "
            "below 60 per minute."
        ),
        source=cited(MASON_2007, KUSUMOTO_2018),
        teaching=(
            "Sinus rhythm below 60 per minute, common in athletes, in sleep and with beta blockers. "
            "The QT interval lengthens with the RR interval, but less than in proportion."
        ),
        criterion=rhythm.sinus_bradycardia,
        limits={"pr": NORMAL_PR},
        preserves=BEAT,
        sinus=True,
        sinus_node_rate=(45.0, 59.0),
        told_as="sinus rhythm",
        goes_with=WITH_SINUS,
        labels=Labels(means=("sbrad", "sinus bradycardia")),
    ),
    Condition(
        name="sinus tachycardia",
        group="rhythm",
        synonyms=("fast sinus rhythm", "ST rhythm", "tachy", "tachycardia"),
        codes={"scp": "STACH", "aha": "21", "mdc": "MDC_ECG_RHY_SINUS_TACHY", "snomed": "427084000"},
        rate_range=(101.0, 180.0),
        rate_limits=(101.0, 180.0),
        # Measured, 30 patients.
        usual_rates=(103.0, 113.0, 161.0),
        default_rate=120,
        criteria=(
            "A P wave before at least 90 % of the QRS, PR 120 to 200 ms, RR variation below 10 %, "
            "above 100 per minute."
        ),
        source=cited(MASON_2007, PAGE_2015),
        teaching=(
            "Sinus rhythm above 100 per minute: fever, pain, bleeding, heart failure, exercise. The P "
            "wave moves towards the T wave before it and may hide on its downslope."
        ),
        criterion=rhythm.sinus_tachycardia,
        limits={"pr": NORMAL_PR},
        preserves=BEAT,
        sinus=True,
        sinus_node_rate=(101.0, 130.0),
        told_as="sinus rhythm",
        goes_with=WITH_SINUS,
        labels=Labels(means=("stach", "sinus tachycardia")),
    ),
    Condition(
        name="sinus arrhythmia",
        group="rhythm",
        synonyms=("respiratory sinus arrhythmia", "RSA", "irregular sinus rhythm", "phasic sinus arrhythmia"),
        codes={"scp": "SARRH", "aha": "23", "mdc": "MDC_ECG_RHY_SINUS_ARRHY", "snomed": "427393009"},
        rate_range=(45.0, 95.0),
        rate_limits=(35.0, 110.0),
        # Measured, 30 patients.
        usual_rates=(54.0, 66.0, 81.0),
        default_rate=65,
        criteria=(
            "A P wave before at least 90 % of the QRS, PR 120 to 200 ms, RR intervals that differ by "
            "more than 120 ms."
        ),
        source=cited(MASON_2007, CHOU_2008),
        teaching=(
            "The sinus node hurries as one breathes in and slows as one breathes out, most in the "
            "young. P waves stay alike, which tells it from premature beats."
        ),
        criterion=rhythm.sinus_arrhythmia,
        limits={"pr": NORMAL_PR},
        preserves=BEAT,
        sinus=True,
        uneven=True,
        severity=Severity("RR range", 0.15, 0.38),
        goes_with=WITH_SINUS,
        taught=Taught(1.2, rates=(42.0, 95.0)),
        labels=Labels(
            means=("sarrh", "sinus arrhythmia", "irregular sinus rhythm"),
            silent=True,
            sentence=r"sinus arrhythmia",
        ),
    ),
)
