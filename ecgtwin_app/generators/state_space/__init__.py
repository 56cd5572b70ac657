"""Structured state-space layers and the blocks of DiffWave made of them: what the diffusion networks over strips share."""
