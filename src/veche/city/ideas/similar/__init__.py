"""Texts that say nearly the same: an engine of its own, without Django.

`grams` reads a text, `index` finds the nearest of thousands, `clusters` groups them, `report` says
it of a whole file. `veche.city.ideas.queries.similar` asks the same numbers in the database.
"""
