"""Pages of moderators and facilitators: rushes, their rule, comments to read."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.ideas.forms.talk import RushForm, RushRuleForm
from veche.city.ideas.operations import comments as moderating
from veche.city.ideas.operations import ratings
from veche.city.ideas.operations import rushes as operations
from veche.city.ideas.queries import ratings as queries
from veche.city.ideas.queries import talk
from veche.city.ideas.views.common import sent
from veche.core.cases.operations import NoRoleForMove
from veche.core.moderation import reasons, spam
from veche.core.organisations.access import NotARuleKeeper, keeps_rules
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused


def _check(request: HttpRequest, roles: tuple[str, ...]) -> None:
    if asker(request).roles.isdisjoint(roles):
        raise NoRoleForMove(role=_("a moderator of this territory"))


@require_safe
@signed_in("")
def rushes(request: HttpRequest, person: Person) -> HttpResponse:
    """The rushes that this person decides about."""
    _check(request, operations.ROLES)
    most, days = ratings.rush_rule()
    context = {
        "rushes": queries.rushes(asker(request).holdings),
        "most": most,
        "days": days,
        "sets": keeps_rules(person, clock.now()),
    }
    return render(request, "ideas/talk/rushes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def rush(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """One rush, minute by minute; sent, it is decided."""
    _check(request, operations.ROLES)
    seen = queries.seen(pk)
    if seen is None:
        raise NotFound
    if operations.keeper_of(asker(request).holdings, seen.rush.idea.case) is None:
        raise NoRoleForMove(role=_("a moderator of this territory"))
    posted = request.method == "POST"
    form = RushForm(sent(request) if posted else None)
    refusal, status = "", 422 if posted else 200
    if posted and form.is_valid():
        try:
            operations.decide_rush(by=person, at=clock.now(), rush=pk, **form.cleaned_data)
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            messages.success(request, gettext("Done. It can be taken back."))
            return HttpResponseRedirect(reverse("ideas:rush", args=[pk]))
    minutes = queries.minutes(seen.rush)
    context = {
        "seen": seen,
        "idea": seen.rush.idea,
        "case": seen.rush.idea.case,
        "minutes": minutes,
        "most": max((one.whole for one in minutes), default=1),
        "form": form,
        "refusal": refusal,
        "own": seen.rush.idea.case.author_id == person.pk,
    }
    return render(request, "ideas/talk/rush.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def rule(request: HttpRequest, person: Person) -> HttpResponse:
    """From when on ratings of new accounts are held: set for the whole city."""
    if not keeps_rules(person, clock.now()):
        raise NotARuleKeeper
    most, days = ratings.rush_rule()
    posted = request.method == "POST"
    form = RushRuleForm(
        request.POST if posted else None, initial={"most": most, "days": days}
    )  # fmt: skip
    if posted and form.is_valid():
        operations.set_rush_rule(by=person, at=clock.now(), **form.cleaned_data)
        messages.success(request, gettext("Set. It counts from now on."))
        return redirect("ideas:rush-rule")
    return render(
        request, "ideas/talk/rush_rule.html", {"form": form}, status=422 if posted else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def to_read(request: HttpRequest, person: Person) -> HttpResponse:
    """Comments that wait for this moderator; sent, many are shown or taken out at once."""
    _check(request, ("moderator",))
    refusal, status = "", 200
    if request.method == "POST":
        given = request.POST.getlist("comment")[: moderating.MOST]
        chosen = [int(one) for one in given if one.isascii() and one.isdigit() and len(one) < 19]
        at = clock.now()
        try:
            if request.POST.get("do") == "keep":
                count = moderating.keep_comments(by=person, at=at, comments=chosen)
                messages.success(
                    request, gettext("Everybody can read them: {n}.").format(n=count)
                )  # fmt: skip
            else:
                count = moderating.remove_comments(
                    by=person, at=at, comments=chosen, reason=request.POST.get("reason", "")
                )
                messages.success(request, gettext("Taken out: {n}.").format(n=count))
        except NotFound:
            refusal, status = gettext("Choose at least one comment."), 422
        except Refused as fault:
            refusal, status = str(fault), fault.status
        else:
            return redirect("ideas:comments-to-read")
    comments = talk.to_read(asker(request).holdings)
    said = talk.objected(comments)
    context = {
        "lines": [
            (one, spam.marks_of(one.marks), said.get(one.pk, ())) for one in comments
        ],
        "reasons": reasons.choices(reasons.HIDE),
        "rushes": queries.waiting(asker(request).holdings),
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "ideas/talk/to_read.html", context, status=status)
