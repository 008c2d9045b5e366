"""How promises are shown to those who are told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.utils.translation import gettext, gettext_noop, override

from veche.city.delivery.models import Promise, Step
from veche.city.delivery.operations.promises import THEME
from veche.core.moderation.written import instead
from veche.core.notices.matters import Choice, Matter, Shown, Theme


def matter_of(promise: Promise) -> Matter:
    """A promise as a letter or a feed names it."""
    case = promise.case
    return Matter(
        number=case.number,
        title=promise.title,
        procedure="promise",
        public=case.hidden_at is None,
        text=promise.text,
        longitude=promise.longitude,
        latitude=promise.latitude,
        themes=tuple({THEME, case.theme}),
        at=case.opened_at,
        moved_at=case.moved_at,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Promises by the numbers of their cases."""
    rows = Promise.objects.filter(pk__in=list(cases)).select_related("case")
    return {row.pk: matter_of(row) for row in rows}


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest promises; none where a street or a circle is asked for."""
    if choice.street or choice.circle:
        return []
    rows = Promise.objects.filter(case__hidden_at=None)
    if choice.territories:
        rows = rows.filter(case__territory_id__in=choice.territories)
    if choice.theme and choice.theme != THEME:
        rows = rows.filter(case__theme=choice.theme)
    return [matter_of(one) for one in rows.select_related("case").order_by("-case_id")[:most]]


def themes() -> list[Theme]:
    """Promises are one theme."""
    word, names = gettext_noop("Promises"), {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names[code.partition("-")[0]] = gettext(word)
    return [Theme(THEME, names)]


def find_steps(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Steps by the numbers of their cases."""
    rows = Step.objects.filter(pk__in=list(cases)).select_related("case", "promise__case")
    return {
        row.pk: Matter(
            number=row.case.number,
            title=gettext("{promise}: step {n}, {step}").format(
                promise=row.promise.title, n=row.number, step=row.title
            ),
            procedure="promise_step",
            public=row.promise.case.hidden_at is None,
            at=row.case.opened_at,
            moved_at=row.case.moved_at,
        )
        for row in rows
    }


PROMISES = Shown(find=find, url="delivery:promise", newest=newest, themes=themes, instead=instead)
STEPS = Shown(find=find_steps, url="delivery:step")
