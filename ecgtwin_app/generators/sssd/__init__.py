"""SSSD-ECG-nle: new patients from labels alone, by a structured state-space diffusion model."""
