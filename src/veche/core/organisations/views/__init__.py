"""Pages of residence and roles."""

from __future__ import annotations

import datetime as dt
import itertools

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.core.organisations.access import NotAdministrator, NotClerk, covers
from veche.core.organisations.forms import CounterForm, LetterCodeForm, LetterForm, RoleForm
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Holding
from veche.core.organisations.operations.residence import confirm_at_counter, print_letters
from veche.core.organisations.operations.roles import NoSuchHolding, end_role, give_role
from veche.core.organisations.roles import ROLES, role_word
from veche.core.people.models import BirthDate, Person, ResidenceLetter
from veche.core.people.operations import note_look
from veche.core.people.operations.birth import erase_birth_date
from veche.core.people.operations.residence import WrongCode, ask_for_letter, try_letter_code
from veche.core.people.queries import letter_of, residence_of, waiting_letters
from veche.errors import Refused
from veche.look import words
from veche.look.fields import say_refusal
from veche.tables import csv_whole

_PAGE = 50


@require_POST
@signed_in("")
def forget_birth(request: HttpRequest, person: Person) -> HttpResponse:
    """The city forgets when the person was born."""
    erase_birth_date(by=person, at=clock.now())
    messages.info(request, gettext("Your day of birth is erased."))
    return redirect("organisations:residence")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def residence(request: HttpRequest, person: Person) -> HttpResponse:
    """Show where one lives: ask for a letter, then type its code."""
    at = clock.now()
    letter = letter_of(person)
    on_paper = letter is not None and letter.printed_at is not None
    form: Form = LetterForm()
    code_form: Form = LetterCodeForm()
    status = 200
    if request.method == "POST" and "code" in request.POST:
        code_form, status = LetterCodeForm(request.POST), 422
        if code_form.is_valid():
            try:
                if try_letter_code(by=person, at=at, code=code_form.cleaned_data["code"]):
                    messages.info(request, gettext("The city knows now where you live."))
                    return redirect("organisations:residence")
                say_refusal(code_form, WrongCode())
            except Refused as refusal:
                say_refusal(code_form, refusal)
                on_paper = False
    elif request.method == "POST":
        form, status = LetterForm(request.POST), 422
        if form.is_valid():
            try:
                ask_for_letter(by=person, at=at, **form.cleaned_data)
                messages.info(request, gettext("The letter will be printed and sent."))
                return redirect("organisations:residence")
            except Refused as refusal:
                say_refusal(form, refusal)
    context = {
        "residence": residence_of(person, at),
        "born": BirthDate.objects.filter(pk=person.pk).first(),
        "letter": letter,
        "on_paper": on_paper,
        "form": form,
        "code_form": code_form,
    }
    return render(request, "organisations/residence.html", context, status=status)


def _my_letters(request: HttpRequest) -> list[ResidenceLetter]:
    held = [h for h in asker(request).holdings if h.role == "clerk"]
    return [row for row in waiting_letters() if any(covers(h, row.territory) for h in held)]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("clerk", NotClerk)
def letters(request: HttpRequest, person: Person) -> HttpResponse:
    """Letters that were asked for; those ticked are shown ready to be printed."""
    waiting = _my_letters(request)
    if request.method == "POST":
        ticked = {number for number in request.POST.getlist("letter") if number.isdigit()}
        chosen = [row.pk for row in waiting if str(row.pk) in ticked]
        if chosen:
            printed = print_letters(by=person, at=clock.now(), letters=chosen)
            return render(request, "organisations/letters_printed.html", {"letters": printed})
        messages.info(request, gettext("Tick the letters to print."))
    return render(request, "organisations/letters.html", {"waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("clerk", NotClerk)
def counter(request: HttpRequest, person: Person) -> HttpResponse:
    """Say of somebody at the counter where they live."""
    form = CounterForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            confirm_at_counter(
                by=person,
                at=clock.now(),
                person=data["email"],
                territory=data["territory"],
                identified=data["identified"],
                born=data["born"],
            )
            messages.info(request, gettext("The city knows now where this person lives."))
            return redirect("organisations:counter")
        except Refused as refusal:
            say_refusal(form, refusal)
            status = refusal.status
    return render(request, "organisations/counter.html", {"form": form}, status=status)


def _found(request: HttpRequest) -> QuerySet[Holding]:
    at = clock.now()
    rows = Holding.objects.filter(since__lte=at).filter(Q(until__isnull=True) | Q(until__gt=at))
    role, typed = request.GET.get("role", ""), request.GET.get("q", "").strip()[:80]
    if role in ROLES:
        rows = rows.filter(role=role)
    if typed:
        rows = rows.filter(Q(person__name__icontains=typed) | Q(person__email__iexact=typed))
    return rows.select_related("person", "organisation", "territory").order_by("role", "id")


@require_safe
@signed_in("administrator", NotAdministrator)
def roles(request: HttpRequest, person: Person) -> HttpResponse:
    """Who holds which role where until when."""
    page = Paginator(_found(request), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(role_word(row.role), row) for row in page],
        "roles": ROLES.items(),
        "role": request.GET.get("role", ""),
        "q": request.GET.get("q", ""),
    }
    return render(request, "organisations/roles.html", context)


@require_safe
@signed_in("administrator", NotAdministrator)
def roles_csv(request: HttpRequest, person: Person) -> HttpResponse:
    """The same as a file."""
    head = ["role", "name", "organisation", "territory", "since", "until"]
    rows = (
        [
            row.role,
            row.person.name,
            row.organisation.code if row.organisation else "",
            row.territory.code if row.territory else "",
            row.since.isoformat(),
            row.until.isoformat() if row.until else "",
        ]
        for row in _found(request)
    )
    return csv_whole("roles", itertools.chain([head], rows))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("administrator", NotAdministrator)
def give(request: HttpRequest, person: Person) -> HttpResponse:
    """Give a role: what will be is read once more before it is done."""
    form = RoleForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    preview = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if data["sure"] and "change" not in request.POST:
            try:
                give_role(
                    by=person,
                    at=clock.now(),
                    person=data["email"],
                    role=data["role"],
                    organisation=data["organisation"],
                    territory=data["territory"],
                    until=data["until"],
                )
                messages.info(request, gettext("The role is given."))
                return redirect("organisations:roles")
            except Refused as refusal:
                say_refusal(form, refusal)
                status = refusal.status
        elif "change" not in request.POST:
            # Whose name stands there is shown to the administrator: that is a look.
            note_look(by=person, at=clock.now(), person_id=data["email"].pk, what="account")
            # The hidden fields carry what was typed; the last day is shown as it was meant.
            last = data["until"] and words.day(data["until"] - dt.timedelta(days=1), "year")
            preview, status = data | {"word": role_word(data["role"]), "last_day": last}, 200
        else:
            status = 200
    context = {"form": form, "preview": preview}
    return render(request, "organisations/give_role.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("administrator", NotAdministrator)
def end(request: HttpRequest, person: Person, holding: int) -> HttpResponse:
    """End a role: asked once more, then done at once."""
    row = Holding.objects.filter(pk=holding).select_related("person").first()
    if row is None:
        raise NoSuchHolding
    if request.method == "POST":
        end_role(by=person, at=clock.now(), holding=holding)
        messages.info(request, gettext("The role is ended."))
        return redirect("organisations:roles")
    context = {"row": row, "word": role_word(row.role)}
    return render(request, "organisations/end_role.html", context)
