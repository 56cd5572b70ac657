"""The experiments by which SSSD-ECG and SSSD-ECG-nle were evaluated, one command each, for any generator."""
