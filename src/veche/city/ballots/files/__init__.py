"""Files of ballots: the formats in which elections are published, read into ``Papers``."""

from veche.city.ballots.files.reading import FORMATS, read_ballots
from veche.city.ballots.files.text import WrongFile

__all__ = ["FORMATS", "WrongFile", "read_ballots"]
