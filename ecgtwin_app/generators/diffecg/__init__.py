"""DiffECG: one network that fills in what is hidden of a recording, goes on with it, or draws a beat."""
