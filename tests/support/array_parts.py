"""Tensors as arrays: the reverse of `tensors.as_tensors`."""

from dataclasses import fields, replace

from torch import Tensor


def arrays(part):
    """A tensor, or a dataclass of tensors, as arrays."""
    if isinstance(part, Tensor):
        return part.numpy()
    return replace(part, **{field.name: arrays(getattr(part, field.name)) for field in fields(part)})
