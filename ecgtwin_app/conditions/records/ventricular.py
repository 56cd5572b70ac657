"""Beats and rhythms that begin in the ventricles, by themselves or paced."""

from __future__ import annotations

from ecgtwin_app.conditions.criteria import ectopy
from ecgtwin_app.conditions.record import Condition, Labels, Severity, Taught
from ecgtwin_app.conditions.records.shared import (
    AL_KHATIB_2017,
    BEAT,
    LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
    MASON_2007,
    cited,
)

RECORDS = (
    Condition(
        name="ventricular premature complex",
        group="rhythm",
        synonyms=(
            "PVC",
            "VPC",
            "VPB",
            "VES",
            "VE",
            "ventricular extrasystole",
            "ventricular ectopic beat",
            "ventricular premature beat",
            "premature ventricular complex",
            "premature ventricular contraction",
            "ventricular premature contraction",
            "extrasystole",
        ),
        codes={"scp": "PVC", "aha": "60", "mdc": "MDC_ECG_BEAT_V_P_C", "snomed": "17338001"},
        rate_range=(45.0, 120.0),
        rate_limits=(30.0, 140.0),
        # Measured, 39 patients.
        usual_rates=(59.0, 80.0, 127.0),
        default_rate=None,
        criteria=(
            "At least one beat that comes early, with a QRS of at least 120 ms unlike the dominant "
            "one (correlation below 0.7), no P wave before it and a T wave against its QRS."
        ),
        source=AL_KHATIB_2017,
        teaching=(
            "A beat born in the ventricles spreads from muscle to muscle: wide, strange in shape, "
            "with the T wave opposite. The sinus node usually keeps its time, which makes the pause "
            "compensatory."
        ),
        criterion=ectopy.ventricular_premature_complex,
        preserves=BEAT,
        ectopic="ventricular",
        severity=Severity("prematurity of ventricular beats", 0.22, 0.5),
        own_beats="ventricular",
        goes_with=(
            "premature atrial complex",
            "ventricular bigeminy",
            "junctional rhythm",
            "Wenckebach AV block",
            "Mobitz II AV block",
            "complete AV block",
            "ventricular pacing",
            "ventricular tachycardia",
            "supraventricular tachycardia",
        ),
        measured_with="sinus bradycardia",
        taught=Taught(3.0, rates=(42.0, 130.0)),
        labels=Labels(
            means=(
                "pvc",
                "premature ventricular contractions",
                "ventricular premature beats",
                "ventricular extrasystole, type: single pvc",
                "ventricular extrasystole, type: intercalary pvc",
                "ventricular extrasystole, type: couplet",
                "ventricular extrasystole, morphology: polymorphic",
            ),
            doubtful=(
                "ventricular ectopics",
                "bigu",
                "trigu",
            ),
            sentence=r"\bpvc(\(s\)|s)?\b|ventricular (premature|extrasystol|ectop)|premature ventricular",
            but_not=r"supraventricular",
            touched=r"premature|ectop|bigemin|aberran",
        ),
    ),
    Condition(
        name="ventricular bigeminy",
        group="rhythm",
        synonyms=("bigeminy", "bigeminus", "PVC bigeminy"),
        codes={"scp": "BIGU", "aha": "60+341", "snomed": "11157007"},
        rate_range=(50.0, 110.0),
        rate_limits=(40.0, 110.0),
        # As premature ventricular beats, of which it is made.
        usual_rates=(58.0, 78.0, 102.0),
        default_rate=None,
        criteria=(
            "Every other beat is a ventricular premature complex: early, at least 120 ms wide, unlike "
            "the dominant one, with a T wave against its QRS."
        ),
        source=AL_KHATIB_2017,
        teaching=(
            "One normal beat, one ventricular, again and again. The pulse may count only every other "
            "beat, since the early one fills badly."
        ),
        criterion=ectopy.ventricular_bigeminy,
        ectopic="ventricular",
        includes=("ventricular premature complex",),
        severity=Severity("prematurity of ventricular beats", 0.22, 0.5),
        own_beats="ventricular",
        taught=Taught(1.6, rates=(50.0, 120.0)),
        labels=Labels(means=("bigu",), sentence=r"ventricular bigeminy|bigeminal pvc|pvc.*bigeminy"),
    ),
    Condition(
        name="ventricular tachycardia",
        group="rhythm",
        synonyms=(
            "VT",
            "V-tach",
            "VTAC",
            "broad complex tachycardia",
            "wide complex tachycardia",
            "monomorphic VT",
        ),
        codes={"aha": "70", "snomed": "164895002"},
        rate_range=(70.0, 220.0),
        rate_limits=(35.0, 220.0),
        # Monomorphic, sustained (Al-Khatib et al. 2017).
        usual_rates=(105.0, 150.0, 205.0),
        default_rate=150,
        criteria=(
            "At least three beats in a row with a QRS of at least 120 ms at more than 100 per minute, "
            "none led by a P wave."
        ),
        source=AL_KHATIB_2017,
        teaching=(
            "Wide, regular and fast. P waves that march through it at their own pace, captured narrow "
            "beats and fusion beats prove that it is ventricular."
        ),
        criterion=ectopy.ventricular_tachycardia,
        limits={"qrs": (120.0, 220.0)},
        no_pr="its beats begin in the ventricles",
        larger_waves=LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
        longest_qrs=260.0,
        led_by_ventricles=True,
        hides_shape=True,
        wide_qrs=True,
        severity=Severity("longest run", 0.1, 1.0),
        own_beats="ventricular",
        taught=Taught(2.2, rates=(70.0, 220.0)),
        labels=Labels(
            doubtful=("paroxysmal ventricular tachycardia",),
            sentence=r"ventricular tachycardia",
            but_not=r"supraventricular",
        ),
    ),
    Condition(
        name="accelerated idioventricular rhythm",
        group="rhythm",
        synonyms=("AIVR", "accelerated ventricular rhythm", "slow ventricular tachycardia", "slow VT"),
        codes={"aha": "64", "snomed": "61277005"},
        rate_range=(50.0, 100.0),
        # Below it an escape rhythm, above it ventricular tachycardia (Al-Khatib).
        rate_limits=(40.0, 100.0),
        # Riera et al. 2010.
        usual_rates=(52.0, 72.0, 96.0),
        default_rate=75,
        criteria=(
            "At least three beats in a row with a QRS of at least 120 ms at 40 to 100 per minute, regular, "
            "not paced, no P wave leading them, and atria no faster than the ventricles."
        ),
        source=cited(
            "Riera AR et al., Accelerated idioventricular rhythm: history and chronology of the main "
            "discoveries, Indian Pacing Electrophysiol J 2010;10:40",
            AL_KHATIB_2017,
        ),
        teaching=(
            "A focus in the ventricles a little faster than the sinus node takes over for a while, often when "
            "an occluded artery opens. P waves go on at their own pace or follow the QRS backwards; captured "
            "and fusion beats mark its beginning and its end."
        ),
        criterion=ectopy.accelerated_idioventricular_rhythm,
        limits={"qrs": (120.0, 220.0)},
        no_pr="its beats begin in the ventricles",
        larger_waves=LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
        longest_qrs=260.0,
        led_by_ventricles=True,
        hides_shape=True,
        wide_qrs=True,
        severity=Severity("longest run", 0.2, 1.0),
        own_beats="ventricular",
        goes_with=("sinus rhythm", "sinus bradycardia"),
    ),
    Condition(
        name="ventricular pacing",
        group="rhythm",
        synonyms=("paced rhythm", "pacemaker", "pacing", "VVI", "DDD", "PM"),
        codes={"scp": "PACE", "aha": "181", "mdc": "MDC_ECG_BEAT_PACED", "snomed": "251266004"},
        rate_range=(50.0, 110.0),
        rate_limits=(40.0, 130.0),
        # Usual lower rates of pacemakers; the five patients measured have 59 to 71.
        usual_rates=(59.0, 66.0, 92.0),
        default_rate=70,
        criteria="A pacing spike before at least 90 % of the wide QRS.",
        source=cited(
            "Glikson M et al., 2021 ESC guideline on cardiac pacing, Eur Heart J 2021;42:3427", MASON_2007
        ),
        teaching=(
            "A spike of half a millisecond, then a wide QRS: from the apex of the right ventricle it "
            "looks like left bundle branch block with a left upward axis. ST and T cannot be judged "
            "as usual."
        ),
        criterion=ectopy.ventricular_pacing,
        limits={"qrs": (120.0, 220.0)},
        no_pr="the pacemaker sets the delay",
        larger_waves=LIKE_LEFT_BUNDLE_BRANCH_BLOCK,
        longest_qrs=260.0,
        led_by_ventricles=True,
        hides_shape=True,
        wide_qrs=True,
        own_beats="paced",
        taught=Taught(2.0, rates=(48.0, 115.0)),
        labels=Labels(
            means=(
                "unipolar ventricular pacing",
                "bipolar ventricular pacing",
                "biventricular pacing",
                "p-synchrony",
            ),
            doubtful=(
                "pace",
                "pacemaker presence, undefined",
            ),
            sentence=r"ventricular[- ](paced|pacing|pacemaker)|dual[- ]paced|v-paced",
            but_not=r"atrial[- ]paced",
            touched=r"pace",
        ),
    ),
)
