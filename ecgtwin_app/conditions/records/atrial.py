"""Rhythms and early beats of the atria and of the junction."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import ectopy, rhythm
from ecgtwin_app.conditions.record import Condition, Exclusion, Labels, Severity, Taught
from ecgtwin_app.conditions.records.shared import BEAT, MASON_2007, PAGE_2015, QRS, cited

RECORDS = (
    Condition(
        name="atrial fibrillation",
        group="rhythm",
        synonyms=("AF", "AFIB", "a-fib", "atrial fib", "VHF"),
        codes={"scp": "AFIB", "aha": "50", "mdc": "MDC_ECG_RHY_ATR_FIB", "snomed": "164889003"},
        rate_range=(50.0, 170.0),
        rate_limits=(40.0, 200.0),
        # Measured, 46 patients.
        usual_rates=(60.0, 88.0, 146.0),
        default_rate=85,
        criteria="RR coefficient of variation at least 0.12 without a pattern, and no consistent P wave.",
        source=(
            "Joglar JA et al., 2023 ACC/AHA/ACCP/HRS guideline for atrial fibrillation, Circulation "
            "2024;149:e1"
        ),
        teaching=(
            "The atria fire 350 to 600 times a minute without order, seen as fine waves best in V1; "
            "the AV node lets some through, so that no two RR intervals are alike."
        ),
        criterion=rhythm.atrial_fibrillation,
        no_pr="it has no P wave",
        preserves=QRS,
        replaces_sinus=True,
        atria="fibrillation",
        severity=Severity("RR scatter", 0.14, 0.32),
        goes_with=("ventricular premature complex", "ventricular bigeminy", "ventricular pacing"),
        excludes=(
            Exclusion(
                ("left atrial enlargement", "right atrial enlargement"),
                "without sinus P waves the size of the atria does not show",
            ),
        ),
        taught=Taught(1.6, rates=(45.0, 170.0)),
        labels=Labels(
            means=("afib", "af", "atrial fibrillation"),
            sentence=r"(atrial|a\.?) ?fib",
            contradicts=(
                "sinus rhythm",
                "sinus arrhythmia",
                "atrial flutter",
                "premature atrial complex",
                "first-degree AV block",
                "Wenckebach AV block",
                "Mobitz II AV block",
                "left atrial enlargement",
                "right atrial enlargement",
            ),
        ),
    ),
    Condition(
        name="atrial flutter",
        group="rhythm",
        synonyms=("AFL", "flutter", "AFlut", "a-flutter", "typical flutter", "VHFla"),
        codes={"scp": "AFLT", "aha": "51", "mdc": "MDC_ECG_RHY_ATR_FLUT", "snomed": "164890007"},
        rate_range=(60.0, 170.0),
        rate_limits=(40.0, 170.0),
        # Measured, 9 patients.
        usual_rates=(73.0, 104.0, 164.0),
        default_rate=75,
        criteria=(
            "Regular atrial activity at 240 to 340 per minute between the QRS; every second to fourth "
            "wave, or a varying share, is conducted."
        ),
        source=cited(MASON_2007, PAGE_2015),
        teaching=(
            "One loop, mostly around the tricuspid valve, some 300 times a minute: a sawtooth in II, "
            "III and aVF without a flat line. A regular rhythm of 150 per minute is flutter with 2:1 "
            "conduction until proven otherwise."
        ),
        criterion=rhythm.atrial_flutter,
        no_pr="it has no P wave",
        larger_waves={"T limb": 1.2},
        preserves=QRS,
        replaces_sinus=True,
        atria="flutter",
        goes_with=("ventricular premature complex", "ventricular bigeminy"),
        excludes=(
            Exclusion(
                ("left atrial enlargement", "right atrial enlargement"),
                "without sinus P waves the size of the atria does not show",
            ),
        ),
        taught=Taught(1.5, rates=(58.0, 168.0)),
        labels=Labels(
            means=("aflt", "atrial flutter", "atrial flutter, typical"),
            sentence=r"atrial flutter",
            contradicts=(
                "sinus rhythm",
                "sinus arrhythmia",
                "first-degree AV block",
                "Wenckebach AV block",
                "Mobitz II AV block",
            ),
        ),
    ),
    Condition(
        name="premature atrial complex",
        group="rhythm",
        synonyms=(
            "PAC",
            "APC",
            "APB",
            "SVES",
            "PSVC",
            "atrial premature complex",
            "atrial premature beat",
            "premature atrial contraction",
            "atrial extrasystole",
            "atrial ectopic beat",
            "supraventricular extrasystole",
        ),
        codes={"scp": "PAC", "aha": "30", "mdc": "MDC_ECG_BEAT_ATR_P_C", "snomed": "284470004"},
        rate_range=(50.0, 110.0),
        rate_limits=(30.0, 130.0),
        # Measured, 41 patients.
        usual_rates=(58.0, 82.0, 117.0),
        default_rate=None,
        criteria="At least one beat that comes at least 20 % early with a QRS like the dominant one.",
        source=MASON_2007,
        teaching=(
            "A P wave of another shape comes early, often on the T wave before it, and conducts as "
            "usual. It resets the sinus node, so that the pause is shorter than a compensatory one."
        ),
        criterion=ectopy.premature_atrial_complex,
        preserves=BEAT,
        ectopic="atrial",
        severity=Severity("prematurity of atrial beats", 0.24, 0.48),
        taught=Taught(1.5, rates=(45.0, 125.0)),
        labels=Labels(
            means=(
                "pac",
                "premature atrial contraction",
                "supraventricular premature beats",
                "atrial extrasystole, type: single pac",
                "atrial extrasystole: undefined",
                "atrial extrasystole: low atrial",
                "atrial extrasystole: left atrial",
                "atrial extrasystole: sa-nodal extrasystole",
            ),
            sentence=r"\bpac(\(s\)|s)?\b|(atrial|supraventricular) (premature|extrasystol)|premature atrial",
            touched=r"premature|ectop|bigemin",
        ),
    ),
    Condition(
        name="supraventricular tachycardia",
        group="rhythm",
        synonyms=(
            "SVT",
            "PSVT",
            "AVNRT",
            "AVRT",
            "paroxysmal supraventricular tachycardia",
            "AV nodal reentrant tachycardia",
            "orthodromic reentrant tachycardia",
        ),
        codes={"scp": "SVTAC", "aha": "55", "mdc": "MDC_ECG_RHY_SV_TACHY", "snomed": "426761007"},
        rate_range=(150.0, 220.0),
        rate_limits=(150.0, 220.0),
        # AV nodal and AV re-entry: 140 to 250/min (Brugada et al., 2019 ESC guideline, Eur Heart J 2020;41:655).
        usual_rates=(154.0, 178.0, 212.0),
        default_rate=180,
        criteria="Regular, 150 to 220 per minute, QRS below 120 ms, no P wave before the QRS.",
        source=PAGE_2015,
        teaching=(
            "A loop through the AV node, regular as a clock. The P wave runs backwards and hides in "
            "the QRS or just after it: look for a false r' in V1 and a false S in II, III and aVF."
        ),
        criterion=rhythm.supraventricular_tachycardia,
        limits={"qrs": (60.0, 119.0)},
        no_pr="no P leads its beats",
        preserves=QRS,
        replaces_sinus=True,
        excludes=(
            Exclusion(
                ("left atrial enlargement", "right atrial enlargement"),
                "without sinus P waves the size of the atria does not show",
            ),
        ),
        taught=Taught(1.2, rates=(150.0, 220.0)),
        labels=Labels(
            means=("svtac", "psvt"),
            doubtful=("atrial tachycardia",),
            sentence=r"supraventricular tachycardia|\bsvt\b",
            contradicts=(
                "sinus rhythm",
                "sinus arrhythmia",
                "first-degree AV block",
                "Wenckebach AV block",
                "Mobitz II AV block",
            ),
        ),
    ),
    Condition(
        name="junctional rhythm",
        group="rhythm",
        synonyms=(
            "junctional escape rhythm",
            "nodal rhythm",
            "AV junctional rhythm",
            "JR",
            "JER",
            "junctional bradycardia",
        ),
        codes={"aha": "38", "mdc": "MDC_ECG_RHY_JUNC_RHY", "snomed": "29320008"},
        rate_range=(40.0, 60.0),
        rate_limits=(40.0, 60.0),
        # The junction's own rate (Page et al. 2015).
        usual_rates=(42.0, 50.0, 58.0),
        default_rate=50,
        criteria="Regular, 40 to 60 per minute, QRS below 120 ms, no P wave before the QRS.",
        source=cited(MASON_2007, PAGE_2015),
        teaching=(
            "When the sinus node falls silent the AV junction takes over. The QRS is the patient's "
            "own; P is hidden in it, or runs backwards, negative in II, III and aVF."
        ),
        criterion=rhythm.junctional_rhythm,
        limits={"qrs": (60.0, 119.0)},
        no_pr="no P leads its beats",
        preserves=BEAT,
        replaces_sinus=True,
        excludes=(
            Exclusion(
                ("left atrial enlargement", "right atrial enlargement"),
                "without sinus P waves the size of the atria does not show",
            ),
        ),
        taught=Taught(1.2, rates=(38.0, 62.0)),
        labels=Labels(
            sentence=r"junctional (escape )?rhythm",
            but_not=r"accelerated|tachy",
            contradicts=(
                "sinus rhythm",
                "sinus arrhythmia",
                "first-degree AV block",
                "Wenckebach AV block",
                "Mobitz II AV block",
            ),
        ),
    ),
)
