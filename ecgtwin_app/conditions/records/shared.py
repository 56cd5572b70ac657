"""What several records share: sources, limits and words of databases."""

from __future__ import annotations

MASON_2007 = (
    "Mason JW et al., AHA/ACC/HRS recommendations part II: diagnostic statement list, J Am Coll "
    "Cardiol 2007;49:1128"
)
KUSUMOTO_2018 = (
    "Kusumoto FM et al., 2018 ACC/AHA/HRS guideline on bradycardia and cardiac conduction delay, "
    "Circulation 2019;140:e382"
)
PAGE_2015 = (
    "Page RL et al., 2015 ACC/AHA/HRS guideline on supraventricular tachycardia, Circulation 2016;133:e506"
)
CHOU_2008 = "Surawicz B, Knilans TK, Chou's Electrocardiography in Clinical Practice, 6th ed., Saunders 2008"
AL_KHATIB_2017 = (
    "Al-Khatib SM et al., 2017 AHA/ACC/HRS guideline on ventricular arrhythmias, Circulation 2018;138:e272"
)
SURAWICZ_2009 = (
    "Surawicz B et al., AHA/ACC/HRS recommendations part III: intraventricular conduction "
    "disturbances, J Am Coll Cardiol 2009;53:976"
)
ELIZARI_2007 = "Elizari MV et al., Hemiblocks revisited, Circulation 2007;115:1154"
HANCOCK_2009 = (
    "Hancock EW et al., AHA/ACC/HRS recommendations part V: ECG changes associated with cardiac "
    "chamber hypertrophy, J Am Coll Cardiol 2009;53:992"
)
THYGESEN_2018 = (
    "Thygesen K et al., Fourth Universal Definition of Myocardial Infarction (2018), Circulation "
    "2018;138:e618"
)

#: PR (ms) of normal conduction.
NORMAL_PR = (120.0, 200.0)
#: Quantities of the evaluation (`preservation.UNITS`) of the whole beat, and of the QRS alone.
QRS = ("axis", "QRS voltage")
BEAT = (*QRS, "T in II", "T in V5")
#: Waves (mV) of beats that begin in the ventricles, or reach them late from the right.
LIKE_LEFT_BUNDLE_BRANCH_BLOCK = {
    "S right": 4.4,
    "S left": 4.1,
    "R limb": 2.4,
    "S limb": 2.4,
    "T limb": 1.2,
    "T chest": 1.8,
    "ST": 1.6,
}
#: Labels that say infarct, or ischaemia, and not which.
INFARCT_LABELS = ("myocardial infarction", "old myocardial infarction", "acute myocardial infarction")
ISCHAEMIA_LABELS = (
    "isc_",
    "iscal",
    "iscil",
    "iscla",
    "iscin",
    "ndt",
    "nst_",
    "tab_",
    "nonspecific st t abnormality",
    "st interval abnormal",
    "s t changes",
    "t wave abnormal",
    "myocardial ischemia",
    "lateral ischaemia",
)


def cited(*sources: str) -> str:
    """Several sources as one text."""
    return "; ".join(sources)
