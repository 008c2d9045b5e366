"""Setting when an indicator is too much."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.pulse import rules, sentences
from veche.city.pulse.forms.indicators import LimitsForm
from veche.city.pulse.models import Indicator
from veche.city.pulse.operations import indicators as operations
from veche.city.pulse.words import sphere_word
from veche.core.organisations.guard import signed_in
from veche.core.organisations.models import Organisation
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.http import sent


@require_safe
@signed_in("")
def limits(request: HttpRequest, person: Person) -> HttpResponse:
    """Every indicator with its limits in words.

    Raises:
        veche.city.pulse.operations.indicators.MayNotSet: the person sets none.
    """
    operations.check_sets(person, clock.now())
    rows = Indicator.objects.select_related("owner").order_by("sphere", "code")
    context = {"rows": [(one, sphere_word(one.sphere), sentences.limits_of(one)) for one in rows]}
    return render(request, "pulse/limits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def limit(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """The limits of one indicator, to be set.

    Raises:
        NotFound: there is no such indicator.
        veche.city.pulse.operations.indicators.MayNotSet: the person sets none.
    """
    operations.check_sets(person, clock.now())
    found = Indicator.objects.select_related("owner").filter(code=code).first()
    if found is None:
        raise NotFound
    posted = request.method == "POST"
    form = LimitsForm(
        sent(request) if posted else None, initial=LimitsForm.first(found), indicator=found
    )
    if posted and form.is_valid():
        values = form.cleaned_data
        season = dict(zip(rules.LEVELS, form.three("season"), strict=True))
        try:
            operations.set_limits(
                by=person,
                at=clock.now(),
                indicator=code,
                limits={"high": form.three("high"), "low": form.three("low")},
                season=season if any(v is not None for v in season.values()) else None,
                margin=values["margin"],
                hold_samples=values["hold_samples"],
                hold_seconds=60 * values["hold_minutes"],
                owner=Organisation.objects.filter(code=values["owner"]).first(),
                public=values["public"],
                active=values["active"],
            )
        except Refused as fault:
            form.add_error(getattr(fault, "field", None), str(fault))
        else:
            messages.success(request, gettext("Set. It counts from the next reckoning on."))
            return redirect("pulse:indicator", code)
    context = {"form": form, "one": found, "sphere": sphere_word(found.sphere)}
    return render(request, "pulse/limit.html", context, status=422 if posted else 200)
