"""Records of another system: read, checked row by row, and kept as problems that ended there.

``mapping`` reads the description of the columns, ``reader`` the file, ``rows`` makes an entry or a
fault of each row, ``areas`` says which territory it lies in; `veche.city.problems.bulk.imports` is
the operation. Nothing is kept of the people who reported: a column of authors may be named, so
that it is dropped knowingly.
"""
