"""Acute ischaemia and the scars of infarcts."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import infarct, ischaemia
from ecgtwin_app.conditions.record import Condition, Exclusion, Labels, Taught
from ecgtwin_app.conditions.records.shared import INFARCT_LABELS, ISCHAEMIA_LABELS, QRS, THYGESEN_2018, cited

RECORDS = (
    Condition(
        name="anterior STEMI",
        group="ischaemia",
        synonyms=(
            "anterior ST elevation myocardial infarction",
            "anterior ST-elevation myocardial infarction",
            "anterior infarction",
            "AMI",
            "acute anterior myocardial infarction",
            "STEMI",
        ),
        codes={"scp": "AMI", "aha": "160+330", "snomed": "54329005"},
        rate_range=(45.0, 130.0),
        default_rate=None,
        criteria=(
            "J point elevation in at least two contiguous leads of V1 to V6: V2 and V3 at least 0.2 "
            "mV (0.15 mV in women, 0.25 mV in men under 40), other leads at least 0.1 mV."
        ),
        source=THYGESEN_2018,
        teaching=(
            "An occluded left anterior descending artery. First the T waves grow tall and broad, then "
            "the ST segment rises, domed, in the chest leads, with a mirror image in the inferior "
            "leads if the occlusion is proximal."
        ),
        criterion=ischaemia.anterior_stemi,
        larger_waves={"T limb": 1.2, "T chest": 1.8, "ST": 1.6},
        changes=("qrs", "t"),
        excludes=(
            Exclusion(("inferior STEMI", "old anterior infarct"), "they change the same leads oppositely"),
            Exclusion(
                ("ST depression", "T inversion", "left ventricular strain"),
                "they move ST and T of the same leads oppositely",
            ),
        ),
        taught=Taught(1.5, companions=("right bundle branch block", "left anterior fascicular block")),
        labels=Labels(
            means=("stemi: anterior wall", "stemi: septal", "injas", "injal"),
            doubtful=(
                "ste",
                "ami",
                "asmi",
                "almi",
                "stemi: apical",
                "stemi: lateral wall",
                *INFARCT_LABELS,
            ),
            sentence=r"acute anter.*(infarct|stemi|mi\b)",
            but_not=r"old|inferior",
            touched=r"anter|sept|st elevation|acute",
        ),
    ),
    Condition(
        name="inferior STEMI",
        group="ischaemia",
        synonyms=(
            "inferior ST elevation myocardial infarction",
            "inferior ST-elevation myocardial infarction",
            "inferior infarction",
            "acute inferior myocardial infarction",
            "IMI",
        ),
        codes={"scp": "IMI", "aha": "161+330", "snomed": "73795002"},
        rate_range=(40.0, 120.0),
        default_rate=None,
        criteria="J point elevation of at least 0.1 mV in at least two of II, III and aVF.",
        source=THYGESEN_2018,
        teaching=(
            "Mostly an occluded right coronary artery: III higher than II, and I and aVL mirror it. "
            "The same artery feeds the AV node, so look for AV block, and record V4R for the right "
            "ventricle."
        ),
        criterion=ischaemia.inferior_stemi,
        larger_waves={"T limb": 1.2, "T chest": 1.8, "ST": 1.6},
        changes=("qrs", "t"),
        excludes=(
            Exclusion(("old inferior infarct",), "they change the same leads oppositely"),
            Exclusion(
                ("ST depression", "T inversion", "left ventricular strain"),
                "they move ST and T of the same leads oppositely",
            ),
        ),
        taught=Taught(1.5, companions=("right bundle branch block", "old anterior infarct")),
        labels=Labels(
            means=("stemi: inferior wall", "injin", "injil"),
            doubtful=(
                "ste",
                "imi",
                "ilmi",
                "ipmi",
                "iplmi",
                *INFARCT_LABELS,
            ),
            sentence=r"acute inferior.*(infarct|stemi|mi\b)",
            but_not=r"old|anter",
            touched=r"infer|st elevation|acute",
        ),
    ),
    Condition(
        name="old anterior infarct",
        group="ischaemia",
        synonyms=(
            "old anterior myocardial infarction",
            "anterior Q wave infarct",
            "anterior scar",
            "OAMI",
            "anteroseptal scar",
        ),
        codes={"aha": "160+332"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria="A Q wave of at least 20 ms or a QS complex in V2 or V3.",
        source=THYGESEN_2018,
        teaching=(
            "Dead muscle makes no forces: the R waves of V1 to V4 are gone and the forces of the "
            "opposite wall show as Q or QS. ST elevation that stays for weeks suggests an aneurysm."
        ),
        criterion=infarct.old_anterior_infarct,
        changes=("qrs", "t"),
        taught=Taught(1.3),
        labels=Labels(
            means=("scar formation: anterior wall", "scar formation: septal"),
            doubtful=(
                "ami",
                "asmi",
                "almi",
                "qwave",
                "aneur",
                *INFARCT_LABELS,
            ),
            sentence=r"old anter.*(infarct|mi\b)",
            touched=r"(anter|sept).*infarct|poor r wave",
        ),
    ),
    Condition(
        name="old inferior infarct",
        group="ischaemia",
        synonyms=("old inferior myocardial infarction", "inferior Q wave infarct", "inferior scar", "OIMI"),
        codes={"aha": "161+332"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria="A Q wave of at least 40 ms and 0.1 mV, or a QS complex, in two of II, III and aVF.",
        source=cited(THYGESEN_2018, "Prineas RJ et al., The Minnesota Code Manual, 1982"),
        teaching=(
            "A broad Q in II, III and aVF. A Q in III alone is often the position of the heart: it "
            "goes as one breathes in."
        ),
        criterion=infarct.old_inferior_infarct,
        changes=("qrs", "t"),
        taught=Taught(1.5),
        labels=Labels(
            means=("scar formation: inferior wall",),
            doubtful=(
                "imi",
                "ilmi",
                "ipmi",
                "iplmi",
                "qwave",
                *INFARCT_LABELS,
            ),
            sentence=r"old inferior.*(infarct|mi\b)",
            touched=r"infer.*infarct",
        ),
    ),
    Condition(
        name="ST depression",
        group="ischaemia",
        synonyms=(
            "STD",
            "ST segment depression",
            "subendocardial ischaemia",
            "subendocardial ischemia",
            "NSTEMI",
        ),
        codes={"scp": "STD_", "aha": "502", "snomed": "429622005"},
        rate_range=(50.0, 130.0),
        default_rate=None,
        criteria=(
            "Horizontal or downsloping ST depression of at least 0.05 mV in two contiguous leads, at "
            "the J point and 60 ms after it."
        ),
        source=THYGESEN_2018,
        teaching=(
            "Blood is short in the inner layer of the wall. Depression does not point to the artery, "
            "except in V1 to V3, where it may mirror a posterior infarction."
        ),
        criterion=ischaemia.st_depression,
        changes=("t",),
        preserves=QRS,
        taught=Taught(1.0, companions=("T inversion", "left ventricular hypertrophy")),
        labels=Labels(
            means=("std_", "std", "st depression"),
            doubtful=(
                "dig",
                "left ventricular overload",
                *ISCHAEMIA_LABELS,
            ),
            sentence=r"st[- ]depression",
            touched=r"\bst\b|st-t|ischemi",
        ),
    ),
    Condition(
        name="T inversion",
        group="ischaemia",
        synonyms=("TWI", "inverted T", "T wave inversion", "negative T", "ischaemic T"),
        codes={"scp": "INVT", "aha": "147+367", "snomed": "59931005"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria="T of -0.1 mV or lower in two contiguous leads in which R is larger than S.",
        source=THYGESEN_2018,
        teaching=(
            "Symmetric deep T waves in V2 to V4 may mean a tight left anterior descending artery that "
            "has just opened (Wellens). Memory after pacing, stroke and apical hypertrophy look "
            "alike."
        ),
        criterion=ischaemia.t_inversion,
        changes=("t",),
        preserves=QRS,
        taught=Taught(1.1),
        labels=Labels(
            means=("invt", "t wave inversion"),
            doubtful=(
                "lowt",
                "nt_",
                *ISCHAEMIA_LABELS,
            ),
            sentence=r"t[- ]wave inversion|inverted t",
            touched=r"t wave|st-t|ischemi",
        ),
    ),
)
