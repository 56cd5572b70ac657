"""Conditions that are asked together: which of them explains what another would otherwise forbid."""

from __future__ import annotations

#: Ventricular ectopic beats; they have no P, and their pause is no dropped beat.
VENTRICULAR_ECTOPY = ("ventricular premature complex", "ventricular bigeminy")
#: Ectopic beats of either chamber; they make the rhythm uneven.
ECTOPY = (*VENTRICULAR_ECTOPY, "premature atrial complex")
#: Blocks in which P waves stay without a QRS.
DROPPING = ("Wenckebach AV block", "Mobitz II AV block", "complete AV block")
#: A QRS that is wide, whatever else is asked.
WIDE_QRS = (
    "right bundle branch block",
    "left bundle branch block",
    "pre-excitation",
    "ventricular pacing",
    "ventricular tachycardia",
    "hyperkalaemia",
)
#: Ventricles that are led by something that keeps its own time.
STEADY_VENTRICLES = ("ventricular pacing", "complete AV block", "ventricular tachycardia")
