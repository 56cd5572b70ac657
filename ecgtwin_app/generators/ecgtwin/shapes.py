"""The shapes of one strip's waves: the patient's own beats where nothing changes them, drawn ones elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ecgtwin_app.conditions.together import changed_parts, keeps_axis
from ecgtwin_app.conditions.vocabulary import find_conditions
from ecgtwin_app.ecg.beat.score import VENTRICULAR_SITES
from ecgtwin_app.ecg.beat.template import BeatTemplate, keeping
from ecgtwin_app.generators.base import Beats
from ecgtwin_app.generators.ecgtwin.beat_law import bounds, by_physiology, missed_lines
from ecgtwin_app.generators.ecgtwin.wave_drawer import WaveDrawer
from ecgtwin_app.generators.ecgtwin.waves import StripWaves, new_of
from ecgtwin_app.heart.binding import condition_made_by
from ecgtwin_app.heart.carried import breathing
from ecgtwin_app.heart.physics.activation import qrs_axis
from ecgtwin_app.heart.physics.vector import fit_lead_field
from ecgtwin_app.heart.rhythm.atrial_waves import as_large_as_seen
from ecgtwin_app.heart.shape.bundle_branch import right_bundle_branch_block
from ecgtwin_app.heart.shape.set_points import brought_to
from ecgtwin_app.heart.shape.ventricular_beats import ectopic_beat, looks_ectopic, with_soft_j

#: A beat conducted with a rate-dependent block has this one.
ABERRATION = condition_made_by(right_bundle_branch_block)
#: How often a strip's waves are drawn at most, and so many of the trials after the first at once: mostly the second or
#: third will do.
MOST_TRIALS, FIRST_AGAIN = 8, 2
#: Draws of the physiology that a beat is sought in where no draw of the networks keeps the law.
PHYSIOLOGY_DRAWS = 4
_PARTS = {"p", "qrs", "t"}


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shapes of one strip.

    Attributes
    ----------
    of_events : tuple of BeatTemplate or None
        Of each event of the score; None for turns of a flutter loop.
    turn : ndarray or None, shape (8, points)
        Of the flutter loop, mV.
    made : dict of str to Beats
        How the beats of each condition were made.
    """

    of_events: tuple[BeatTemplate | None, ...]
    turn: np.ndarray | None
    made: dict[str, Beats]


def unsettled(waves: StripWaves, drawn: np.ndarray) -> tuple[BeatTemplate | None, ...]:
    """Shapes of the score's events while they are drawn: those of a kind by what they have in common."""
    kinds = waves.kind.tolist()
    rows_of = {
        kind: [row for row, one in zip(waves.rows, kinds, strict=True) if one == kind] for kind in kinds
    }
    beats = {row: beat for rows in rows_of.values() for beat in (waves.mean(drawn, rows),) for row in rows}
    return tuple(beats.get(row) for row in range(len(waves.events)))


def settlements(
    drawer: WaveDrawer, waves: StripWaves, drawn: np.ndarray, networks_alone: bool = False
) -> Iterator[Shapes]:
    """The shapes that a strip whose waves (waves, SIZE) were drawn can have, those that keep most of the law first.

    Parameters
    ----------
    networks_alone : bool
        Lay what was drawn, whatever it misses: no other trial, no physiology in its place. For ablations.
    """
    return _Settling(drawer, waves, drawn, networks_alone).all_shapes()


@dataclass(frozen=True, eq=False)
class _Choice:
    """Which beats the conducted ones of a strip become.

    Attributes
    ----------
    mean : BeatTemplate
        By which all of them are bounded and turned alike.
    made : Beats
    trial : int
        Of the networks, or of physiology where `made` says so.
    """

    mean: BeatTemplate
    made: Beats
    trial: int = 0


class _Settling:
    """Holds the waves of one strip against what they have to keep."""

    def __init__(self, drawer: WaveDrawer, waves: StripWaves, drawn: np.ndarray, networks_alone: bool):
        self._drawer, self._waves, self._plan = drawer, waves, waves.plan
        self._networks_alone = networks_alone
        self._trials: list[np.ndarray] = [drawn]
        self._own = waves.template

    def all_shapes(self) -> Iterator[Shapes]:
        """Every event with its shape, by one choice after the other."""
        conducted = self._waves.rows_of("QRS", "conducted")
        ectopic, made = self._ectopic()
        for choice in self._choices(conducted):
            yield self._shapes(choice, conducted, dict(ectopic), dict(made))

    def _shapes(
        self, choice: _Choice, conducted: list[int], shapes: dict[int, BeatTemplate], made: dict[str, Beats]
    ) -> Shapes:
        if conducted:
            recorded = choice.made == Beats.RECORDED
            made["conducted"] = Beats.DRAWN if recorded and self._waves.less_personal else choice.made
        shapes |= self._conducted(choice, conducted) | self._p_waves(choice) | self._aberrant()
        turn = None
        if self._plan.performed.times("P", "flutter"):
            turn = as_large_as_seen(self._drawer.turn.draw(self._plan.seed), self._own.qrs)
        of_events = tuple(shapes.get(row) for row in range(len(self._waves.events)))
        return Shapes(of_events, turn, self._made_for(made))

    def _trial(self, number: int) -> np.ndarray:
        while number >= len(self._trials):
            drawn = len(self._trials)
            self._trials += self._waves.draw(range(drawn, 1 + FIRST_AGAIN if drawn == 1 else MOST_TRIALS))
        return self._trials[number]

    def _choices(self, rows: Sequence[int]) -> Iterator[_Choice]:
        """Draws that keep `beat_law`, then beats of physiology that do, then the others, the best first.

        What the networks were not taught is physiology's alone.
        """
        changed = self._waves.changed
        p_rows = self._waves.rows_of("P", "sinus")
        if not rows or not (changed & {"qrs", "t"} or (changed & {"p"} and p_rows)):
            yield _Choice(self._own, Beats.RECORDED)
            return
        if self._networks_alone:
            yield _Choice(self._waves.mean(self._trial(0), rows, p_rows), Beats.DRAWN)
            return
        poor: list[tuple[int, _Choice]] = []
        for choice in self._candidates(rows, p_rows):
            missed = missed_lines(self._finisher(choice.mean)(choice.mean, self._own), self._plan)
            if missed:
                poor.append((missed, choice))
            else:
                yield choice
        yield from (choice for _, choice in sorted(poor, key=lambda one: one[0]))

    def _candidates(self, rows: Sequence[int], p_rows: Sequence[int]) -> Iterator[_Choice]:
        if not any(condition.changes for condition in self._waves.untaught):
            for number in range(MOST_TRIALS):
                yield _Choice(self._waves.mean(self._trial(number), rows, p_rows), Beats.DRAWN, number)
        # Upon a beat that shows a condition already physiology would make it twice.
        if changed_parts(new_of(self._plan)) and not self._plan.made_anew:
            for draw in self._physiology_draws():
                yield _Choice(by_physiology(self._plan, self._own, draw)[0], Beats.SIMULATED, draw)

    def _physiology_draws(self) -> list[int]:
        """Draws of physiology, the nearest to the plan's severity first."""
        off = {draw: by_physiology(self._plan, self._own, draw)[1] for draw in range(PHYSIOLOGY_DRAWS)}
        return sorted(off, key=lambda draw: off[draw])

    def _conducted(self, choice: _Choice, rows: Sequence[int]) -> dict[int, BeatTemplate]:
        own = self._waves.own
        if choice.made == Beats.RECORDED:
            bring = self._bringer(self._own)
            return {row: bring(own[row]) for row in rows}
        beats, finish = self._of_choice(choice, rows), self._finisher(choice.mean)
        if choice.made == Beats.DRAWN and "qrs" in self._waves.changed:
            # The networks know how far beats differ, not how this patient breathes.
            beats = {row: breathing(beat, choice.mean, own[row], self._own) for row, beat in beats.items()}
        return {row: finish(beat, own[row]) for row, beat in beats.items()}

    def _of_choice(self, choice: _Choice, rows: Sequence[int]) -> dict[int, BeatTemplate]:
        if choice.made == Beats.SIMULATED:
            own = self._waves.own
            return {row: by_physiology(self._plan, own[row], choice.trial)[0] for row in rows}
        return self._waves.decoded(self._trial(choice.trial), rows)

    def _finisher(self, mean: BeatTemplate) -> Callable[[BeatTemplate, BeatTemplate], BeatTemplate]:
        """Makes of a drawn beat, and the patient's own, one with what is left alone, no larger than it can be, at its
        set-points.

        All beats of one strip are bounded and turned as their `mean` is.
        """
        changed = self._waves.changed
        kept = _PARTS - changed
        mean = keeping(mean, self._own, kept)
        limit = bounds(mean, self._own, self._plan.names, changed)
        bring = self._bringer(limit(mean))
        return lambda beat, own: bring(limit(keeping(beat, own, kept)))

    def _bringer(self, mean: BeatTemplate) -> Callable[[BeatTemplate], BeatTemplate]:
        """Brings a beat to its set-points, as far from them as it is from its `mean`."""
        plan, axis = self._plan, self._plan.turned_to
        new = new_of(plan)
        if axis is None and "qrs" in changed_parts(new) and keeps_axis(new) and not plan.removed:
            axis = qrs_axis(self._own.qrs)
        qrs = None if plan.qrs is None else plan.qrs / 1000
        qt = None if plan.qt is None else plan.qt / 1000 * self._waves.at_own_cycle()
        of_mean = qrs_axis(mean.qrs)

        def bring(beat):
            to = None if axis is None else axis + qrs_axis(beat.qrs) - of_mean
            return brought_to(beat, qrs, qt, to)

        return bring

    def _p_waves(self, choice: _Choice) -> dict[int, BeatTemplate]:
        """The P waves: the patient's own in sinus rhythm where nothing changes them."""
        sinus, own = self._waves.rows_of("P", "sinus"), self._waves.own
        others = [row for row in self._waves.rows_of("P") if row in self._waves.rows and row not in sinus]
        found = self._waves.decoded(self._trial(0), others) if others else {}
        if "p" not in self._waves.changed:
            return found | {row: own[row] for row in sinus}
        if choice.made == Beats.RECORDED:
            return found | self._waves.decoded(self._trial(0), sinus)
        return found | self._of_choice(choice, sinus)

    def _aberrant(self) -> dict[int, BeatTemplate]:
        """Beats conducted with a rate-dependent block, drawn as the strip would be under that block."""
        rows = self._waves.rows_of("QRS", "aberrant")
        if not rows:
            return {}
        names = (*self._plan.names, ABERRATION)
        parts = self._waves.changed | changed_parts((ABERRATION,))
        (drawn,) = self._waves.draw((0,), (ABERRATION,))
        limit = bounds(self._waves.mean(drawn, rows), self._own, names, parts)
        beats = self._waves.decoded(drawn, rows)
        return {
            row: limit(keeping(beat, self._waves.own[row], _PARTS - parts)) for row, beat in beats.items()
        }

    def _ectopic(self) -> tuple[dict[int, BeatTemplate], dict[str, Beats]]:
        """Ventricular and paced beats, and how each origin's were made."""
        groups: dict[tuple[str, str], list[int]] = {}
        for row in self._waves.rows_of("QRS", "ventricular", "paced"):
            event = self._waves.events[row]
            groups.setdefault((event.origin, self._waves.site_of(event)), []).append(row)
        found: dict[int, BeatTemplate] = {}
        made: dict[str, Beats] = {}
        led = any(condition.led_by_ventricles for condition in find_conditions(self._plan.names))
        for (origin, site), rows in groups.items():
            trial = None
            if rows[0] in self._waves.rows:
                trial = self._first_ectopic(rows) if origin == "ventricular" else 0
            if trial is None:
                mean = self._simulated(origin, site)
                beats, made[origin] = dict.fromkeys(rows, mean), Beats.SIMULATED
            else:
                drawn = self._trial(trial)
                mean, made[origin] = with_soft_j(self._waves.mean(drawn, rows)), Beats.DRAWN
                beats = {row: with_soft_j(beat) for row, beat in self._waves.decoded(drawn, rows).items()}
            if led:
                limit = bounds(mean, self._own, self._plan.names)
                beats = {row: limit(beat) for row, beat in beats.items()}
            found |= beats
        return found, made

    def _first_ectopic(self, rows: Sequence[int]) -> int | None:
        """The first trial whose beats could not be taken for conducted ones: a net knows no sharp bounds."""
        for number in range(0 if self._networks_alone else MOST_TRIALS):
            if looks_ectopic(self._waves.mean(self._trial(number), rows), self._own):
                return number
        return 0 if self._networks_alone else None

    def _simulated(self, origin: str, site: str) -> BeatTemplate:
        """A beat of physiology: of a rhythm that the networks were not taught, or where none of their draws is ectopic."""
        own = self._own
        rng = np.random.default_rng([self._plan.seed, 8, VENTRICULAR_SITES.index(site)])
        return ectopic_beat(own, fit_lead_field(own.qrs, own.t), rng, site, origin == "paced")[0]

    def _made_for(self, ways: dict[str, Beats]) -> dict[str, Beats]:
        """How the beats of each condition were made, as far as it has some."""
        result = {}
        for condition in find_conditions(self._plan.names):
            origin = condition.own_beats if condition.own_beats in ways else "conducted"
            if origin in ways:
                result[condition.name] = ways[origin]
        return result
