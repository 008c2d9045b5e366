"""The wall: the whole city on one screen, live."""
