"""Every code of the vocabulary against the tables it was published in (docs/codes.md says where).

The tables below were copied from the sources, not from the vocabulary: each line is a condition, its
code, and the words that the source has for that code.
"""

import pytest

from ecgtwin_app.conditions.vocabulary import find_condition, load_vocabulary

#: PTB-XL, scp_statements.csv: SCP-ECG statement and its description.
SCP = """
sinus rhythm | SR | sinus rhythm
sinus bradycardia | SBRAD | sinus bradycardia
sinus tachycardia | STACH | sinus tachycardia
sinus arrhythmia | SARRH | sinus arrhythmia
atrial fibrillation | AFIB | atrial fibrillation
atrial flutter | AFLT | atrial flutter
premature atrial complex | PAC | atrial premature complex
supraventricular tachycardia | SVTAC | supraventricular tachycardia
ventricular premature complex | PVC | ventricular premature complex
ventricular bigeminy | BIGU | bigeminal pattern (unknown origin, SV or Ventricular)
ventricular pacing | PACE | normal functioning artificial pacemaker
first-degree AV block | 1AVB | first degree AV block
complete AV block | 3AVB | third degree AV block
right bundle branch block | CRBBB | complete right bundle branch block
incomplete right bundle branch block | IRBBB | incomplete right bundle branch block
left bundle branch block | CLBBB | complete left bundle branch block
left anterior fascicular block | LAFB | left anterior fascicular block
left posterior fascicular block | LPFB | left posterior fascicular block
pre-excitation | WPW | Wolf-Parkinson-White syndrome
left ventricular hypertrophy | LVH | left ventricular hypertrophy
right ventricular hypertrophy | RVH | right ventricular hypertrophy
low voltage | LVOLT | low QRS voltages in the frontal and horizontal leads
left atrial enlargement | LAO/LAE | left atrial overload/enlargement
right atrial enlargement | RAO/RAE | right atrial overload/enlargement
anterior STEMI | AMI | anterior myocardial infarction
inferior STEMI | IMI | inferior myocardial infarction
ST depression | STD_ | non-specific ST depression
T inversion | INVT | inverted T-waves
long QT | LNGQT | long QT-interval
"""

#: Mason et al., J Am Coll Cardiol 2007;49:1128; after a plus, a modifier.
AHA = """
sinus rhythm | 20 | Sinus rhythm
sinus bradycardia | 22 | Sinus bradycardia
sinus tachycardia | 21 | Sinus tachycardia
sinus arrhythmia | 23 | Sinus arrhythmia
atrial fibrillation | 50 | Atrial fibrillation
atrial flutter | 51 | Atrial flutter
premature atrial complex | 30 | Atrial premature complex(es)
supraventricular tachycardia | 55 | Supraventricular tachycardia
junctional rhythm | 38 | Junctional rhythm
ventricular premature complex | 60 | Ventricular premature complex(es)
ventricular bigeminy | 60+341 | Ventricular premature complex(es) + In a bigeminal pattern
ventricular tachycardia | 70 | Ventricular tachycardia
accelerated idioventricular rhythm | 64 | Accelerated idioventricular rhythm
ventricular pacing | 181 | Ventricular-paced complex(es) or rhythm
first-degree AV block | 82 | Prolonged PR interval
Wenckebach AV block | 83 | Second-degree AV block, Mobitz type I (Wenckebach)
Mobitz II AV block | 84 | Second-degree AV block, Mobitz type II
complete AV block | 88 | AV block, complete (third-degree)
right bundle branch block | 106 | Right bundle-branch block
incomplete right bundle branch block | 105 | Incomplete right bundle-branch block
left bundle branch block | 104 | Left bundle-branch block
left anterior fascicular block | 101 | Left anterior fascicular block
left posterior fascicular block | 102 | Left posterior fascicular block
pre-excitation | 108 | Ventricular preexcitation
left ventricular hypertrophy | 142 | Left ventricular hypertrophy
left ventricular strain | 153 | ST-T change due to ventricular hypertrophy
right ventricular hypertrophy | 143 | Right ventricular hypertrophy
low voltage | 125 | Low voltage
left atrial enlargement | 140 | Left atrial enlargement
right atrial enlargement | 141 | Right atrial enlargement
anterior STEMI | 160+330 | Anterior MI + Acute
inferior STEMI | 161+330 | Inferior MI + Acute
old anterior infarct | 160+332 | Anterior MI + Old
old inferior infarct | 161+332 | Inferior MI + Old
ST depression | 502 | ST depression
T inversion | 147+367 | T-wave abnormality + Inversion
long QT | 148 | Prolonged QT interval
hyperkalaemia | 208 | Hyperkalemia
Brugada type 1 | 202 | Brugada abnormality
"""

#: PTB-XL's column "aECG REFID"; junctional rhythm and paced beat: DICOM PS3.16, CID 3415 and 3335.
MDC = """
sinus rhythm | MDC_ECG_RHY_SINUS_RHY | sinus rhythm
sinus bradycardia | MDC_ECG_RHY_SINUS_BRADY | sinus bradycardia
sinus tachycardia | MDC_ECG_RHY_SINUS_TACHY | sinus tachycardia
sinus arrhythmia | MDC_ECG_RHY_SINUS_ARRHY | sinus arrhythmia
atrial fibrillation | MDC_ECG_RHY_ATR_FIB | atrial fibrillation
atrial flutter | MDC_ECG_RHY_ATR_FLUT | atrial flutter
premature atrial complex | MDC_ECG_BEAT_ATR_P_C | atrial premature complex
supraventricular tachycardia | MDC_ECG_RHY_SV_TACHY | supraventricular tachycardia
junctional rhythm | MDC_ECG_RHY_JUNC_RHY | AV junctional (nodal) rhythm
ventricular premature complex | MDC_ECG_BEAT_V_P_C | ventricular premature complex
ventricular pacing | MDC_ECG_BEAT_PACED | Paced beat
first-degree AV block | MDC_ECG_RHY_AV_HEART_BLK_DEG_1 | first degree AV block
complete AV block | MDC_ECG_RHY_AV_HEART_BLK_DEG_3 | third degree AV block
right bundle branch block | MDC_ECG_BEAT_RBB_BLK_COMP | complete right bundle branch block
incomplete right bundle branch block | MDC_ECG_BEAT_RBB_BLK_INCOMP | incomplete right bundle branch block
left bundle branch block | MDC_ECG_BEAT_LBB_BLK_COMP | complete left bundle branch block
left anterior fascicular block | MDC_ECG_BEAT_BLK_ANT_L_HEMI | left anterior fascicular block
left posterior fascicular block | MDC_ECG_BEAT_BLK_POS_L_HEMI | left posterior fascicular block
pre-excitation | MDC_ECG_RHY_WPW_UNK | Wolf-Parkinson-White syndrome
"""

#: PhysioNet/CinC Challenge 2021, dx_mapping_scored.csv and dx_mapping_unscored.csv. Mobitz II: IHE PCC value
#: set of cardiac rhythms; inferior infarct and hyperkalaemia: OHDSI vocabulary, concepts 438170 and 434610.
SNOMED = """
sinus rhythm | 426783006 | sinus rhythm
sinus bradycardia | 426177001 | sinus bradycardia
sinus tachycardia | 427084000 | sinus tachycardia
sinus arrhythmia | 427393009 | sinus arrhythmia
atrial fibrillation | 164889003 | atrial fibrillation
atrial flutter | 164890007 | atrial flutter
premature atrial complex | 284470004 | premature atrial contraction
supraventricular tachycardia | 426761007 | supraventricular tachycardia
junctional rhythm | 29320008 | atrioventricular junctional rhythm
ventricular premature complex | 17338001 | ventricular premature beats
ventricular bigeminy | 11157007 | ventricular bigeminy
ventricular tachycardia | 164895002 | ventricular tachycardia
accelerated idioventricular rhythm | 61277005 | accelerated idioventricular rhythm
ventricular pacing | 251266004 | ventricular pacing pattern
first-degree AV block | 270492004 | 1st degree av block
Wenckebach AV block | 54016002 | mobitz type i wenckebach atrioventricular block
Mobitz II AV block | 28189009 | Mobitz type II atrioventricular block
complete AV block | 27885002 | complete heart block
right bundle branch block | 713427006 | complete right bundle branch block
incomplete right bundle branch block | 713426002 | incomplete right bundle branch block
left bundle branch block | 164909002 | left bundle branch block
left anterior fascicular block | 445118002 | left anterior fascicular block
left posterior fascicular block | 445211001 | left posterior fascicular block
pre-excitation | 74390002 | wolff parkinson white pattern
left ventricular hypertrophy | 164873001 | left ventricular hypertrophy
left ventricular strain | 370365005 | left ventricular strain
right ventricular hypertrophy | 89792004 | right ventricular hypertrophy
low voltage | 251146004 | low qrs voltages
left atrial enlargement | 67741000119109 | left atrial enlargement
right atrial enlargement | 446358003 | right atrial hypertrophy
anterior STEMI | 54329005 | anterior myocardial infarction
inferior STEMI | 73795002 | Acute myocardial infarction of inferior wall
ST depression | 429622005 | st depression
T inversion | 59931005 | t wave inversion
long QT | 111975006 | prolonged qt interval
hyperkalaemia | 14140009 | Hyperkalemia
Brugada type 1 | 418818005 | brugada
"""


def published(table):
    rows = [line.split(" | ") for line in table.strip().splitlines()]
    return {name: code for name, code, _ in rows}


@pytest.mark.parametrize("system, table", [("scp", SCP), ("aha", AHA), ("mdc", MDC), ("snomed", SNOMED)])
def test_every_code_stands_in_its_published_table(system, table):
    ours = {c.name: c.codes[system] for c in load_vocabulary() if system in c.codes}
    assert ours == published(table)


def test_every_code_finds_its_condition():
    for condition in load_vocabulary():
        for code in condition.codes.values():
            assert find_condition(code) is condition


def test_snomed_identifiers_carry_their_check_digit():
    """Verhoeff's dihedral check (Verhoeff 1969), which every SNOMED CT identifier ends in."""
    turned = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    while len(turned) < 8:
        turned.append([turned[-1][turned[1][k]] for k in range(10)])

    def product(a, b):
        """Of the symmetries of a pentagon: 0 to 4 turn it, 5 to 9 turn it over."""
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
        return 5 + (a - b) % 5 if b < 5 else (a - b) % 5

    for condition in load_vocabulary():
        check = 0
        for place, digit in enumerate(reversed(condition.codes.get("snomed", "0"))):
            check = product(check, turned[place % 8][int(digit)])
        assert check == 0, condition.name
