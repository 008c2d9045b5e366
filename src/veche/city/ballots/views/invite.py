"""Personal links: the ballot of one entry of the roll, without signing in; and coming by e-mail."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.ballots import links
from veche.city.ballots.models import RollEntry, Voter
from veche.city.ballots.operations import roll
from veche.city.ballots.operations.invitations import invite
from veche.city.ballots.operations.making import NotAnOrganiser
from veche.city.ballots.queries.right import right_of
from veche.city.ballots.queries.roll import entry_of_account, entry_of_address
from veche.city.ballots.queries.staff import my_vote
from veche.city.ballots.queries.votes import public_vote
from veche.city.ballots.rules import RollRule
from veche.city.ballots.views import booth as screens
from veche.city.ballots.views import receipt as receipts
from veche.city.ballots.views.booth import Booth
from veche.city.ballots.views.common import shared
from veche.core.organisations.choices import territories
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people import once
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused

_own = cache_control(private=True, no_cache=True)


class DeadLink(NotFound):
    """The link was changed, or belongs to nobody on the roll any more."""

    code = "vote-dead-link"
    sentence = _(
        "This link opens no ballot: it was cut short, or its holder is not on the roll any more."
    )


def _opened(token: str) -> tuple[str, RollEntry]:
    found = links.opened(token)
    if found is None:
        raise DeadLink
    return found


def _booth(token: str) -> Booth:
    """The booth of whoever holds a link.

    Raises:
        DeadLink: nobody does.
    """
    number, entry = _opened(token)
    return Booth(
        vote=public_vote(number),
        right=right_of(number, at=clock.now(), entry=entry.pk),
        question=lambda place: reverse("votes:invited-question", args=[token, place]),
        review=reverse("votes:invited-review", args=[token]),
        cast=reverse("votes:invited-cast", args=[token]),
        leave=reverse("votes:vote", args=[number]),
    )


@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page a personal link leads to: what it is for, and the way into the ballot.

    Where the roll asks for people who showed who they are, a letter is not enough: they sign in.
    """
    number, entry = _opened(token)
    vote = public_vote(number)
    right = right_of(number, at=clock.now(), entry=entry.pk)
    strict = entry.person_id is not None and (
        RollRule.read(vote.config["roll"]).level == "identified"
    )
    context = {
        **shared(vote),
        "entry": entry,
        "right": right,
        "refusal": right.refusal() if right.refusal is not None else "",
        "strict": strict,
        "begin": reverse("votes:ballot", args=[number])
        if strict
        else reverse("votes:invited-question", args=[token, 1]),
        "receipt": reverse("votes:invited-receipt", args=[token])
        if right.has_voted and not strict
        else "",
    }
    return render(request, "ballots/staff/invited.html", context)


def _strict(token: str) -> str:
    """The number of the vote, where a link alone may not vote; else an empty text."""
    number, entry = _opened(token)
    level = RollRule.read(entry.vote.config["roll"]).level
    return number if entry.person_id is not None and level == "identified" else ""


@_own
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, token: str, place: int) -> HttpResponse:
    """One question."""
    if number := _strict(token):
        return redirect("votes:ballot", number=number)
    return screens.question(request, _booth(token), place)


@_own
@require_safe
def review(request: HttpRequest, token: str) -> HttpResponse:
    """Everything chosen, before it is cast."""
    if number := _strict(token):
        return redirect("votes:ballot", number=number)
    return screens.review(request, _booth(token))


@_own
@require_POST
def cast(request: HttpRequest, token: str) -> HttpResponse:
    """Cast it; the address of who came by an e-mail code is forgotten."""
    if number := _strict(token):
        return redirect("votes:ballot", number=number)
    number, _entry = _opened(token)
    done = reverse("votes:invited-receipt", args=[token])
    response = screens.cast(request, number, done, lambda: _booth(token))
    if response.status_code == 303 and once.verified(request):
        once.finish(request)
    return response


def _code(entry: RollEntry) -> str:
    voter = Voter.objects.filter(pk=entry.pk).first()
    if voter is None:
        raise receipts.NothingCast
    return bytes(voter.code).hex()


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt of the ballot of a link."""
    _number, entry = _opened(token)
    if _strict(token):
        raise DeadLink
    found = receipts.receipt_of(request, public_vote(_number), _code(entry))
    return receipts.page(request, found, file=reverse("votes:invited-file", args=[token]))


@never_cache
@require_safe
def file(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a file."""
    _number, entry = _opened(token)
    if _strict(token):
        raise DeadLink
    return receipts.as_file(receipts.receipt_of(request, public_vote(_number), _code(entry)))


# Verify once, act, done ---------------------------------------------------------------------------


class PlaceForm(forms.Form):
    """Where somebody lives who votes without an account: they say so themselves."""

    use_required_attribute = False
    territory = forms.ChoiceField(
        label=_("Where do you live?"), error_messages={"required": _("Choose a territory.")}
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["territory"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *territories(city=False)]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def come(request: HttpRequest, number: str) -> HttpResponse:
    """An open poll takes who shows an e-mail address: a code, the place, the ballot; the way back
    goes to that address.

    Raises:
        veche.city.ballots.operations.roll.PollByRule: this vote takes only those on its roll.
    """
    vote = public_vote(number)
    if vote.audited or not RollRule.read(vote.config["roll"]).came:
        raise roll.PollByRule
    address = once.verified(request)
    if address is None:
        back = urlencode({"next": request.get_full_path()})
        return HttpResponseRedirect(f"{reverse('people:once')}?{back}")
    known = entry_of_address(vote, address)
    if known is None and entry_of_account(vote, once.address(request)) is not None:
        # One person, one ballot: who stands on the roll by their account votes with it.
        return HttpResponseRedirect(reverse("votes:ballot", args=[number]))
    form, status = PlaceForm(request.POST if request.method == "POST" else None), 200
    if known is None and request.method == "POST":
        status = 422
        if form.is_valid():
            place = atlas().by_code[form.cleaned_data["territory"]]
            try:
                with transaction.atomic():
                    known = roll.come(at=clock.now(), vote=vote, address=address, territory=place)
                    once.send_link(request, request.build_absolute_uri(_way_back(known, number)))
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
    if known is not None:
        return HttpResponseRedirect(_way_back(known, number))
    context = {**shared(vote), "form": form}
    return render(request, "ballots/staff/come.html", context, status=status)


def _way_back(entry: RollEntry, number: str) -> str:
    return reverse("votes:invited", args=[links.entry_token(entry, number)])


@require_POST
@signed_in("organiser", NotAnOrganiser)
def invite_all(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """Have everybody on the roll told by letter."""
    vote = my_vote(number, asker(request).holdings, "organiser")
    try:
        invite(by=person, at=clock.now(), vote=vote)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, gettext("The invitations are being written."))
    return redirect("votes:manage", number=number)
