"""Applications, and appeals of companies, in the one queue of those who work for the city."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.pilots.access.appeals import appeal_for
from veche.city.pilots.access.applications import application_for
from veche.city.pilots.acts_applications import BY_CODE
from veche.city.pilots.models import Appeal, Application
from veche.city.pilots.queries import applications as queries
from veche.core.cases.queries import history
from veche.core.desk.adapter import Desk, DeskAction, DeskLine, Panel
from veche.core.organisations.middleware import asker
from veche.searching import holds

if TYPE_CHECKING:
    from veche.core.cases.models import Case


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these applications and appeals; which of them somebody may know of,
    the queue has asked before."""
    found: dict[int, DeskLine] = {}
    rows = Application.objects.filter(pk__in=cases).select_related("case", "company", "call")
    for one in rows:
        found[one.pk] = DeskLine(
            title=one.title or one.case.number,
            place=str(one.company),
            url=reverse("pilots:application", args=[one.case.number]),
            theme=gettext("Pilot"),
            text=one.text,
        )
    left = [pk for pk in cases if pk not in found]
    for appeal in Appeal.objects.filter(pk__in=left).select_related("case", "application__company"):
        found[appeal.pk] = DeskLine(
            title=gettext("Appeal: {title}").format(title=appeal.application.title),
            place=str(appeal.application.company),
            url=reverse("pilots:appeal", args=[appeal.case.number]),
            theme=gettext("Appeal of a company"),
            text=appeal.text,
        )
    return found


def find(text: str) -> QuerySet[Any, Any]:
    """Applications and appeals whose words or company hold a text."""
    words, values = holds("pilots_application.title || ' ' || pilots_application.text", text)
    said = Application.objects.extra(where=[words], params=values).values("pk")
    firm = Application.objects.filter(company__legal_name__icontains=text).values("pk")
    appeals = Appeal.objects.filter(
        Q(text__icontains=text) | Q(application__title__icontains=text)
    ).values("pk")
    return said.union(firm, appeals)


def panel(request: HttpRequest, case: Case) -> Panel:
    """The application or the appeal in the side panel.

    Raises:
        veche.errors.NotFound: there is none, or not for whoever asks.
    """
    who, at = asker(request), clock.now()
    appeal = None
    if case.procedure == "pilot_appeal":
        appeal = appeal_for(case.number, who.person, who.holdings, at)
        application = appeal.application
        stand = queries.stand_in_words(appeal.case, str(application.programme.agency), at)
    else:
        application = application_for(case.number, who.person, at).application
        stand = queries.stand_of(application, at)
    context = {
        "case": case,
        "application": application,
        "appeal": appeal,
        "stand": stand,
        "asked": list(application.questions.order_by("-id")[:3]) if appeal is None else [],
        "told": queries.told(application.case, history(application.case))[:5],
    }
    return Panel("pilots/applications_desk.html", context)


def _action(code: str, key: str = "") -> DeskAction:
    """An act as the queue offers it: on its own page."""
    act = BY_CODE[code]
    return DeskAction(
        act.move, act.title, address=f"pilots:application-{code}", key=key, grave=act.grave,
        offered=lambda case: case.procedure == "pilot",
    )  # fmt: skip


DESK = Desk(
    title=_("Pilots"),
    procedures=("pilot", "pilot_appeal"),
    lines=lines,
    panel=panel,
    find=find,
    actions=(
        _action("admit", "a"),
        _action("ask", "r"),
        _action("turn-down"),
        DeskAction("grant", _("Judge the appeal"), address="pilots:appeal-judge", key="a"),
    ),
)
