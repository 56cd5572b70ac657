"""What every measurement is, for the help beside it: one sentence each, with its source.

Intervals and their global measurement: Kligfield et al., AHA/ACC/HRS recommendations part I, Circulation
2007;115:1306. Corrected QT: Rautaharju et al., part IV, Circulation 2009;119:e241. Voltages: Hancock et al.,
part V, Circulation 2009;119:e251. ST level: Thygesen et al., Fourth Universal Definition of Myocardial
Infarction, Circulation 2018;138:e618.
"""

from __future__ import annotations

from ecgtwin_app.ui.words import noted

#: By the name in `ecg.measure`.
DEFINITIONS = {
    "heart_rate": noted("Ventricular rate from the mean RR interval of all beats."),
    "atrial_rate": noted("Rate of the P waves, where one stands before nearly every QRS."),
    "rr_cv": noted(
        "Standard deviation of the RR intervals over their mean, between beats of the usual shape."
    ),
    "p_before_qrs": noted("Share of the QRS complexes with a P wave before them."),
    "p_duration": noted("From the earliest onset of P to its latest end (Kligfield 2007)."),
    "pr": noted("From the onset of P to the onset of QRS (Kligfield 2007)."),
    "qrs": noted("From the earliest onset of QRS to its latest end (Kligfield 2007)."),
    "qt": noted("From the onset of QRS to the end of T (Kligfield 2007)."),
    "qtc_bazett": noted("QT over the square root of RR in seconds (Bazett 1920)."),
    "qtc_fridericia": noted("QT over the cube root of RR in seconds (Fridericia 1920)."),
    "qtc_framingham": noted("QT + 154 ms × (1 − RR in seconds) (Sagie 1992)."),
    "qtc_hodges": noted("QT + 1.75 ms × (heart rate − 60) (Hodges 1983)."),
    "p_axis": noted("Direction of P in the frontal plane, from the net areas in I and aVF."),
    "qrs_axis": noted(
        "Direction of QRS in the frontal plane, from the net areas in I and aVF (Surawicz 2009)."
    ),
    "t_axis": noted("Direction of T in the frontal plane, from the net areas in I and aVF."),
    "sokolow_lyon": noted("S in V1 plus the larger R of V5 and V6 (Sokolow and Lyon 1949)."),
    "cornell": noted("R in aVL plus S in V3 (Casale 1987)."),
    "qrs_peak_to_peak": noted("Highest less lowest point of QRS, mean over the leads."),
    "st_j": noted("ST level at the end of QRS against the level before it (Thygesen 2018)."),
    "st_60": noted("ST level 60 ms after the end of QRS against the level before QRS."),
    "st_80": noted("ST level 80 ms after the end of QRS against the level before QRS."),
    "q_amplitude": noted("Depth of the first negative wave before any R; 0 without one, a QS counts as S."),
    "r_amplitude": noted("Height of the tallest positive wave of QRS."),
    "s_amplitude": noted("Depth of the deepest negative wave after R, or of a QS."),
    "t_amplitude": noted("Highest or lowest point of T, signed."),
}
