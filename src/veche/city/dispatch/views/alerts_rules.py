"""What the city sets itself: how grave alerts are sent, and the first words of each kind."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.dispatch import alert_contents as said
from veche.city.dispatch.alert_contents import Contents
from veche.city.dispatch.forms.alerts import AlertForm, empty, initial
from veche.city.dispatch.models import AlertTemplate, IncidentKind
from veche.city.dispatch.operations.alert_sending import set_rule, set_template
from veche.city.dispatch.queries.alerts import Way, rule_of
from veche.core.organisations.access import NotAdministrator
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused
from veche.look.http import sent

ADMINISTRATOR = "administrator"
MOST_HOURS = 168


def _grid() -> list[dict[str, Any]]:
    """Every gravity with what holds for it now."""
    return [
        {
            "severity": severity,
            "urgency": urgency,
            "key": f"{severity}-{urgency}",
            "words": (said.SEVERITY_WORDS[severity], said.URGENCY_WORDS[urgency]),
            "way": rule_of(severity, urgency),
        }
        for severity in said.SEVERITIES
        for urgency in said.URGENCIES
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(ADMINISTRATOR, NotAdministrator)
def rules(request: HttpRequest, person: Person) -> HttpResponse:
    """Which alerts come at any hour, which need a second person, and the kinds' first words."""
    if ADMINISTRATOR not in asker(request).city_roles:
        raise NotAdministrator
    grid = _grid()
    if request.method == "POST":
        at, changed = clock.now(), 0
        for row in grid:
            way = Way(
                danger=f"danger-{row['key']}" in request.POST,
                second=f"second-{row['key']}" in request.POST,
            )
            if way != row["way"]:
                set_rule(
                    by=person, at=at, severity=row["severity"], urgency=row["urgency"], way=way
                )
                changed += 1
        messages.success(request, _("It holds from now on.") if changed else _("Nothing changed."))
        return redirect("dispatch:alert-rules")
    known = set(AlertTemplate.objects.values_list("kind_id", flat=True))
    kinds = [
        (one, one.pk in known)
        for one in IncidentKind.objects.filter(until__isnull=True).order_by("code")
    ]
    return render(request, "dispatch/alerts/rules.html", {"grid": grid, "kinds": kinds})


class FirstWordsForm(AlertForm):
    """The words of a kind, without a place and its hours."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, begun=True, **kwargs)
        for name in ("territories", "longitude", "latitude", "radius", "onset", "expires"):
            del self.fields[name]

        from django import forms

        self.fields["hours"] = forms.IntegerField(
            label=_("Hours it is in force"), min_value=1, max_value=MOST_HOURS
        )

    def whole(self, at: dt.datetime) -> Contents:
        """The words as those of an alert for the whole city, so that they are checked as such."""
        home = atlas().home()
        self.cleaned_data |= {
            "territories": [home.code] if home is not None else [],
            "expires": at + dt.timedelta(hours=self.cleaned_data["hours"]),
            "onset": None,
        }
        return self.contents().checked(at)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in(ADMINISTRATOR, NotAdministrator)
def first_words(request: HttpRequest, person: Person, kind: str) -> HttpResponse:
    """What is said first of an incident of a kind.

    Raises:
        NotFound: there is no such kind.
    """
    if ADMINISTRATOR not in asker(request).city_roles:
        raise NotAdministrator
    found = IncidentKind.objects.filter(code=kind).first()
    if found is None:
        raise NotFound
    at, status = clock.now(), 200
    known = AlertTemplate.objects.filter(kind=found).first()
    if request.method == "POST":
        form, status = FirstWordsForm(sent(request)), 422
        if form.is_valid():
            try:
                contents = form.whole(at)
            except Refused as fault:
                field = getattr(fault, "field", "")
                form.add_error(field if field in form.fields else None, str(fault))
            else:
                set_template(
                    by=person,
                    at=at,
                    kind=found,
                    contents=contents.to_json(),
                    hours=form.cleaned_data["hours"],
                )
                messages.success(request, _("It holds from now on."))
                return redirect("dispatch:alert-rules")
    else:
        values: dict[str, Any] = {**empty(at), "hours": 6, "category": found.category}
        if known is not None:
            late = (at + dt.timedelta(hours=1)).isoformat()
            kept = {**known.contents, "territories": [], "onset": None, "circle": None}
            values |= initial(Contents.from_json({**kept, "expires": late}))
            values["hours"] = known.hours
        form = FirstWordsForm(initial=values)
    context = {"form": form, "kind": found}
    return render(request, "dispatch/alerts/first_words.html", context, status=status)
