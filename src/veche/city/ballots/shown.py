"""How votes are shown to those who subscribe to them, and in feeds."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from veche.city.ballots.models import Vote
from veche.city.ballots.procedure import PUBLIC
from veche.core.notices.matters import Choice, Matter, Theme
from veche.languages import here

THEME = "votes"
"""Whoever hears of it hears of every vote that is announced."""


def matter_of(vote: Vote) -> Matter:
    """A vote as a letter or a feed names it."""
    return Matter(
        number=vote.case.number,
        title=here(vote.config["title"]),
        procedure="vote",
        public=vote.case.state in PUBLIC and vote.case.hidden_at is None,
        text=here(vote.config.get("text")),
        themes=(THEME,),
        at=vote.case.opened_at,
        moved_at=vote.case.moved_at,
    )


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest announced votes; none where a street or a circle is asked for: a vote has none."""
    if choice.street or choice.circle or choice.theme not in ("", THEME):
        return []
    rows = Vote.objects.filter(case__state__in=PUBLIC, case__hidden_at=None)
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    return [matter_of(one) for one in rows.select_related("case").order_by("-case_id")[:most]]


def themes() -> list[Theme]:
    """Votes are one theme."""
    word = gettext_noop("Votes")
    names = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names[code.partition("-")[0]] = gettext(word)
    return [Theme(THEME, names)]
