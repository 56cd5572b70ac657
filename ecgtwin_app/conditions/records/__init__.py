"""One record a condition, by families. A further condition is one more record here."""

from __future__ import annotations

from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.records import (
    atrial,
    av_block,
    intraventricular,
    ischaemia,
    metabolic,
    muscle,
    sinus,
    ventricular,
)

#: Every condition, in the order in which lists show them.
RECORDS: tuple[Condition, ...] = (
    *sinus.RECORDS,
    *atrial.RECORDS,
    *ventricular.RECORDS,
    *av_block.RECORDS,
    *intraventricular.RECORDS,
    *muscle.RECORDS,
    *ischaemia.RECORDS,
    *metabolic.RECORDS,
)
