"""How applications and appeals are shown to those who are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from veche.city.pilots.access.applications import PUBLIC, is_public
from veche.city.pilots.models import Appeal, Application
from veche.city.pilots.operations.applications import THEME
from veche.city.pilots.rules.applications import CHOSEN
from veche.core.moderation.written import instead
from veche.core.notices.matters import Choice, Matter, Shown, Theme


def matter_of(application: Application) -> Matter:
    """An application as a letter or a feed names it: while it is not public, by its number alone,
    so that a letter that went to a wrong hand says nothing."""
    case, public = application.case, is_public(application)
    return Matter(
        number=case.number,
        title=application.title if public else gettext("Application {n}").format(n=case.number),
        procedure="pilot",
        public=public,
        text=application.text if public and case.state in CHOSEN else "",
        themes=(THEME,),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Applications by the numbers of their cases."""
    rows = Application.objects.filter(pk__in=list(cases)).select_related("case")
    return {row.pk: matter_of(row) for row in rows}


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest public applications; none where a street or a circle is asked for."""
    if choice.street or choice.circle:
        return []
    rows = Application.objects.filter(PUBLIC)
    if choice.territories:
        rows = rows.filter(case__territory__in=choice.territories)
    if choice.theme and choice.theme != THEME:
        return []
    return [matter_of(one) for one in rows.select_related("case").order_by("-decided_at")[:most]]


def themes() -> list[Theme]:
    """Pilots are one theme."""
    word, names = gettext_noop("Pilots"), {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names[code.partition("-")[0]] = gettext(word)
    return [Theme(THEME, names)]


def find_appeals(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Appeals by the numbers of their cases."""
    rows = Appeal.objects.filter(pk__in=list(cases)).select_related("case", "application__case")
    found = {}
    for row in rows:
        public = row.granted is not None and is_public(row.application)
        title = gettext("Appeal: {title}").format(title=row.application.title)
        number = row.case.number
        found[row.pk] = Matter(
            number=number,
            title=title if public else gettext("Appeal {n}").format(n=number),
            procedure="pilot_appeal",
            public=public and row.case.hidden_at is None,
            at=row.case.opened_at,
            moved_at=row.case.moved_at,
        )
    return found


PILOTS = Shown(find=find, url="pilots:application", newest=newest, themes=themes, instead=instead)
APPEALS = Shown(find=find_appeals, url="pilots:appeal")
