"""The heat maps there are, one record each. A further one is a record here and the module that it names."""

from __future__ import annotations

from ecgtwin_app.attribution.method import Check, Method
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.i18n.words import N_

_ECTOPIC = (
    Check(
        "energy_share_in_ectopic_beats",
        N_("Share of the map in ectopic beats"),
        "%",
        N_("Of the squared values. Far above their share of the time: the map lies on them."),
    ),
    Check(
        "time_share_of_ectopic_beats",
        N_("Share of the time in ectopic beats"),
        "%",
        N_("What a map without any preference would give them."),
    ),
)
_EVIDENCE = (
    Check(
        "evidence_twin",
        N_("Evidence in the twin"),
        "",
        N_("How much better the model predicts the strip when told of the condition; above 0 speaks for it."),
    ),
    Check(
        "evidence_without",
        N_("Evidence without the condition"),
        "",
        N_("The same of the strip without it; lower, if the model tells them apart."),
    ),
    Check(
        "completeness_error",
        N_("Evidence not shared out"),
        "%",
        N_("By how much the values of the map miss the difference of both; above 10 % be careful."),
    ),
)
_METHODS = (
    Method(
        name=N_("contrast"),
        title=N_("Contrast map"),
        meaning=N_("what the condition changed"),
        ability=Ability.TWIN,
        unit="mV",
        signed=True,
        per_lead=True,
        of_one=True,
        of_removed=True,
        checks=(
            Check(
                "rms_mv",
                N_("Size of the difference"),
                "mV",
                N_("Root mean square over all leads and samples: how much the condition changes at all."),
            ),
            Check(
                "same_rhythm",
                N_("Same rhythm with and without"),
                "",
                N_("Where not, beats stand elsewhere, and the map shows their places, too."),
            ),
            *_ECTOPIC,
        ),
        module="contrast",
    ),
    Method(
        name=N_("attention"),
        title=N_("Attention map"),
        meaning=N_("where the model attended to the condition"),
        ability=Ability.ATTENTION,
        unit=N_("share"),
        signed=False,
        per_lead=False,
        of_one=True,
        of_removed=False,
        checks=(
            Check(
                "mean_share",
                N_("Mean attention to the condition"),
                "%",
                N_("Of the attention that goes to the asked statements, over the strip."),
            ),
            Check(
                "share_if_uniform",
                N_("Attention without preference"),
                "%",
                N_("What the condition would get if all were attended to alike."),
            ),
            Check(
                "range",
                N_("Highest less lowest attention"),
                "%",
                N_("Near zero: the map is flat and says nothing about when."),
            ),
        ),
        module="attention",
    ),
    Method(
        name=N_("gradients"),
        title=N_("Gradient map"),
        meaning=N_("sensitivity to the condition"),
        ability=Ability.GRADIENTS,
        unit=N_("share"),
        signed=True,
        per_lead=True,
        of_one=True,
        of_removed=False,
        checks=_EVIDENCE,
        module="gradients",
    ),
    Method(
        name=N_("occlusion"),
        title=N_("Occlusion map"),
        meaning=N_("evidence lost without this wave"),
        ability=Ability.EVIDENCE,
        unit=N_("share"),
        signed=True,
        per_lead=False,
        of_one=True,
        of_removed=False,
        checks=(
            *_EVIDENCE,
            Check(
                "order_error",
                N_("Shared between waves"),
                "%",
                N_(
                    "How much hangs on the order in which waves are taken away: what the model sees in several only."
                ),
            ),
            *_ECTOPIC,
        ),
        module="occlusion",
    ),
)
#: Heat maps by name, the default first.
METHODS = {method.name: method for method in _METHODS}
DEFAULT_METHOD = _METHODS[0].name
#: What is checked of them, by name.
CHECKS = {check.name: check for method in _METHODS for check in method.checks}
