"""What every measurement is, for the help beside it: one sentence each, with its source.

Intervals and their global measurement: Kligfield et al., AHA/ACC/HRS recommendations part I, Circulation
2007;115:1306. Corrected QT: Rautaharju et al., part IV, Circulation 2009;119:e241. Voltages: Hancock et al.,
part V, Circulation 2009;119:e251. ST level: Thygesen et al., Fourth Universal Definition of Myocardial
Infarction, Circulation 2018;138:e618.
"""

from __future__ import annotations

from ecgtwin_app.i18n.words import N_

#: By the name in `ecg.measurement.measure`.
DEFINITIONS = {
    "heart_rate": N_("Ventricular rate from the mean RR interval of all beats."),
    "atrial_rate": N_("Rate of the P waves, where one stands before nearly every QRS."),
    "rr_cv": N_("Standard deviation of the RR intervals over their mean, between beats of the usual shape."),
    "p_before_qrs": N_("Share of the QRS complexes with a P wave before them."),
    "p_duration": N_("From the earliest onset of P to its latest end (Kligfield 2007)."),
    "pr": N_("From the onset of P to the onset of QRS (Kligfield 2007)."),
    "qrs": N_("From the earliest onset of QRS to its latest end (Kligfield 2007)."),
    "qt": N_("From the onset of QRS to the end of T (Kligfield 2007)."),
    "qtc_bazett": N_("QT over the square root of RR in seconds (Bazett 1920)."),
    "qtc_fridericia": N_("QT over the cube root of RR in seconds (Fridericia 1920)."),
    "qtc_framingham": N_("QT + 154 ms × (1 − RR in seconds) (Sagie 1992)."),
    "qtc_hodges": N_("QT + 1.75 ms × (heart rate − 60) (Hodges 1983)."),
    "p_axis": N_("Direction of P in the frontal plane, from the net areas in I and aVF."),
    "qrs_axis": N_("Direction of QRS in the frontal plane, from the net areas in I and aVF (Surawicz 2009)."),
    "t_axis": N_("Direction of T in the frontal plane, from the net areas in I and aVF."),
    "sokolow_lyon": N_("S in V1 plus the larger R of V5 and V6 (Sokolow and Lyon 1949)."),
    "cornell": N_("R in aVL plus S in V3 (Casale 1987)."),
    "qrs_peak_to_peak": N_("Highest less lowest point of QRS, mean over the leads."),
    "st_j": N_("ST level at the end of QRS against the level before it (Thygesen 2018)."),
    "st_60": N_("ST level 60 ms after the end of QRS against the level before QRS."),
    "st_80": N_("ST level 80 ms after the end of QRS against the level before QRS."),
    "q_amplitude": N_("Depth of the first negative wave before any R; 0 without one, a QS counts as S."),
    "r_amplitude": N_("Height of the tallest positive wave of QRS."),
    "s_amplitude": N_("Depth of the deepest negative wave after R, or of a QS."),
    "t_amplitude": N_("Highest or lowest point of T, signed."),
}
