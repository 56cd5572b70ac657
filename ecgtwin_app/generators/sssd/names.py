"""Names that those choose by who need no torch."""

#: The label embeddings: sum of positives (SSSD-ECG), two states (SSSD-ECG-nle), three states with unknown (ours).
POSITIVES, TWO_STATES, THREE_STATES = EMBEDDINGS = ("positives", "two-states", "three-states")
