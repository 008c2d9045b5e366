"""What is done with duty lists: set, turns put and taken out, exchanged, rotations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from veche import clock
from veche.city.dispatch import access_duty as access
from veche.city.dispatch.forms.duty import (
    ListForm,
    RotationForm,
    StandInForm,
    SwapForm,
    TurnForm,
)
from veche.city.dispatch.models import DutyList, DutyTurn, TurnSwap
from veche.city.dispatch.operations import duty as operations
from veche.city.dispatch.operations import rotation as rotations
from veche.city.dispatch.queries import duty as queries
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.queries import organisation_by_code
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import NotFound, Refused
from veche.languages import LANGUAGES, said
from veche.look.fields import say_refusal
from veche.look.http import sent
from veche.look.words import moment

HEADS = {"administrator"}


def _kept(request: HttpRequest, duty: DutyList) -> None:
    if not access.keeps(asker(request).holdings, duty):
        raise access.NotAKeeper


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def lists(request: HttpRequest, person: Person, code: str = "") -> HttpResponse:
    """Every duty list, and the form of a new one or of the one that is chosen.

    Raises:
        NotAKeeper: the person is no administrator of the whole city.
        veche.city.dispatch.queries.duty.UnknownList: there is no such list.
    """
    if not HEADS & asker(request).city_roles:
        raise access.NotAKeeper
    found = queries.list_for(code) if code else None
    posted = request.method == "POST"
    initial: dict[str, Any] = {}
    if found is not None:
        initial = {f"name_{language}": found.names.get(language, "") for language in LANGUAGES}
        initial |= {
            "code": found.code,
            "whose": f"office:{found.organisation.code}" if found.organisation
            else f"place:{found.territory.code if found.territory else ''}",
            "telephone": found.telephone,
            "ended": found.until is not None,
        }  # fmt: skip
    form = ListForm(sent(request) if posted else None, initial=initial, known=found is not None)
    if posted and form.is_valid():
        sort, whose = form.cleaned_data["whose"].split(":", 1)
        try:
            if found is None and DutyList.objects.filter(code=form.cleaned_data["code"]).exists():
                form.add_error("code", _("Another list has this code."))
            else:
                made = operations.set_list(
                    by=person,
                    at=clock.now(),
                    code=form.cleaned_data["code"],
                    names=said(form.cleaned_data, "name"),
                    organisation=organisation_by_code(whose) if sort == "office" else None,
                    territory=atlas().by_code[whose] if sort == "place" else None,
                    telephone=form.cleaned_data["telephone"],
                    ended=bool(form.cleaned_data.get("ended")),
                )
                messages.success(request, _("Set."))
                return redirect("dispatch:duty-list", made.code)
        except Refused as fault:
            say_refusal(form, fault)
    context = {
        "form": form,
        "found": found,
        "rows": list(
            DutyList.objects.select_related("organisation", "territory").order_by("-tier", "code")
        ),
    }
    return render(request, "dispatch/duty/lists.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def add(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Put somebody on duty.

    Raises:
        NotAKeeper: the person keeps no such list.
        veche.city.dispatch.queries.duty.UnknownList: there is none.
    """
    at, posted = clock.now(), request.method == "POST"
    duty = queries.list_for(code)
    _kept(request, duty)
    people = queries.candidates(duty, at)
    gaps = queries.gaps(queries.turns_of(duty, at, at + queries.AHEAD), at, at + queries.AHEAD)
    initial = {"since": gaps[0].since, "until": gaps[0].until} if gaps else {}
    form = TurnForm(sent(request) if posted else None, people=people, initial=initial)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            operations.add_turn(
                by=person,
                at=clock.now(),
                duty=duty,
                person=next(one for one in people if str(one.pk) == data["person"]),
                since=data["since"],
                until=data["until"],
                lead=not data["second"],
                telephone=data["telephone"],
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, _("Put on duty."))
            return redirect("dispatch:duty-list", code)
    context = {"form": form, "duty": duty, "title": _("Put somebody on duty"), "do": _("Put on")}
    return render(request, "dispatch/duty/form.html", context, status=422 if posted else 200)


def _turn(pk: int) -> DutyTurn:
    rows = DutyTurn.objects.select_related("list__organisation", "list__territory", "person")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


@require_POST
@signed_in("")
def remove(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Take a turn out, or let it end now.

    Raises:
        NotFound: there is no such turn.
        NotAKeeper: the person keeps no such list.
        veche.city.dispatch.operations.duty.TurnOver: it is over.
    """
    turn = _turn(pk)
    operations.remove_turn(by=person, at=clock.now(), turn=turn)
    messages.success(request, _("Taken out. The time without anybody is shown as a gap."))
    return redirect("dispatch:duty-list", turn.list.code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def stand_in(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Somebody stands in.

    Raises:
        NotFound: there is no such turn.
        NotAKeeper: it is somebody else's, and the person keeps no such list.
    """
    at, posted = clock.now(), request.method == "POST"
    turn = _turn(pk)
    if turn.person_id != person.pk:
        _kept(request, turn.list)
    people = [one for one in queries.candidates(turn.list, at) if one.pk != turn.person_id]
    form = StandInForm(sent(request) if posted else None, people=people)
    if posted and form.is_valid():
        chosen = form.cleaned_data["person"]
        try:
            operations.stand_in(
                by=person,
                at=clock.now(),
                turn=turn,
                person=next(one for one in people if str(one.pk) == chosen),
                why=form.cleaned_data["why"],
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, _("Set. Both are told by letter."))
            return redirect("dispatch:duty-list", turn.list.code)
    context = {
        "form": form, "duty": turn.list, "turn": turn, "title": _("Somebody stands in"),
        "do": _("Let them stand in"),
    }  # fmt: skip
    return render(request, "dispatch/duty/form.html", context, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def swap(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Ask another to exchange turns.

    Raises:
        NotFound: there is no such turn.
        veche.city.dispatch.operations.duty.NotYourTurn: it is somebody else's.
    """
    at, posted = clock.now(), request.method == "POST"
    turn = _turn(pk)
    if turn.person_id != person.pk:
        raise operations.NotYourTurn
    others = queries.exchangeable(turn, at)
    choices = [
        (
            str(one.pk),
            _("{name}, {since} to {until}").format(
                name=one.person, since=moment(one.since), until=moment(one.until)
            ),
        )
        for one in others
    ]
    form = SwapForm(sent(request) if posted else None, turns=choices)
    if posted and form.is_valid():
        try:
            operations.ask_swap(
                by=person,
                at=clock.now(),
                mine=turn,
                theirs=next(one for one in others if str(one.pk) == form.cleaned_data["theirs"]),
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, _("Asked. It counts when the other agrees."))
            return redirect("dispatch:duty-mine")
    context = {
        "form": form, "duty": turn.list, "turn": turn, "title": _("Exchange a turn"),
        "do": _("Ask"), "nothing": not others,
    }  # fmt: skip
    return render(request, "dispatch/duty/form.html", context, status=422 if posted else 200)


@require_POST
@signed_in("")
def answer(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """Agree to an exchange, or not.

    Raises:
        NotFound: nothing was asked.
        veche.city.dispatch.operations.duty.NotYourTurn: somebody else was asked.
    """
    found = TurnSwap.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    agreed = sent(request).get("do") == "agree"
    operations.answer_swap(by=person, at=clock.now(), swap=found, agreed=agreed)
    messages.success(request, _("Exchanged.") if agreed else _("Declined."))
    return redirect("dispatch:duty-mine")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def rotation(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """How the turns of a list follow each other.

    Raises:
        NotAKeeper: the person keeps no such list.
        veche.city.dispatch.queries.duty.UnknownList: there is none.
    """
    at, posted = clock.now(), request.method == "POST"
    duty = queries.list_for(code)
    _kept(request, duty)
    known = getattr(duty, "rotation", None)
    order = [one.person_id for one in known.order.all()] if known else []
    initial = {
        "hours": known.hours if known else 24, "hour": known.hour if known else 8,
        "days": known.days if known else [], "ahead": known.ahead if known else 28,
        "begins": known.begins if known else at.date(),
    }  # fmt: skip
    people = queries.candidates(duty, at)
    form = RotationForm(
        sent(request) if posted else None, people=people, order=order, initial=initial
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            rotations.set_rotation(
                by=person,
                at=clock.now(),
                duty=duty,
                order=form.order,
                begins=data["begins"],
                hours=data["hours"],
                hour=data["hour"],
                days=data["days"],
                ahead=data["ahead"],
            )
        except Refused as fault:
            say_refusal(form, fault)
        else:
            messages.success(request, _("Set. Turns that had not begun were made anew."))
            return redirect("dispatch:duty-list", code)
    context = {"form": form, "duty": duty, "known": known}
    return render(request, "dispatch/duty/rotation.html", context, status=422 if posted else 200)
