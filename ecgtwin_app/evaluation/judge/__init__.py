"""A judge of recordings that has nothing of the generator or of the recogniser in it, taught by real records alone."""
