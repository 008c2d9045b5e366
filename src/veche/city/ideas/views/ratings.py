"""Being for or against an idea, and what everybody can read of rushes."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from veche import clock
from veche.city.ideas.operations import ratings as operations
from veche.city.ideas.queries import ratings as queries
from veche.city.ideas.queries import talk
from veche.city.ideas.views.common import cached, sender_of
from veche.city.ideas.views.talk import matter_for
from veche.core.organisations.middleware import asker
from veche.errors import NotFound
from veche.look.context import place as address_of


@never_cache
@require_POST
def rate(request: HttpRequest, number: str) -> HttpResponse:
    """For, against, or neither any more; without a script the page comes back."""
    matter, who = matter_for(request, number), asker(request)
    if matter.idea is None:
        raise NotFound
    if who.person is None:
        # Back to the page of the idea: a button pressed before signing in is pressed again there.
        back = urlencode({"next": matter.url})
        return HttpResponseRedirect(f"{address_of('people:sign-in')}?{back}")
    value = {"1": 1, "-1": -1, "0": 0}.get(request.POST.get("value", ""), 7)
    said = ""
    if value == 0:
        operations.unrate(by=who.person, at=clock.now(), idea=matter.case.pk)
    else:
        made = operations.rate(
            by=who.person,
            at=clock.now(),
            idea=matter.case.pk,
            value=value,
            sender=sender_of(request),
        )
        if made.standing == made.Standing.HELD:
            said = gettext("Many new accounts came at once: yours waits for a look.")
    if request.headers.get("HX-Request"):
        idea = matter.idea
        idea.refresh_from_db(fields=["supporters", "opponents"])
        context = {"talk": talk.rated(idea, who), "case": matter.case}
        return render(request, "ideas/parts/rate.html", context)
    if said:
        messages.warning(request, said)
    return HttpResponseRedirect(f"{reverse('ideas:idea', args=[number])}#rate")


@require_safe
def rushes_of(request: HttpRequest, number: str) -> HttpResponse:
    """What came in rushes on one idea, what is counted of it, and who decided why."""
    matter = matter_for(request, number)
    if matter.idea is None:
        raise NotFound
    most, days = operations.rush_rule()
    context = {
        "matter": matter,
        "case": matter.case,
        "rushes": queries.of_idea(matter.idea),
        "most": most,
        "days": days,
    }
    return cached(request, render(request, "ideas/talk/rushes_of.html", context))
