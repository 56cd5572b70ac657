"""Repolarisation: long QT, potassium, sodium channels."""

from __future__ import annotations

import math

from ecgtwin_app.conditions.criteria import repolarisation
from ecgtwin_app.conditions.record import Condition, Exclusion, Labels, Taught
from ecgtwin_app.conditions.records.shared import CHOU_2008, QRS, cited

RECORDS = (
    Condition(
        name="long QT",
        group="metabolic",
        synonyms=("LQT", "LQTS", "prolonged QT", "prolonged QT interval", "long QT syndrome"),
        codes={"scp": "LNGQT", "aha": "148", "snomed": "111975006"},
        rate_range=(45.0, 100.0),
        default_rate=None,
        criteria="QT corrected for rate (Fridericia) of at least 480 ms.",
        source="Priori SG et al., 2015 ESC guideline on ventricular arrhythmias, Eur Heart J 2015;36:2793",
        teaching=(
            "The ventricles recover late; early afterdepolarisations may start torsades de pointes. "
            "Drugs and low potassium are more often the cause than genes."
        ),
        criterion=repolarisation.long_qt,
        changes=("t",),
        preserves=QRS,
        least_qtc=480.0,
        taught=Taught(1.1),
        labels=Labels(
            means=("lngqt", "prolonged qt interval"), silent=True, sentence=r"prolonged qt|long qt"
        ),
    ),
    Condition(
        name="hyperkalaemia",
        group="metabolic",
        synonyms=("hyperkalemia", "high potassium", "hyperpotassaemia", "tented T"),
        codes={"aha": "208", "snomed": "14140009"},
        rate_range=(40.0, 110.0),
        default_rate=None,
        criteria=(
            "A T wave on a narrow base taller than 0.5 mV in a limb or 1 mV in a chest lead, with a "
            "flattened P or a QRS above 110 ms."
        ),
        source=cited("Braun HA, Surawicz B, Bellet S, Am J Med Sci 1955;230:147", CHOU_2008),
        teaching=(
            "First the T waves become tall, narrow and pointed; then P flattens and PR lengthens; "
            "then the QRS widens into a sine wave. Calcium first, then the cause."
        ),
        criterion=repolarisation.hyperkalaemia,
        larger_waves={"T limb": math.inf, "T chest": math.inf},
        longest_qrs=260.0,
        changes=("p", "qrs", "t"),
        wide_qrs=True,
        own_pr=True,
        drawn_pr=(0.16, 0.25),
        excludes=(
            Exclusion(
                (
                    "incomplete right bundle branch block",
                    "left anterior fascicular block",
                    "left posterior fascicular block",
                    "left atrial enlargement",
                    "right atrial enlargement",
                    "anterior STEMI",
                    "inferior STEMI",
                    "ST depression",
                    "T inversion",
                    "left ventricular strain",
                    "Brugada type 1",
                    "long QT",
                ),
                "its wide QRS, flat P and peaked T leave no room for the other",
            ),
        ),
        taught=Taught(1.4),
        labels=Labels(silent=True, sentence=r"hyperkal"),
    ),
    Condition(
        name="Brugada type 1",
        group="metabolic",
        synonyms=("Brugada", "Brugada pattern", "Brugada syndrome", "coved ST"),
        codes={"aha": "202", "snomed": "418818005"},
        rate_range=(50.0, 100.0),
        default_rate=None,
        criteria="Coved ST elevation of at least 0.2 mV in V1 or V2 that falls into an inverted T.",
        source="Priori SG et al., HRS/EHRA/APHRS expert consensus statement, Heart Rhythm 2013;10:1932",
        teaching=(
            "A sodium channel disorder of the right ventricular outflow tract: the J point stands "
            "high and ST falls like a slide into a negative T. Fever brings it out, and so does an "
            "electrode placed one space higher."
        ),
        criterion=repolarisation.brugada_type_1,
        larger_waves={"ST": 1.6},
        changes=("qrs", "t"),
        excludes=(
            Exclusion(
                (
                    "right bundle branch block",
                    "incomplete right bundle branch block",
                    "left bundle branch block",
                    "right ventricular hypertrophy",
                    "anterior STEMI",
                    "old anterior infarct",
                ),
                "both shape V1 and V2",
            ),
        ),
        taught=Taught(1.3),
        labels=Labels(silent=True, sentence=r"brugada"),
    ),
)
