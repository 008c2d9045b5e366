"""Files of ballots: the formats in which elections are published, read into ``Papers``."""

from veche.city.ballots.files.reading import FORMATS, WrongFile, read

__all__ = ["FORMATS", "WrongFile", "read"]
