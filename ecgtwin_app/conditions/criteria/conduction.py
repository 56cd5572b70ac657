"""Criteria of bundle branch block and pre-excitation.

Surawicz et al., AHA/ACC/HRS recommendations part III, J Am Coll Cardiol 2009;53:976.
"""

from __future__ import annotations

from ecgtwin_app.conditions.verdict import Asked, Verdict, above, at_least, below, line, seen, yes
from ecgtwin_app.ecg.measurement.measure import Measurements
from ecgtwin_app.ecg.measurement.qrs_pattern import (
    has_terminal_r,
    is_broad_r_without_q,
    is_discordant,
    is_qs_or_rs,
    slow_start,
    terminal_s,
)

#: A QRS that needs so long (ms) to reach half its top speed begins slurred.
SLURRED = 24.0


def left_bundle_branch_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """Wide QRS, negative in V1, broad R without q in I and V6, ST-T against the QRS."""
    shape = m.delineation.shapes[0]
    return [
        at_least("QRS duration", "ms", m.qrs, 120),
        yes("QS or rS in V1", "yes", seen(m, ("V1",), lambda: is_qs_or_rs(shape, "V1"))),
        yes(
            "broad R without q in I and V6",
            "yes",
            seen(m, ("I", "V6"), lambda: all(is_broad_r_without_q(shape, lead) for lead in ("I", "V6"))),
        ),
        yes(
            "discordant ST-T",
            "yes",
            seen(
                m,
                ("I", "V1", "V6"),
                lambda: is_discordant(shape, "V1") and any(is_discordant(shape, n) for n in ("I", "V6")),
            ),
        ),
    ]


def right_bundle_branch_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """Wide QRS that ends rightward and forward."""
    return [at_least("QRS duration", "ms", m.qrs, 120), *_late_right_ventricle(m)]


def incomplete_right_bundle_branch_block(m: Measurements, asked: Asked) -> list[Verdict]:
    """As right bundle branch block, with a QRS of 100 to 119 ms."""
    got = m.qrs
    return [
        line("QRS duration", "ms", "100 to 119", got, got is not None and 100 <= got < 120),
        *_late_right_ventricle(m),
    ]


def _late_right_ventricle(m):
    shape = m.delineation.shapes[0]
    return [
        yes("terminal R in V1", "yes", seen(m, ("V1",), lambda: has_terminal_r(shape, "V1"))),
        at_least("S in I", "ms", seen(m, ("I",), lambda: 1000 * terminal_s(shape, "I")), 40),
        at_least("S in V6", "ms", seen(m, ("V6",), lambda: 1000 * terminal_s(shape, "V6")), 40),
    ]


def pre_excitation(m: Measurements, asked: Asked) -> list[Verdict]:
    """Short PR, slurred onset, QRS above 110 ms; in fibrillation without the PR."""
    pr = [] if asked.without_p else [below("PR interval", "ms", m.pr, 120)]
    return [
        *pr,
        at_least("slurred onset of the QRS", "ms", slow_start(m.delineation.shapes[0]), SLURRED),
        above("QRS duration", "ms", m.qrs, 110),
    ]
