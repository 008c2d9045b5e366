"""“Am I on the roll?”, requests to be put on it, and the lists of people that offices keep."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.ballots.forms.roll import ListForm, MembersForm, RequestForm
from veche.city.ballots.models import RollRequest
from veche.city.ballots.operations import corrections
from veche.city.ballots.procedure import BEFORE, RUNNING
from veche.city.ballots.queries.roll import counts, entry_of, line_of, why_not
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.rules import RollRule
from veche.city.ballots.views.common import shared, sign_in
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import ListMember, Organisation, PeopleList
from veche.core.organisations.operations.lists import (
    KEEPS,
    MOST_TOLD,
    Replaced,
    keeps,
    make_list,
    replace_list,
)
from veche.core.people.models import Person
from veche.errors import Invalid, NotAllowed, NotFound, Refused


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def roll(request: HttpRequest, number: str) -> HttpResponse:
    """Whether the visitor is on the roll: yes with place and line, no with the reason and a way
    to be put on it."""
    vote, at = public_vote(number), clock.now()
    person = asker(request).person
    form = RequestForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if person is None:
            return sign_in(request)
        status = 422
        if form.is_valid():
            try:
                asked = corrections.ask(by=person, at=at, vote=vote, text=form.cleaned_data["text"])
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, gettext("The commission has your request."))
                return redirect("votes:asked", number=asked.case.number)
    entry = entry_of(vote, person) if person else None
    rule = RollRule.read(vote.config["roll"])
    waiting = (
        RollRequest.objects.filter(vote=vote, person=person)
        .select_related("case")
        .order_by("-case_id")
        .first()
        if person
        else None
    )
    context = {
        **shared(vote),
        "person": person,
        "entry": entry if entry and entry.struck_at is None else None,
        "line": line_of(entry) if entry else "",
        "salt": bytes(entry.salt).hex() if entry else "",
        "opened": f"{person.pk} {entry.territory.code}" if entry and person else "",
        "why": why_not(vote, person, at),
        "rule": rule,
        "can_ask": vote.case.state in (*BEFORE, *RUNNING),
        "waiting": waiting,
        "form": form,
        "number_on_roll": sum(counts(vote).values()),
    }
    return render(request, "ballots/staff/roll.html", context, status=status)


# Lists of people ----------------------------------------------------------------------------------


class NoLists(NotAllowed):
    """Lists are seen by those who keep them and those who use them."""

    code = "no-lists"


def _offices(request: HttpRequest) -> list[Organisation]:
    """The offices whose lists the person keeps."""
    held = [h for h in asker(request).holdings if h.role in KEEPS and h.organisation is not None]
    return list({h.organisation.pk: h.organisation for h in held if h.organisation}.values())


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def lists(request: HttpRequest, person: Person) -> HttpResponse:
    """All lists, and a form for a new one of one's own office.

    Raises:
        NoLists: only offices and organisers see them.
    """
    who, offices = asker(request), _offices(request)
    if not who.roles & {"organiser", "commissioner", "administrator", *KEEPS}:
        raise NoLists
    choices = [(office.code, str(office)) for office in offices]
    form = ListForm(request.POST if request.method == "POST" else None, offices=choices)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            keeper = next(one for one in offices if one.code == data["keeper"])
            names = {c: data[f"names_{c}"] for c in ("en", "ru", "zh") if data[f"names_{c}"]}
            try:
                made = make_list(
                    by=person, at=clock.now(), code=data["code"], names=names, keeper=keeper
                )
            except Refused as refusal:
                name = refusal.field if isinstance(refusal, Invalid) else ""
                form.add_error(name if name in form.fields else None, str(refusal))
            else:
                return redirect("votes:list-members", code=made.code)
    rows = [
        (row, ListMember.objects.filter(list=row, until=None).count())
        for row in PeopleList.objects.select_related("keeper").order_by("code")
    ]
    mine = {office.pk for office in offices}
    context = {"rows": rows, "form": form, "offices": offices, "mine": mine}
    return render(request, "ballots/staff/lists.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def members(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """One list: how many stand on it; the office that keeps it puts it in anew.

    Raises:
        NotFound: there is none, or the person has nothing to do with it.
    """
    at = clock.now()
    row = PeopleList.objects.select_related("keeper").filter(code=code).first()
    if row is None or not (
        keeps(person, row.keeper, at) or asker(request).roles & {"organiser", "commissioner"}
    ):
        raise NotFound
    may, told, status = keeps(person, row.keeper, at), None, 200
    form = MembersForm()
    if request.method == "POST" and may:
        form, status = MembersForm(request.POST, request.FILES), 422
        if form.is_valid():
            told = replace_list(by=person, at=at, row=row, emails=form.cleaned_data["table"])
            form, status = MembersForm(), 200
    context = {
        "list": row,
        "count": ListMember.objects.filter(list=row, until=None).count(),
        "may": may,
        "form": form,
        "told": told,
        "unmatched": _some(told),
        "more": max(0, len(told.unmatched) - MOST_TOLD) if told else 0,
    }
    return render(request, "ballots/staff/members.html", context, status=status)


def _some(told: Replaced | None) -> list[tuple[int, str]]:
    return list(told.unmatched[:MOST_TOLD]) if told else []


# What somebody asked for --------------------------------------------------------------------------


@never_cache
@require_POST
@signed_in("")
def withdraw(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """The author takes a request back.

    Raises:
        NotFound: there is none of theirs.
    """
    row = RollRequest.objects.select_related("case").filter(case__number=number).first()
    if row is None or row.case.author_id != person.pk:
        raise NotFound
    corrections.withdraw(by=person, at=clock.now(), case=row.case)
    messages.success(request, gettext("You took it back."))
    return redirect("votes:asked", number=number)
