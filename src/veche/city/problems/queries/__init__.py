"""Reading problems: one file for each kind of reader."""
