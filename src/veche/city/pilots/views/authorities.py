"""Whose signatures the city accepts: read by everybody, set by keepers of the city's rules."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.city.pilots.engines.certificates import LARGEST_CERTIFICATE
from veche.city.pilots.forms.agreements import AuthorityForm, BecauseForm
from veche.city.pilots.models import TrustedRoot
from veche.city.pilots.operations import roots
from veche.city.pilots.operations.refusals_agreements import NotACertificate, UnknownAgreement
from veche.city.pilots.queries import agreements as queries
from veche.core.organisations.access import NotARuleKeeper, check_keeps_rules, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.look.http import sent, sign_in


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def authorities(request: HttpRequest) -> HttpResponse:
    """The list of trusted authorities; a keeper of the city's rules adds one.

    Raises:
        NotARuleKeeper: only they add one.
    """
    at, person = clock.now(), asker(request).person
    keeper = keeps_rules(person, at)
    form, status = AuthorityForm(), 200
    if request.method == "POST":
        if person is None:
            return sign_in(request)
        if not keeper:
            raise NotARuleKeeper
        form, status = AuthorityForm(sent(request), request.FILES), 422
        if "file" in request.META.get("veche.too_large", ()):
            form.add_error("file", str(NotACertificate()))
        elif form.is_valid():
            data = form.cleaned_data["file"].read(LARGEST_CERTIFICATE + 1)
            because = form.cleaned_data["because"]
            try:
                made = roots.trust(by=person, at=at, data=data, because=because)
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(
                    request, _("The city trusts “{name}” from now on.").format(name=made.name)
                )
                return redirect("pilots:authorities")
    trusted, gone = queries.authorities(at)
    context = {
        "trusted": trusted, "gone": gone, "form": form, "keeper": keeper,
        "lists": queries.lists(), "now": at,
    }  # fmt: skip
    return render(request, "pilots/agreements_authorities.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def distrust(request: HttpRequest, person: Person, root: int) -> HttpResponse:
    """No longer trust an authority, with a reason.

    Raises:
        NotARuleKeeper: only they do.
        UnknownAgreement: there is no such authority.
    """
    at = clock.now()
    check_keeps_rules(person, at)
    found = TrustedRoot.objects.filter(pk=root).first()
    if found is None:
        raise UnknownAgreement
    form = BecauseForm(sent(request) if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                roots.distrust(by=person, at=at, root=found, **form.cleaned_data)
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(
                    request, _("The city no longer trusts “{name}”.").format(name=found.name)
                )
                return redirect("pilots:authorities")
    context = {"root": found, "form": form}
    return render(request, "pilots/agreements_distrust.html", context, status=status)
