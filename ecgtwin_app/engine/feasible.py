"""What can be asked of a heart: limits of a request, the rate that is taken, and what contradicts itself. No torch."""

from __future__ import annotations

from ecgtwin_app.conditions.bounds import rate_bounds, set_point_limits
from ecgtwin_app.conditions.feasible_rate import rate_for
from ecgtwin_app.conditions.record import Condition
from ecgtwin_app.conditions.together import check_combination
from ecgtwin_app.conditions.vocabulary import find_condition, find_conditions
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import FIELDS, TwinRequest
from ecgtwin_app.i18n.message import Message, as_message

#: Shortest time (ms) from the end of the QRS to the end of T, and from the end of T to the next P or QRS.
SHORTEST_JT, SHORTEST_TP = 120.0, 20.0


def check_request(request: TwinRequest) -> list[Condition]:
    """The conditions a request names; `EcgError` (one sentence) when it cannot be granted."""
    changes = request.only or request.without or request.keep is not None
    if not request.conditions and not changes:
        raise EcgError("No condition is named; choose one, for example 'sinus rhythm'.")
    conditions = [find_condition(name) for name in request.conditions]
    check_combination([condition.name for condition in conditions])
    for name, record in FIELDS.items():
        record.check(getattr(request, name))
    _check_kept(request, [condition.name for condition in conditions])
    return conditions


def _check_kept(request, asked):
    """What is to stay and what is to go, against what is asked and against each other."""
    out = [condition.name for condition in find_conditions(request.without)]
    keep = [condition.name for condition in find_conditions(request.keep or ())]
    find_conditions(request.shows or ())
    for name in out:
        if name in asked:
            raise EcgError(
                "The twin cannot be made with and without {condition}; leave one of them out.",
                condition=Message(name),
            )
        if name in keep:
            raise EcgError(
                "The twin cannot both keep {condition} and be without it; leave one of them out.",
                condition=Message(name),
            )
    if request.only and keep:
        raise EcgError(
            "“Only” keeps nothing of the reference, and {condition} is to be kept; leave one of them out.",
            condition=Message(keep[0]),
        )


def contradiction(request: TwinRequest, own: float | None = None) -> str:
    """What a request asks that cannot be together, in one sentence, before anything is drawn; "" where nothing does.

    Parameters
    ----------
    request : TwinRequest
        One that `check_request` accepts or refuses.
    own : float, optional
        The reference's heart rate, 1/min, where it is to be kept.
    """
    try:
        check_request(request)
        check_consistent(request, own)
    except EcgError as error:
        return error.message
    return ""


def check_consistent(request: TwinRequest, own: float | None = None) -> None:
    """Refuse a heart rate or a set-point that the conditions of a request rule out; see `contradiction`.

    A rhythm score of the user's own says itself when the heart beats: rate and PR are not held against it.

    Raises
    ------
    EcgError
    """
    names = [find_condition(name).name for name in request.conditions]
    rate = request.heart_rate
    if request.score is None:
        bounds = rate_bounds(names)
        if rate is not None and not bounds.low <= rate <= bounds.high:
            raise EcgError(
                "A rate of {rate:g}/min contradicts {condition}, which has {low:g} to"
                " {high:g}/min; choose one in between or keep the patient's.",
                rate=rate,
                condition=Message(bounds.binding(rate)),
                low=bounds.low,
                high=bounds.high,
            )
    rates = [rate]
    if rate is None and own is not None:
        # Each twin's own: a rate that cannot be kept is drawn with its seed.
        rates = [rate_for(names, None, own, request.seed + twin)[0] for twin in range(request.samples)]
    _check_limits(request, names)
    for one in dict.fromkeys(rates):
        _check_room(request, names, one)


def _check_limits(request, names):
    """Set-points against what defines the conditions."""
    for condition in find_conditions(names):
        if request.pr is not None and request.score is None and condition.no_pr:
            raise EcgError(
                "A PR interval cannot be set in {condition}: {reason}; keep the patient's.",
                condition=Message(condition.name),
                reason=as_message(condition.no_pr),
            )
    for (name, field), (low, high) in set_point_limits(names).items():
        value = getattr(request, field)
        if value is None or (field == "pr" and request.score is not None):
            continue
        turns = (-360, 0, 360) if field == "axis" else (0,)
        if not any(low <= value + turn <= high for turn in turns):
            what, unit = Message(FIELDS[field].noun), FIELDS[field].spaced_unit
            raise EcgError(
                "A {what} of {value:g}{unit} contradicts {condition}, which has {low:g} to {high:g}{unit};"
                " choose one in between or keep the patient's.",
                what=what,
                value=value,
                unit=unit,
                condition=Message(name),
                low=low,
                high=high,
            )


def _check_room(request, names, rate):
    """Set-points against one another and against the cycle they have to fit into."""
    qt, qrs = request.qt, request.qrs
    if qt is not None and qrs is not None and qt < qrs + SHORTEST_JT:
        raise EcgError(
            "A QT interval of {qt:g} ms has no room for a QRS of {qrs:g} ms and a T wave after it; choose a longer QT.",
            qt=qt,
            qrs=qrs,
        )
    if rate is None:
        return
    cycle = 60_000 / rate
    for condition in find_conditions(names):
        long = (condition.least_qtc or 0.0) * (cycle / 1000) ** (1 / 3)
        if qt is None or qt >= long:
            continue
        raise EcgError(
            "A QT interval of {qt:g} ms contradicts {condition}, which at {rate:.0f}/min has at least {long:.0f} ms;"
            " choose a longer one or keep the patient's.",
            qt=qt,
            condition=Message(condition.name),
            rate=rate,
            long=long,
        )
    for value, what in ((qt, "QT"), (request.pr, "PR")):
        if value is not None and value > cycle - SHORTEST_TP:
            raise EcgError(
                "A {what} interval of {value:g} ms does not fit into the {cycle:.0f} ms from beat to beat at"
                " {rate:.0f}/min; choose a shorter one or a slower rate.",
                what=what,
                value=value,
                cycle=cycle,
                rate=rate,
            )
