"""A vote as files: everything a stranger needs to count again, and the program that does it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.check import LOG_HERE, VOTE_FILE, VOTE_FILES, leaf_lines
from veche.city.ballots.models import Vote
from veche.city.ballots.procedure import PUBLIC
from veche.city.ballots.queries.placed import roll_of, rows_of
from veche.city.ballots.queries.roll import frozen_lines
from veche.city.ballots.sequencer_log import vote_folder
from veche.city.ballots.vote.config import VoteConfig, read_config
from veche.city.ballots.vote.leaf_count import BALLOT_COLUMNS, LeafCount, sums_csv
from veche.city.ballots.vote.result import together
from veche.core.journal.folder import Folder, copy_log, withheld
from veche.core.opendata import standalone
from veche.errors import Refused


class NothingToPublish(Refused):
    """Drafts are nobody's business, and a log is published when it is signed."""

    code = "vote-nothing-to-publish"
    sentence = _("This vote has nothing to publish yet.")


class FolderTaken(Refused):
    """A publication is written into a folder of its own."""

    code = "vote-folder-taken"
    sentence = _("There is something at {folder} already: name a new folder.")


@dataclass(frozen=True)
class VotePublication:
    """What was written."""

    folder: Path
    leaves: int
    ballots: int


def publish_vote_files(vote: Vote, folder: Path) -> VotePublication:
    """Write a vote into a new folder.

    Ballots are read from the published log alone, so that what is written is what was signed.

    Raises:
        NothingToPublish: it is a draft, its log is not signed yet, or the count is not live.
        FolderTaken: the folder holds something.
        OSError: the files cannot be written.
    """
    source = vote_folder(settings.LOG_FOLDER, str(vote.config["vote"]))
    told = Folder(source).checkpoint()
    if told is None or vote.case.state not in PUBLIC or withheld(source):
        raise NothingToPublish
    if folder.exists() and any(folder.iterdir()):
        raise FolderTaken(folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = read_config(vote.config)
    copy_log(source, folder / LOG_HERE)
    _json(folder / "config.json", vote.config)
    counting = _ballots(folder, config)
    rows = counting.rows() if config.audited else together(rows_of(vote), roll_of(vote))[0]
    _write(folder / "sums.csv", sums_csv(rows))
    if config.audited:
        _table(folder, counting)
    _json(folder / "paper.json", counting.batches)
    _roll(folder, vote, counting)
    if vote.result is not None:
        _json(folder / "result.json", vote.result)
    if vote.certificate:
        _write(folder / "certificate.txt", vote.certificate)
    _write(folder / "verify.py", standalone.build())
    _json(folder / VOTE_FILE, _about(vote, config, told.size, counting))
    return VotePublication(folder, told.size, counting.ballots)


def _ballots(folder: Path, config: VoteConfig) -> LeafCount:
    """The leaves, one a line; line n is leaf n − 1."""
    told = Folder(folder / LOG_HERE).checkpoint()
    assert told is not None
    counting = LeafCount(config, lambda _sentence: None)
    with (folder / "ballots.ndjson").open("wb") as out:
        for place, leaf in enumerate(leaf_lines(folder / LOG_HERE, told.size)):
            out.write(leaf + b"\n")
            counting.take(place, leaf)
    return counting


def _table(folder: Path, counting: LeafCount) -> None:
    with (
        (folder / "ballots.ndjson").open("rb") as lines,
        (folder / "ballots.csv").open("w", encoding="utf-8", newline="") as out,
    ):
        out.write(",".join(BALLOT_COLUMNS) + "\r\n")
        for place, line in enumerate(lines):
            out.write(counting.csv_line(place, line.removesuffix(b"\n")))


def _roll(folder: Path, vote: Vote, counting: LeafCount) -> None:
    _json(folder / "roll.json", counting.roll_document)
    with (folder / "roll.txt").open("w", encoding="ascii") as out:
        out.writelines(frozen_lines(vote))


def _about(vote: Vote, config: VoteConfig, leaves: int, counting: LeafCount) -> dict[str, Any]:
    return {
        "format": VOTE_FILES,
        "vote": config.number,
        "title": dict(config.title),
        "level": config.level,
        "state": vote.case.state,
        "config": config.digest,
        "leaves": leaves,
        "ballots": counting.ballots,
        "files": {
            "config.json": "The frozen configuration: questions, options, rules, roll, dates.",
            "ballots.ndjson": "Every leaf of the log, a line each, in the order of the log.",
            "ballots.csv": "The ballots as a table, and which of them count.",
            "sums.csv": "How many counted ballots of a place and channel say the same.",
            "paper.json": "Batches of paper as they were entered twice and agreed.",
            "roll.json": "How many may vote in each place, and every change since it was frozen.",
            "roll.txt": "A salted digest for each person on the roll when it was frozen, sorted.",
            "result.json": "The result as it was announced.",
            "certificate.txt": "The signed certificate.",
            "log/vote": "The signed log (C2SP tlog-tiles).",
            "verify.py": "Checks all of this: python3 verify.py DIR",
        },
    }


def _json(path: Path, value: Mapping[str, Any] | list[Any]) -> None:
    _write(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
