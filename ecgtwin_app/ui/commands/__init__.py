"""Every command by its menu, and the workbench that they all work on."""
