"""Photographs of sites: put there with what is to be seen on them, ordered, taken away."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.sites import check_changes
from veche.city.pilots.models import Site, SitePhotograph
from veche.city.pilots.operations.sites import locked
from veche.core.files.operations import forget_photographs, keep
from veche.core.journal.operations import record
from veche.errors import Invalid, NotFound, Refused
from veche.languages import LANGUAGES
from veche.operation import inside, operation
from veche.texts import TextLength, sized

if TYPE_CHECKING:
    from veche.core.files.photographs import Photograph
    from veche.core.people.models import Person

MOST_PHOTOGRAPHS = 6
SHORTEST_WORDS, LONGEST_WORDS = 5, 200


class PhotographWords(Invalid):
    """Nobody who does not see it would know what it shows."""

    code = "site-photograph-words"
    sentence = _("Say what is to be seen, in one language at least: some people do not see it.")
    field = "words_en"


class PhotographWordsLength(TextLength):
    """Too few or too many characters about what is to be seen."""

    code = "site-photograph-words-length"
    field = "words_en"


class TooManyPhotographs(Refused):
    """A site shows a few."""

    code = "site-photographs-many"
    sentence = _("A site shows at most {most} photographs. Take one away first.")


class UnknownPhotograph(NotFound):
    """It was taken away, or never was there."""

    code = "unknown-site-photograph"
    sentence = _("There is no such photograph of this site.")


@operation
def add_photograph(
    *,
    by: Person | None,
    at: dt.datetime,
    site: Site,
    photograph: Photograph,
    words: Mapping[str, str],
) -> SitePhotograph:
    """Put a photograph to a site, as the last one; ``words`` say by language what is to be seen.
    The same picture once more changes nothing but the words.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        PhotographWords, PhotographWordsLength: what is to be seen is not said, or at great length.
        TooManyPhotographs: it has as many as it may.
    """
    check_changes(by, at, site)
    said = _worded(words)
    row = locked(site)
    rows = SitePhotograph.objects.filter(site=row)
    full = rows.count() >= MOST_PHOTOGRAPHS
    digest = hashlib.sha256(photograph.data).hexdigest()
    if full and not rows.filter(file__digest=digest).exists():
        raise TooManyPhotographs(most=MOST_PHOTOGRAPHS)  # before its bytes are on the disk
    file = keep(by=by, at=at, photograph=photograph)
    made = rows.filter(file=file).first()
    fresh = made is None
    if made is None:
        if full:  # what was covered since is another file
            raise TooManyPhotographs(most=MOST_PHOTOGRAPHS)
        made = SitePhotograph(site=row, file=file, place=rows.count() + 1, at=at, by=by)
    made.words = said
    made.save()
    record(
        kind="pilots.site-photograph-added" if fresh else "pilots.site-photograph-again",
        by=by,
        at=at,
        subject=f"site:{row.code}",
        public={"digest": file.digest, "words": said},
    )
    return made


def _worded(words: Mapping[str, str]) -> dict[str, str]:
    said = {
        code: sized(text, SHORTEST_WORDS, LONGEST_WORDS, PhotographWordsLength)
        for code in LANGUAGES
        if (text := " ".join(words.get(code, "").split()))
    }
    if not said:
        raise PhotographWords
    return said


@operation
def show_first(
    *, by: Person | None, at: dt.datetime, site: Site, photograph: SitePhotograph
) -> None:
    """Let a photograph stand before the others, and in lists.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        UnknownPhotograph: it is not there.
    """
    check_changes(by, at, site)
    row = locked(site)
    chosen = _of(row, photograph)
    rows = SitePhotograph.objects.filter(site=row).exclude(pk=chosen.pk).order_by("place")
    _number([chosen, *rows])
    record(
        kind="pilots.site-photograph-first", by=by, at=at, subject=f"site:{row.code}",
        public={"digest": chosen.file.digest},
    )  # fmt: skip


@operation
def take_away(
    *, by: Person | None, at: dt.datetime, site: Site, photograph: SitePhotograph
) -> None:
    """Take a photograph away, with its bytes unless something else shows the same picture.

    Raises:
        veche.city.pilots.access.sites.NotTheSite: neither do they keep it nor run the programme.
        UnknownPhotograph: it is not there.
    """
    check_changes(by, at, site)
    row = locked(site)
    gone = _of(row, photograph)
    file = gone.file
    gone.delete()
    _number(list(SitePhotograph.objects.filter(site=row).order_by("place")))
    forget_photographs(by=by, at=at, files=[file.pk])
    record(
        kind="pilots.site-photograph-removed", by=by, at=at, subject=f"site:{row.code}",
        public={"digest": file.digest},
    )  # fmt: skip


def _of(site: Site, photograph: SitePhotograph) -> SitePhotograph:
    rows = SitePhotograph.objects.select_related("file").filter(site=site, pk=photograph.pk)
    found = rows.first()
    if found is None:
        raise UnknownPhotograph
    return found


@inside
def _number(rows: list[SitePhotograph]) -> None:
    """Count their places anew from 1; that two have one place is judged at the end."""
    for place, one in enumerate(rows, 1):
        one.place = place
    SitePhotograph.objects.bulk_update(rows, ["place"])
