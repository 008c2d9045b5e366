"""The files of a call for those who work on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.city.ideas import access
from veche.city.ideas.operations.export import may_export, take_export
from veche.city.ideas.queries import export as queries
from veche.city.ideas.views.common import sign_in
from veche.core.cases.operations import NoRoleForMove
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound
from veche.languages import here


@require_safe
@signed_in("")
def page(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """What can be taken, and what stands in it."""
    who = asker(request)
    call = access.call_seen_by(number, person, who.holdings)
    if not may_export(call, who.holdings):
        raise NoRoleForMove(role=_("an organiser of this call"))
    context = {
        "call": call,
        "case": call.case,
        "call_title": here(call.titles),
        "kinds": list(queries.KINDS),
        "files": [(name, file.title, file.columns) for name, file in queries.FILES.items()],
    }
    return render(request, "ideas/talk/export.html", context)


@require_POST
def file(request: HttpRequest, number: str, what: str, kind: str) -> HttpResponseBase:
    """One file, streamed; that it was taken is noted first."""
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    if what not in queries.FILES or kind not in queries.KINDS:
        raise NotFound
    call = access.call_seen_by(number, who.person, who.holdings)
    take_export(by=who.person, at=clock.now(), call=call, what=what, kind=kind)
    return StreamingHttpResponse(
        queries.stream(call, what, kind),
        headers={
            "Content-Type": queries.KINDS[kind],
            "Content-Disposition": f'attachment; filename="{number}-{what}.{kind}"',
            "Cache-Control": "private, no-store",
        },
    )
