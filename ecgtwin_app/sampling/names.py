"""Names of the samplers and their usual steps, for those who ask without needing torch."""

#: Steps of the published diffusion.
DDPM_STEPS = 1000
#: Every sampler with its usual number of steps.
USUAL_STEPS = {"dpm_solver_2m": 2, "heun": 8, "euler": 25, "ddpm": DDPM_STEPS}
