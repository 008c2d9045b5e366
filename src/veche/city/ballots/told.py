"""What is said to those whom a vote, an appeal or a request concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext, gettext_noop

from veche.city.ballots.links import letter_link
from veche.city.ballots.models import RollRequest, Vote, VoteAppeal
from veche.city.ballots.shown import matter_of, newest, themes
from veche.core.notices.matters import Matter, Shown, show
from veche.core.notices.words import personal, say
from veche.languages import here


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Appeals and requests by the numbers of their cases: their titles are those of the vote."""
    found: dict[int, Matter] = {}
    for table in (VoteAppeal, RollRequest):
        rows = table.objects.filter(pk__in=list(cases)).select_related("case", "vote")
        for row in rows:
            title = gettext("Appeal: {title}") if table is VoteAppeal else gettext("Roll: {title}")
            found[row.pk] = Matter(
                number=row.case.number,
                title=title.format(title=here(row.vote.config["title"])),
                procedure=row.case.procedure,
                public=False,
                at=row.case.opened_at,
                moved_at=row.case.moved_at,
            )
    return found


def votes(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Votes by the numbers of their cases."""
    rows = Vote.objects.filter(pk__in=list(cases)).select_related("case")
    return {row.pk: matter_of(row) for row in rows}


def give_words() -> None:
    """Give the notices of this module their sentences, and letters the names of its matters."""
    say("ballots.invited", gettext_noop("You may vote in this vote."))
    personal("ballots.invited", gettext_noop("Open my ballot"), letter_link)
    say("ballots.appeal-decided", gettext_noop("The voting commission decided appeal {number}."))
    say("ballots.roll-added", gettext_noop("You are on the roll now and can vote."))
    say("ballots.roll-refused", gettext_noop("You were not put on the roll; the reason is given."))
    say(
        "ballots.roll-lapsed",
        gettext_noop("The vote closed before the commission answered request {number}."),
    )
    show("vote", Shown(find=votes, url="votes:vote", newest=newest, themes=themes))
    show("vote_appeal", Shown(find=find, url="votes:asked"))
    show("roll_correction", Shown(find=find, url="votes:asked"))
