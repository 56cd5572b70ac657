"""Every command, and the menus made of them."""
