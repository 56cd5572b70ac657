"""Start a training from finished weights, with the same statements or others."""

from __future__ import annotations

from torch import nn

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.weights import TwinModel

#: Parameters with a row for each statement.
_BY_STATEMENT = (".statement", ".severity")


def carry_over(model: TwinModel, source: TwinModel) -> None:
    """Copy the weights of `source` into `model`, in place, with the components and spreads of its beats.

    Statements that only one of them has stay as they are, and the rhythm model is carried over only where both
    have the same.

    Raises
    ------
    EcgError
        When the two have other sizes than their statement lists.
    """
    old, new = source.config.statements, model.config.statements
    shared = [(new.index(name), old.index(name)) for name in new if name in old]
    _copy(model.ensemble, source.ensemble, shared)
    if old == new and source.rhythm is not None:
        model.rhythm = source.rhythm


def _copy(module: nn.Module, source: nn.Module, shared: list[tuple[int, int]]) -> None:
    values, found = module.state_dict(), source.state_dict()
    for name, value in values.items():
        if name.endswith(_BY_STATEMENT):
            for to, row in shared:
                value[to] = found[name][row]
        elif name in found and found[name].shape == value.shape:
            value.copy_(found[name])
        else:
            raise EcgError(
                "The weights to start from have another {name}; train without --from, or from weights of this size.",
                name=name,
            )
