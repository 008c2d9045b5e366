"""How calls and ideas are shown to those who are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext, gettext_noop, override

from veche.city.ideas.models import Call, Idea
from veche.city.ideas.procedure import PUBLIC_CALL
from veche.core.moderation.written import instead
from veche.core.notices.matters import Choice, Matter, Shown, Theme
from veche.languages import here

THEME = "ideas"
"""Whoever hears of it hears of every call and every idea."""


def _idea(idea: Idea) -> Matter:
    case = idea.case
    return Matter(
        number=case.number,
        title=idea.title,
        procedure=case.procedure,
        public=idea.public,
        text=idea.text,
        longitude=idea.longitude,
        latitude=idea.latitude,
        themes=(THEME,),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def _call(call: Call) -> Matter:
    case = call.case
    return Matter(
        number=case.number,
        title=here(call.titles),
        procedure="call",
        public=case.state in PUBLIC_CALL and case.hidden_at is None,
        text=here(call.texts),
        themes=(THEME,),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find_ideas(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Ideas and initiatives by the numbers of their cases."""
    rows = Idea.objects.filter(pk__in=list(cases)).select_related("case")
    return {one.pk: _idea(one) for one in rows}


def find_calls(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Calls by the numbers of their cases."""
    rows = Call.objects.filter(pk__in=list(cases)).select_related("case")
    return {one.pk: _call(one) for one in rows}


def newest_ideas(choice: Choice, most: int) -> list[Matter]:
    """The newest ideas everybody may read, initiatives left out."""
    if choice.street or choice.circle or choice.theme not in ("", THEME):
        return []
    rows = Idea.objects.filter(public=True, call__isnull=False)
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    return [_idea(one) for one in rows.select_related("case").order_by("-case_id")[:most]]


def newest_calls(choice: Choice, most: int) -> list[Matter]:
    """The newest calls that were announced."""
    if choice.street or choice.circle or choice.theme not in ("", THEME):
        return []
    rows = Call.objects.filter(case__state__in=PUBLIC_CALL, case__hidden_at=None)
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    return [_call(one) for one in rows.select_related("case").order_by(F("case_id").desc())[:most]]


def themes() -> list[Theme]:
    """Calls and ideas are one theme."""
    word = gettext_noop("Ideas")
    names = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names[code.partition("-")[0]] = gettext(word)
    return [Theme(THEME, names)]


CALLS = Shown(find=find_calls, url="ideas:call", newest=newest_calls, themes=themes)
IDEAS = Shown(find=find_ideas, url="ideas:idea", newest=newest_ideas, instead=instead)
INITIATIVES = Shown(find=find_ideas, url="ideas:idea", instead=instead)
