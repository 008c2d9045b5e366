"""The page of failed work, for administrators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.jobs import operations, queries
from veche.core.jobs.operations import OnlyAdministrators
from veche.core.organisations.middleware import asker
from veche.errors import NotFound


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def failed(request: HttpRequest) -> HttpResponse:
    """What failed too often; sent, one job or all of them are tried again."""
    who = asker(request)
    at = clock.now()
    if not operations.sees_failed(who.person, at):
        raise OnlyAdministrators
    if request.method == "POST":
        number = request.POST.get("job", "")
        chosen = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None
        if number and chosen is None:
            raise NotFound
        count = operations.try_again(by=who.person, at=at, job=chosen)
        said = ngettext("%(count)s job is tried again.", "%(count)s jobs are tried again.", count)
        messages.info(request, said % {"count": count})
        return redirect("jobs:failed")
    context = {"rows": queries.failed_jobs(), "queue": queries.queue()}
    return render(request, "jobs/failed.html", context)
