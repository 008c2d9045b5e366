"""All files of a counted vote in one, with the program that counts again.

A timer packs them, in the process that does what may take its time; pages only give them out.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import tempfile
import zipfile
from pathlib import Path

from django.conf import settings

from veche.city.ballots.models import Vote, VoteLog
from veche.city.ballots.procedure import COUNTED
from veche.city.ballots.publishing import NothingToPublish, publish_vote_files
from veche.city.ballots.queries.proof import sealed_to

logger = logging.getLogger(__name__)
OFFERED = (*COUNTED, "annulled")
"""States in which the files of a vote are given out."""
MOST_AT_ONCE = 5
"""Votes packed in one go; the others wait for the next minute."""


def shelf() -> Path:
    """Where packed votes lie."""
    return Path(settings.FILES_DIR) / "votes"


def name_of(vote: Vote, size: int) -> str:
    """What the file of a vote is called: another one when its log or its state has changed."""
    return f"{vote.config['vote']}-{size}-{vote.case.seq}.zip"


def packed(vote: Vote) -> Path | None:
    """The latest file of a vote; None before there is one."""
    found = sorted(
        shelf().glob(f"{vote.config['vote']}-*.zip"), key=lambda one: one.stat().st_mtime
    )
    return found[-1] if found else None


def sweep(*, at: dt.datetime) -> int:
    """The timer: pack what was counted or has changed since; returns how many votes were packed.
    The hour ``at`` of the city does not matter."""
    lying = {one.name for one in shelf().glob("*.zip")}
    sizes = dict(VoteLog.objects.values_list("vote_id", "size"))
    rows = Vote.objects.filter(case__state__in=OFFERED).select_related("case").order_by("-pk")
    wanted = [one for one in rows if name_of(one, sizes.get(one.pk, 0)) not in lying]
    number = 0
    for vote in wanted:
        if number < MOST_AT_ONCE and sealed_to(vote) == sizes.get(vote.pk):
            number += _pack(vote, sizes[vote.pk])
    return number


def _pack(vote: Vote, size: int) -> bool:
    folder, number = shelf(), str(vote.config["vote"])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as room:
        try:
            publish_vote_files(vote, Path(room) / number)
        except NothingToPublish:
            return False
        part = Path(room) / "part"
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as box:
            for one in sorted((Path(room) / number).rglob("*")):
                if one.is_file():
                    name = str(one.relative_to(room))
                    with (
                        one.open("rb") as source,
                        box.open(name, "w", force_zip64=True) as out,
                    ):
                        shutil.copyfileobj(source, out)
        part.replace(folder / name_of(vote, size))
    for old in folder.glob(f"{number}-*.zip"):
        if old.name != name_of(vote, size):
            old.unlink(missing_ok=True)
    logger.info("The files of vote %s are packed.", number)
    return True
