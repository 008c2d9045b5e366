"""Who must do what by when: procedures, moves, assignments, clocks."""
