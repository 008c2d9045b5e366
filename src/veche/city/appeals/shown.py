"""How letters and corrections are shown to those who are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from veche.city.appeals.models import Appeal, Correction
from veche.city.appeals.procedure import PUBLIC
from veche.city.appeals.queries.lists import topics
from veche.city.appeals.words import WRONGS
from veche.core.cases.models import Case
from veche.core.moderation.written import instead
from veche.core.notices.matters import Choice, Matter, Shown, Theme

ALL = "letters"
"""The group of all topics: whoever hears of it hears of every public letter."""


def _matter(case: Case, title: str, text: str, open_to_all: bool, theme: str) -> Matter:
    return Matter(
        number=case.number,
        title=title,
        procedure=case.procedure,
        public=open_to_all and case.state in PUBLIC and case.hidden_at is None,
        text=text,
        themes=(theme, ALL) if theme else (),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Letters by the numbers of their cases. A private one has no title for anybody else."""
    rows = Appeal.objects.filter(pk__in=list(cases)).select_related("case", "topic")
    return {
        one.pk: _matter(one.case, one.title, one.text, one.public, one.topic.code) for one in rows
    }


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest public letters; none where a street or a circle is asked for: they have no
    place."""
    if choice.street or choice.circle:
        return []
    rows = Appeal.objects.filter(public=True, case__state__in=PUBLIC, case__hidden_at=None)
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    if choice.theme and choice.theme != ALL:
        rows = rows.filter(topic__code=choice.theme)
    return [
        _matter(one.case, one.title, one.text, one.public, one.topic.code)
        for one in rows.select_related("case", "topic").order_by("-case_id")[:most]
    ]


def themes() -> list[Theme]:
    """What letters are about, and all of it together."""
    words = gettext_noop("Letters to the city")
    names = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names[code.partition("-")[0]] = gettext(words)
    return [Theme(ALL, names), *(Theme(one.code, one.names, ALL) for one in topics())]


def find_corrections(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Corrections by the numbers of their cases."""
    rows = Correction.objects.filter(pk__in=list(cases)).select_related("case", "object", "kind")
    return {
        one.pk: _matter(one.case, f"{WRONGS[one.what]}: {one.object or one.kind}", "", True, "")
        for one in rows
    }


LETTERS = Shown(find=find, url="appeals:matter", newest=newest, themes=themes, instead=instead)
CORRECTIONS = Shown(find=find_corrections, url="appeals:correction")
