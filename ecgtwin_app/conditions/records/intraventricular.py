"""Conduction within the ventricles: bundle branches, fascicles, an accessory pathway."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import conduction, fascicles
from ecgtwin_app.conditions.record import Condition, Exclusion, Labels, Taught
from ecgtwin_app.conditions.records.shared import (
    ELIZARI_2007,
    LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
    SURAWICZ_2009,
    cited,
)

RECORDS = (
    Condition(
        name="right bundle branch block",
        group="conduction",
        synonyms=("RBBB", "CRBBB", "complete right bundle branch block"),
        codes={"scp": "CRBBB", "aha": "106", "mdc": "MDC_ECG_BEAT_RBB_BLK_COMP", "snomed": "713427006"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria="QRS at least 120 ms, terminal R in V1, S of at least 40 ms in I and V6.",
        source=SURAWICZ_2009,
        teaching=(
            "The left ventricle is activated as ever; the right one follows late. The late forces "
            "point right and forward: a second R in V1, a broad S in I and V6."
        ),
        criterion=conduction.right_bundle_branch_block,
        limits={"qrs": (120.0, 220.0)},
        larger_waves={"R right": 3.2, "R left": 4.3},
        changes=("qrs", "t"),
        wide_qrs=True,
        late_right_ventricle=True,
        excludes=(
            Exclusion(("incomplete right bundle branch block",), "a bundle is blocked wholly or in part"),
        ),
        taught=Taught(1.3, companions=("left anterior fascicular block", "left posterior fascicular block")),
        labels=Labels(
            means=("crbbb", "rbbb", "right bundle branch block", "complete right bundle branch block"),
            doubtful=("bundle branch block",),
            sentence=r"(rbbb|right bundle[- ]branch block)",
            but_not=r"incomplete|partial",
            contradicts=("left bundle branch block", "incomplete right bundle branch block"),
        ),
    ),
    Condition(
        name="incomplete right bundle branch block",
        group="conduction",
        synonyms=("IRBBB", "partial right bundle branch block", "incomplete RBBB"),
        codes={"scp": "IRBBB", "aha": "105", "mdc": "MDC_ECG_BEAT_RBB_BLK_INCOMP", "snomed": "713426002"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria="QRS 100 to 119 ms, terminal R in V1, S of at least 40 ms in I and V6.",
        source=SURAWICZ_2009,
        teaching=(
            "The shape of right bundle branch block in a QRS that is not yet wide: rSr' in V1. "
            "Frequent in healthy young people; with right ventricular load it may be its first sign."
        ),
        criterion=conduction.incomplete_right_bundle_branch_block,
        limits={"qrs": (100.0, 119.0)},
        defining={"qrs": (100.0, 107.0)},
        changes=("qrs", "t"),
        taught=Taught(2.4),
        labels=Labels(
            means=("irbbb", "incomplete right bundle branch block"),
            sentence=r"(incomplete|partial) (rbbb|right bundle[- ]branch block)",
            contradicts=("left bundle branch block", "right bundle branch block"),
        ),
    ),
    Condition(
        name="left bundle branch block",
        group="conduction",
        synonyms=("LBBB", "CLBBB", "complete left bundle branch block"),
        codes={"scp": "CLBBB", "aha": "104", "mdc": "MDC_ECG_BEAT_LBB_BLK_COMP", "snomed": "164909002"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria=(
            "QRS at least 120 ms, QS or rS in V1, broad R without q in I and V6, ST and T against the QRS."
        ),
        source=SURAWICZ_2009,
        teaching=(
            "The left ventricle is reached through the septum from the right, so the septal q of I "
            "and V6 is gone and R there is broad and often notched. ST and T point away from the QRS."
        ),
        criterion=conduction.left_bundle_branch_block,
        limits={"qrs": (120.0, 220.0)},
        larger_waves=LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
        changes=("qrs", "t"),
        wide_qrs=True,
        excludes=(
            Exclusion(
                (
                    "right bundle branch block",
                    "incomplete right bundle branch block",
                    "left anterior fascicular block",
                    "left posterior fascicular block",
                ),
                "two blocks of the whole bundle are complete block, and the left one contains its fascicles",
            ),
            Exclusion(
                (
                    "left ventricular strain",
                    "right ventricular hypertrophy",
                    "old anterior infarct",
                    "old inferior infarct",
                    "ST depression",
                    "T inversion",
                ),
                "the block has Q waves and ST-T of its own",
            ),
        ),
        measured_with="atrial fibrillation",
        taught=Taught(2.2),
        labels=Labels(
            means=("clbbb", "lbbb", "left bundle branch block", "complete left bundle branch block"),
            doubtful=(
                "bundle branch block",
                "ilbbb",
                "incomplete left bundle branch block",
            ),
            sentence=r"(lbbb|left bundle[- ]branch block)",
            but_not=r"incomplete|partial",
            contradicts=("right bundle branch block", "incomplete right bundle branch block"),
        ),
    ),
    Condition(
        name="left anterior fascicular block",
        group="conduction",
        synonyms=("LAFB", "LAHB", "left anterior hemiblock", "LAH", "left anterior fascicular hemiblock"),
        codes={"scp": "LAFB", "aha": "101", "mdc": "MDC_ECG_BEAT_BLK_ANT_L_HEMI", "snomed": "445118002"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria=(
            "QRS axis -45 to -90 degrees, qR in aVL, QRS below 120 ms (not beside right bundle branch block)."
        ),
        source=cited(SURAWICZ_2009, ELIZARI_2007),
        teaching=(
            "The upper left part of the ventricle is reached from below: the axis turns up and left, "
            "with rS in II, III and aVF. The left anterior fascicle is thin and the most often "
            "blocked of all."
        ),
        criterion=fascicles.left_anterior_fascicular_block,
        limits={"qrs": (60.0, 119.0), "axis": (-90.0, -45.0)},
        defining={"qrs": (88.0, 102.0), "axis": (-72.0, -56.0)},
        changes=("qrs", "t"),
        excludes=(
            Exclusion(
                ("left posterior fascicular block",), "both fascicles blocked are left bundle branch block"
            ),
            Exclusion(("old inferior infarct",), "one begins with r in II, III and aVF, the other with Q"),
        ),
        taught=Taught(1.2),
        labels=Labels(
            means=("lafb", "left anterior hemiblock", "left anterior fascicular block"),
            sentence=r"left anterior (fascicular|hemi)",
        ),
    ),
    Condition(
        name="left posterior fascicular block",
        group="conduction",
        synonyms=("LPFB", "LPHB", "left posterior hemiblock", "LPH", "left posterior fascicular hemiblock"),
        codes={"scp": "LPFB", "aha": "102", "mdc": "MDC_ECG_BEAT_BLK_POS_L_HEMI", "snomed": "445211001"},
        rate_range=(45.0, 120.0),
        default_rate=None,
        criteria=(
            "QRS axis 90 to 180 degrees, rS in I, qR in III, QRS below 120 ms (not beside right "
            "bundle branch block)."
        ),
        source=cited(SURAWICZ_2009, ELIZARI_2007),
        teaching=(
            "The mirror image of anterior block: the axis turns down and right. Rare alone; right "
            "ventricular load and a slender build must be excluded first."
        ),
        criterion=fascicles.left_posterior_fascicular_block,
        limits={"qrs": (60.0, 119.0), "axis": (90.0, 180.0)},
        defining={"qrs": (88.0, 102.0), "axis": (105.0, 135.0)},
        changes=("qrs", "t"),
        taught=Taught(1.1),
        labels=Labels(means=("lpfb",), sentence=r"left posterior (fascicular|hemi)"),
    ),
    Condition(
        name="pre-excitation",
        group="conduction",
        synonyms=(
            "WPW",
            "Wolff-Parkinson-White",
            "Wolff-Parkinson-White pattern",
            "delta wave",
            "accessory pathway",
            "preexcitation",
        ),
        codes={"scp": "WPW", "aha": "108", "mdc": "MDC_ECG_RHY_WPW_UNK", "snomed": "74390002"},
        rate_range=(50.0, 110.0),
        rate_limits=(30.0, 110.0),
        # Sinus rates of rest.
        usual_rates=(57.0, 75.0, 98.0),
        default_rate=None,
        criteria="PR below 120 ms, slurred onset of the QRS (delta wave), QRS above 110 ms.",
        source=SURAWICZ_2009,
        teaching=(
            "A muscle bridge beside the AV node wakes part of a ventricle early. That part spreads "
            "slowly, the delta wave; the rest comes down the usual way and fuses with it."
        ),
        criterion=conduction.pre_excitation,
        limits={"pr": (80.0, 119.0), "qrs": (111.0, 220.0)},
        changes=("p", "qrs", "t"),
        wide_qrs=True,
        own_pr=True,
        drawn_pr=(0.094, 0.108),
        all_or_nothing=True,
        not_in=("junctional rhythm", "ventricular tachycardia", "ventricular pacing", "complete AV block"),
        excludes=(
            Exclusion(
                (
                    "first-degree AV block",
                    "Wenckebach AV block",
                    "Mobitz II AV block",
                    "complete AV block",
                    "supraventricular tachycardia",
                    "junctional rhythm",
                ),
                "the accessory pathway shows when sinus beats reach it",
            ),
            Exclusion(
                (
                    "left bundle branch block",
                    "right bundle branch block",
                    "incomplete right bundle branch block",
                    "left anterior fascicular block",
                    "left posterior fascicular block",
                    "left ventricular hypertrophy",
                    "right ventricular hypertrophy",
                    "left ventricular strain",
                    "old anterior infarct",
                    "old inferior infarct",
                    "anterior STEMI",
                    "inferior STEMI",
                    "ST depression",
                    "T inversion",
                    "Brugada type 1",
                    "hyperkalaemia",
                ),
                "the delta wave changes QRS and ST-T in the same leads",
            ),
        ),
        taught=Taught(1.8),
        labels=Labels(means=("wpw",), sentence=r"wolff|\bwpw\b|pre-?excitation"),
    ),
)
