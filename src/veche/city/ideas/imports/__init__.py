"""Ideas of another platform: read, checked row by row.

``mapping`` says which column means what, for an export of Decidim or for any table; ``rows`` makes
an entry or a fault of each row; `veche.city.ideas.operations.imports` is the operation. Nothing is
kept of the people who wrote or supported there: no column of theirs is read.
"""
