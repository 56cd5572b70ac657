"""The size of ventricles and atria, and what the electrodes see of it."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import atria, muscle
from ecgtwin_app.conditions.record import Condition, Exclusion, Labels, Taught
from ecgtwin_app.conditions.records.shared import BEAT, HANCOCK_2009, ISCHAEMIA_LABELS, MASON_2007, cited

RECORDS = (
    Condition(
        name="left ventricular hypertrophy",
        group="muscle",
        synonyms=("LVH", "left ventricular high voltage"),
        codes={"scp": "LVH", "aha": "142", "snomed": "164873001"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria=(
            "Sokolow-Lyon (S in V1 plus the larger R of V5 and V6) at least 3.5 mV, or Cornell (R in "
            "aVL plus S in V3) above 2.8 mV in men, 2.0 mV in women."
        ),
        source=cited(
            HANCOCK_2009,
            "Sokolow M, Lyon TP, Am Heart J 1949;37:161",
            "Casale PN et al., Circulation 1987;75:565",
        ),
        teaching=(
            "More muscle makes more voltage; with strain, ST and T turn against the R wave in I, aVL, "
            "V5 and V6. Voltage alone misses many hypertrophied hearts and marks some slim healthy "
            "ones."
        ),
        criterion=muscle.left_ventricular_hypertrophy,
        larger_waves={"S right": 4.4, "R left": 4.8, "R limb": 3.2, "S limb": 3.2},
        raises_voltage=True,
        changes=("p", "qrs", "t"),
        taught=Taught(1.2, companions=("left ventricular strain", "left atrial enlargement")),
        labels=Labels(
            means=("lvh", "vclvh", "left ventricular hypertrophy", "left ventricular high voltage"),
            doubtful=(
                "hypertrophy",
                "left ventricular overload",
                "sehyp",
            ),
            sentence=r"\blvh\b|left ventricular hypertrophy",
            but_not=r"voltage",
            touched=r"\blvh\b|left ventricular hypertrophy|ventricular hypertrophy",
        ),
    ),
    Condition(
        name="left ventricular strain",
        group="muscle",
        synonyms=(
            "strain",
            "LV strain",
            "strain pattern",
            "LVH with strain",
            "left ventricular overload",
            "LVS",
        ),
        codes={"aha": "153", "snomed": "370365005"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria=(
            "ST at least 0.05 mV down and T asymmetrically inverted by at least 0.1 mV under an R "
            "wave in two neighbouring leads of I, aVL, V4 to V6."
        ),
        source=cited(HANCOCK_2009, "Okin PM et al., J Am Coll Cardiol 2001;38:514"),
        teaching=(
            "The hypertrophied wall recovers late and in the wrong order: ST slopes down, T falls "
            "slowly and returns fast. With high voltage it foretells heart failure and death better "
            "than voltage alone."
        ),
        criterion=muscle.left_ventricular_strain,
        larger_waves={"S right": 4.4, "R left": 4.8, "R limb": 3.2, "S limb": 3.2},
        raises_voltage=True,
        changes=("qrs", "t"),
        excludes=(
            Exclusion(("ST depression", "T inversion"), "strain is ST depression and T inversion itself"),
        ),
        measured_with="left ventricular hypertrophy",
        taught=Taught(0.9, companions=("left ventricular hypertrophy",), accompanied=0.9),
        labels=Labels(
            doubtful=(
                "lvh",
                "left ventricular overload",
                "hypertrophy",
                *ISCHAEMIA_LABELS,
            ),
            silent=True,
            sentence=r"(lvh|left ventricular hypertrophy) with (secondary )?(repol|st|strain)",
        ),
    ),
    Condition(
        name="right ventricular hypertrophy",
        group="muscle",
        synonyms=("RVH", "right heart strain", "cor pulmonale pattern"),
        codes={"scp": "RVH", "aha": "143", "snomed": "89792004"},
        rate_range=(45.0, 130.0),
        default_rate=None,
        criteria="R in V1 above 0.7 mV and larger than S, QRS axis beyond 90 degrees.",
        source=HANCOCK_2009,
        teaching=(
            "The right ventricle must nearly outweigh the left to be seen: tall R in V1, deep S in "
            "V6, axis to the right, often with ST-T strain in V1 to V3 and a tall P."
        ),
        criterion=muscle.right_ventricular_hypertrophy,
        limits={"axis": (91.0, 269.0)},
        larger_waves={"S left": 3.0},
        raises_voltage=True,
        changes=("p", "qrs", "t"),
        excludes=(
            Exclusion(
                (
                    "right bundle branch block",
                    "incomplete right bundle branch block",
                    "left anterior fascicular block",
                    "left posterior fascicular block",
                    "left ventricular hypertrophy",
                    "left ventricular strain",
                    "old anterior infarct",
                    "old inferior infarct",
                    "anterior STEMI",
                ),
                "axis and V1 cannot tell them apart",
            ),
        ),
        taught=Taught(1.3, companions=("right atrial enlargement",)),
        labels=Labels(
            means=("rvh", "right ventricular hypertrophy"),
            doubtful=("hypertrophy",),
            sentence=r"\brvh\b|right ventricular hypertrophy",
        ),
    ),
    Condition(
        name="low voltage",
        group="muscle",
        synonyms=("low QRS voltage", "low QRS voltages", "LQRSV", "microvoltage", "low voltage QRS"),
        codes={"scp": "LVOLT", "aha": "125", "snomed": "251146004"},
        rate_range=(45.0, 130.0),
        default_rate=None,
        criteria="QRS below 0.5 mV peak to peak in every limb lead.",
        source=MASON_2007,
        teaching=(
            "Fluid, air or fat between heart and electrodes, or a heart whose muscle is replaced, as "
            "in amyloidosis. A thick wall on echo with low voltage is a strong hint of the latter."
        ),
        criterion=muscle.low_voltage,
        changes=("p", "qrs", "t"),
        keeps_axis=True,
        preserves=("axis",),
        excludes=(
            Exclusion(
                (
                    "left ventricular hypertrophy",
                    "right ventricular hypertrophy",
                    "left ventricular strain",
                    "hyperkalaemia",
                ),
                "one shrinks the waves that the other makes tall",
            ),
        ),
        taught=Taught(1.2),
        labels=Labels(
            means=("lvolt", "low qrs voltages"),
            sentence=r"low (qrs )?voltages?( in)? limb|^(generalized )?low (qrs )?voltages?$",
            but_not=r"precordial|chest",
            touched=r"low (qrs )?voltage",
        ),
    ),
    Condition(
        name="left atrial enlargement",
        group="muscle",
        synonyms=(
            "LAE",
            "left atrial abnormality",
            "P mitrale",
            "left atrial overload",
            "left atrial hypertrophy",
            "LAO",
        ),
        codes={"scp": "LAO/LAE", "aha": "140", "snomed": "67741000119109"},
        rate_range=(45.0, 120.0),
        rate_limits=(30.0, 120.0),
        # Measured, 70 patients.
        usual_rates=(52.0, 64.0, 91.0),
        default_rate=None,
        criteria=(
            "P of at least 120 ms with a notch in II, or a terminal negative part in V1 of at least "
            "0.04 mm s (duration times depth)."
        ),
        source=cited(HANCOCK_2009, "Morris JJ et al., Circulation 1964;29:242"),
        teaching=(
            "The left atrium is the last to be activated: a larger one makes P longer and "
            "double-peaked in II, and its end deep and broad in V1."
        ),
        criterion=atria.left_atrial_enlargement,
        changes=("p",),
        preserves=BEAT,
        least_pr=0.168,
        taught=Taught(1.0),
        labels=Labels(
            means=(
                "lao/lae",
                "left atrial enlargement",
                "left atrial abnormality",
                "left atrial hypertrophy",
                "left atrial overload",
            ),
            sentence=r"left atrial (enlargement|abnormality)",
        ),
    ),
    Condition(
        name="right atrial enlargement",
        group="muscle",
        synonyms=(
            "RAE",
            "right atrial abnormality",
            "P pulmonale",
            "right atrial overload",
            "right atrial hypertrophy",
            "RAO",
        ),
        codes={"scp": "RAO/RAE", "aha": "141", "snomed": "446358003"},
        rate_range=(50.0, 130.0),
        rate_limits=(30.0, 120.0),
        # Measured, 17 patients.
        usual_rates=(58.0, 75.0, 99.0),
        default_rate=None,
        criteria="A P wave at least 0.25 mV tall in lead II.",
        source=HANCOCK_2009,
        teaching=(
            "The right atrium is activated first and downwards: a larger one makes P tall and peaked "
            "in II, III and aVF without making it longer. Lung disease is the usual cause."
        ),
        criterion=atria.right_atrial_enlargement,
        changes=("p",),
        preserves=BEAT,
        taught=Taught(0.9),
        labels=Labels(
            means=("rao/rae", "right atrial hypertrophy", "right atrial overload"),
            sentence=r"right atrial (enlargement|abnormality)",
        ),
    ),
)
