"""Names that those choose by who need no torch."""

#: The state-space kernels: diagonal, and diagonal plus of rank one as published.
DIAGONAL, PUBLISHED = KERNELS = ("s4d", "s4")
