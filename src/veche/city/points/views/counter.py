"""The counter: a clerk takes a code and gives the reward."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.points.forms import CodeForm
from veche.city.points.operations.spending import NotAtTheCounter, redeem
from veche.core.organisations.guard import signed_in
from veche.core.people.models import Person
from veche.errors import Refused


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("clerk", NotAtTheCounter)
def counter(request: HttpRequest, person: Person) -> HttpResponse:
    """Take a code once; what is to be given is said, and nothing of whose it is."""
    posted = request.method == "POST"
    form = CodeForm(request.POST if posted else None)
    taken, refusal, status = None, "", 422 if posted else 200
    if posted and form.is_valid():
        try:
            taken = redeem(by=person, at=clock.now(), code=form.cleaned_data["code"])
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            form, status = CodeForm(), 200
    context = {"form": form, "taken": taken, "refusal": refusal}
    return render(request, "points/counter.html", context, status=status)
