"""The counter: somebody is found on the roll, and votes at the kiosk or on paper."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots.forms.paper import (
    BoothForm,
    BoothNamesForm,
    FindForm,
    PaperForm,
    PutBackForm,
    ReturnedForm,
    SeenForm,
)
from veche.city.ballots.models import RollEntry, Vote
from veche.city.ballots.operations import channels, putting_back
from veche.city.ballots.operations.paper import close_booth
from veche.city.ballots.procedure import COMMISSIONER, POLL_CLERK, RUNNING
from veche.city.ballots.queries.channels import (
    MOST_FOUND,
    at_counter,
    booth_of,
    booths,
    entry_at_counter,
    paper_waits,
    put_back_of,
    serves,
)
from veche.city.ballots.queries.right import Right, right_of
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.views.common import shared, sign_in
from veche.city.ballots.views.receipt import qr
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import Invalid, Refused

View = Callable[..., HttpResponseBase]
LOOKED = "counter-entry"
"""The entry whose look was noted last, in the session."""


def clerks_only(*roles: str) -> Callable[[View], View]:
    """Only for who holds one of the roles where the vote is held (a clerk's or a commissioner's
    when none is named); the view gets the request, the person, the vote, and what else the address
    names."""

    def wrapped(view: View) -> View:
        @wraps(view)
        @never_cache
        def guarded(request: HttpRequest, /, *, number: str, **others: Any) -> HttpResponseBase:
            who = asker(request)
            if who.person is None:
                return sign_in(request)
            vote = public_vote(number)
            if not serves(who.holdings, vote, *roles):
                raise channels.NotAPollClerk
            return view(request, who.person, vote, **others)

        return guarded

    return wrapped


def tell(form: Form, refusal: Refused) -> int:
    """Put a refusal beside its field; returns the status of the answer."""
    name = refusal.field if isinstance(refusal, Invalid) else ""
    form.add_error(name if name in form.fields else None, str(refusal))
    return refusal.status


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """The votes that somebody serves in person.

    Raises:
        channels.NotAPollClerk: they serve nobody.
    """
    who = asker(request)
    if who.person is None:
        return sign_in(request)
    if who.roles.isdisjoint((POLL_CLERK, COMMISSIONER)):
        raise channels.NotAPollClerk
    rows = [shared(vote) for vote in at_counter(who.holdings)]
    return render(request, "ballots/channels/mine.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@clerks_only()
def counter(request: HttpRequest, person: Person, vote: Vote) -> HttpResponse:
    """One vote at the counter: find somebody, open a booth, see the piles."""
    find = FindForm(request.POST if "said" in request.POST else None)
    open_form = BoothForm(request.POST if "code" in request.POST else None)
    found: list[RollEntry] | None = None
    status = 422 if request.method == "POST" else 200
    if find.is_bound and find.is_valid():
        said = find.cleaned_data["said"]
        found, status = channels.search_roll(by=person, at=clock.now(), vote=vote, said=said), 200
    elif open_form.is_bound and open_form.is_valid():
        try:
            code = open_form.cleaned_data["code"]
            channels.open_booth(
                by=person, at=clock.now(), vote=vote, code=code, names=open_form.names
            )
            return redirect("votes:counter", vote.case.number)
        except Refused as refusal:
            status = tell(open_form, refusal)
    rows = booths(vote)
    context = {
        **shared(vote),
        "find": find,
        "found": found,
        "most": MOST_FOUND,
        "open_form": open_form,
        "booths": rows,
        "waits": paper_waits(vote),
        "clerk": serves(asker(request).holdings, vote, POLL_CLERK),
    }
    return render(request, "ballots/channels/counter.html", context, status=status)


@require_POST
@clerks_only(POLL_CLERK)
def look(request: HttpRequest, person: Person, vote: Vote, entry: int) -> HttpResponse:
    """Open somebody's entry: from here on it is a look that they can see."""
    _note_look(request, person, entry_at_counter(vote, entry))
    return redirect("votes:counter-entry", vote.case.number, entry)


def _note_look(request: HttpRequest, person: Person, row: RollEntry) -> None:
    channels.look_up(by=person, at=clock.now(), entry=row)
    request.session[LOOKED] = row.pk


@require_http_methods(["GET", "HEAD", "POST"])
@clerks_only(POLL_CLERK)
def entry(request: HttpRequest, person: Person, vote: Vote, entry: int) -> HttpResponse:
    """Somebody at the counter: a code for the kiosk, or a paper."""
    row = entry_at_counter(vote, entry)
    if request.session.get(LOOKED) != entry:
        # Nobody leafs through the roll unseen: every entry that is opened was noted.
        if request.method != "POST":
            return redirect("votes:counter", vote.case.number)
        _note_look(request, person, row)
    at, number = clock.now(), vote.case.number
    open_booths = [b.booth for b in booths(vote) if not b.booth.done]
    choices = [(booth.code, booth.name) for booth in open_booths]
    do = request.POST.get("do", "")
    kiosk = SeenForm(request.POST if do == "kiosk" else None, prefix="kiosk")
    paper = PaperForm(request.POST if do == "paper" else None, booths=choices, prefix="paper")
    ask = PutBackForm(request.POST if do == "ask" else None, prefix="ask")
    agree = ReturnedForm(request.POST if do == "agree" else None, prefix="agree")
    code, status = "", 422 if request.method == "POST" else 200
    try:
        if kiosk.is_bound and kiosk.is_valid():
            code = channels.give_kiosk_code(by=person, at=at, entry=row, seen=True)
            status = 200
        elif paper.is_bound and paper.is_valid():
            booth = booth_of(vote, paper.cleaned_data["booth"])
            channels.mark_on_paper(by=person, at=at, booth=booth, entry=row, seen=True)
            messages.info(request, gettext("Marked off. Hand over one paper."))
            return HttpResponseRedirect(reverse("votes:counter", args=[number]))
        elif said := _put_back(person, row, do, ask, agree):
            messages.info(request, said)
            return redirect("votes:counter-entry", number, entry)
    except Refused as refusal:
        forms = (kiosk, paper, ask, agree)
        bound = next((form for form in forms if form.is_bound), None)
        if bound is None:
            messages.error(request, str(refusal))
        status = tell(bound, refusal) if bound is not None else refusal.status
    ways = {way: right_of(number, at=at, entry=row.pk, channel=way) for way in ("kiosk", "paper")}
    context = {
        **shared(vote),
        "entry": row,
        "person": person,
        "code": code,
        "qr": qr(code, gettext("The code as a scanner reads it")) if code else "",
        "minutes": int(channels.PASS_TERM.total_seconds() // 60),
        "kiosk_form": kiosk,
        "paper_form": paper,
        "ask_form": ask,
        "agree_form": agree,
        "asked": put_back_of(row),
        "running": vote.case.state in RUNNING and at < vote.closes_at,
        "booths": open_booths,
        "voted": ways["kiosk"].voted_by,
        "kiosk_no": _no(ways["kiosk"]),
        "paper_no": _no(ways["paper"]),
    }
    return render(request, "ballots/channels/entry.html", context, status=status)


def _put_back(
    person: Person, row: RollEntry, do: str, ask: PutBackForm, agree: ReturnedForm
) -> str:
    """Put somebody back who was marked off by mistake, in two steps; what was done, in words.

    Raises:
        Refused: it cannot be done; the sentence says why.
    """
    at = clock.now()
    if ask.is_bound and ask.is_valid():
        reason = ask.cleaned_data["reason"]
        putting_back.ask_put_back(by=person, at=at, entry=row, reason=reason, returned=True)
        return gettext("Asked. Another clerk has to agree, at this page.")
    if agree.is_bound and agree.is_valid():
        putting_back.agree_put_back(by=person, at=at, entry=row, returned=True)
        return gettext("Put back: this person can vote anew, and has to: what they cast before"
                       " counts no longer.")  # fmt: skip
    if do == "refuse":
        putting_back.refuse_put_back(by=person, at=at, entry=row)
        return gettext("They stay marked off for paper.")
    return ""


def _no(right: Right) -> str:
    """Why somebody cannot vote by a channel now; empty where they can."""
    return str(right.refusal.sentence) if right.refusal is not None else ""


@require_http_methods(["GET", "HEAD", "POST"])
@clerks_only(POLL_CLERK)
def name(request: HttpRequest, person: Person, vote: Vote, code: str) -> HttpResponse:
    """Say anew where a booth is, in three languages."""
    booth = booth_of(vote, code)
    bound = request.method == "POST"
    form = BoothNamesForm(
        request.POST if bound else None,
        initial={f"name_{language}": said for language, said in booth.names.items()},
    )
    status = 422 if bound else 200
    if bound and form.is_valid():
        try:
            channels.name_booth(by=person, at=clock.now(), booth=booth, names=form.names)
            return redirect("votes:counter", vote.case.number)
        except Refused as refusal:
            status = tell(form, refusal)
    context = {**shared(vote), "booth": booth, "form": form}
    return render(request, "ballots/channels/name.html", context, status=status)


@require_POST
@clerks_only(POLL_CLERK)
def done(request: HttpRequest, person: Person, vote: Vote, code: str) -> HttpResponse:
    """All papers of a booth are counted."""
    close_booth(by=person, at=clock.now(), booth=booth_of(vote, code))
    return redirect("votes:counter", vote.case.number)
