"""What all formats share: faults with their line, and numbers."""

from __future__ import annotations


class WrongFile(ValueError):
    """A file that is not of its format; the sentence names the line."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        self.line = line
        super().__init__(sentence if line is None else f"Line {line}: {sentence}")


def whole_number(text: str, line: int | None, what: str, least: int = 0) -> int:
    """A whole number from ``least`` up.

    Raises:
        WrongFile: it is none.
    """
    word = text.strip()
    if not (word.isascii() and word.isdigit() and len(word) < 19) or int(word) < least:
        raise WrongFile(f"{word[:40]!r} is not {what}.", line)
    return int(word)
