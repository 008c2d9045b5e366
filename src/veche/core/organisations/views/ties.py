"""Pages of ties: one's own, and those that few look after."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.core.organisations.choices import offices
from veche.core.organisations.conflicts import (
    Conflict,
    conflicted_organisations,
    conflicts_of,
)
from veche.core.organisations.forms.ties import (
    FileForm,
    OfTieForm,
    PairForm,
    ReasonForm,
    RuleForm,
    StakeForm,
    TieForm,
    moment,
    office_of,
)
from veche.core.organisations.guard import signed_in
from veche.core.organisations.models import ConflictRule, Organisation, Stake, Tie
from veche.core.organisations.operations import pairs
from veche.core.organisations.operations.ties import (
    KEPT_YEARS,
    NoSuchTie,
    check_steward,
    check_touches,
    declare_tie,
    end_tie,
    link_tie,
    looks_after_ties,
    record_tie,
    strike_tie,
)
from veche.core.organisations.operations.ties_import import STAKES, TIES, import_ties
from veche.core.people.models import Person
from veche.core.people.operations import note_look
from veche.errors import Refused
from veche.look.fields import say_refusal
from veche.tables import csv_whole

MOST_SHOWN = 500


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("")
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    """One's own ties: what was declared, what the city found, and a form for one more."""
    at = clock.now()
    form = TieForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            submission = form.cleaned_data["submission"]
            declare_tie(by=person, at=at, submission=submission, **form.given())
            messages.info(request, gettext("It is written down and counts from now on."))
            return redirect("organisations:ties")
        except Refused as refusal:
            say_refusal(form, refusal)
            status = refusal.status
    rows = Tie.objects.filter(person=person).select_related("organisation").order_by("-pk")
    context = {
        "form": form,
        "rows": [(row, _may_end(row, at)) for row in rows],
        "found": _told(conflicts_of(person=person, at=at, years=_longest())),
        "offices": offices(),
        "looks_after": looks_after_ties(person, at),
        "kept_years": KEPT_YEARS,
    }
    return render(request, "organisations/ties.html", context, status=status)


def _may_end(row: Tie, at: dt.datetime) -> bool:
    return row.struck_at is None and row.until is None


def _longest() -> int:
    """Everything that still could count by any rule is shown, with its days."""
    return KEPT_YEARS


def _told(found: Iterable[Conflict]) -> list[tuple[Organisation, list[dict[str, Any]]]]:
    """Conflicts by organisation, in words; of others no name is told."""
    rows = list(found)
    wanted = {one.organisation_id for one in rows} | {one.through_id for one in rows}
    known = Organisation.objects.in_bulk([pk for pk in wanted if pk is not None])
    told = []
    for pk, group in itertools.groupby(rows, key=lambda one: one.organisation_id):
        reasons = [
            {
                "sentence": one.sentence,
                "source": one.source,
                "through": known.get(one.through_id) if one.through_id else None,
                "until": one.until,
            }
            for one in group
        ]
        told.append((known[pk], reasons))
    return sorted(told, key=lambda row: str(row[0]))


@require_safe
@signed_in("")
def mine_csv(request: HttpRequest, person: Person) -> HttpResponse:
    """One's own ties as a file."""
    rows = Tie.objects.filter(person=person).select_related("organisation").order_by("pk")
    return csv_whole("my-ties", itertools.chain([_HEAD], map(_line, rows)))


_HEAD = ["kind", "organisation", "named", "identifier", "share", "since", "until", "source",
         "struck_out"]  # fmt: skip


def _line(row: Tie) -> list[object]:
    return [
        row.kind,
        row.organisation.code if row.organisation else "",
        row.named,
        row.identifier,
        row.share if row.share is not None else "",
        row.since.isoformat(),
        row.until.isoformat() if row.until else "",
        row.source,
        row.struck_at.isoformat() if row.struck_at else "",
    ]


@require_POST
@signed_in("")
def end(request: HttpRequest, person: Person, tie: int) -> HttpResponse:
    """One's own tie has ended."""
    at = clock.now()
    end_tie(by=person, at=at, tie=tie, until=at)
    messages.info(request, gettext("Its end is written down. It goes on counting for some years."))
    return redirect("organisations:ties")


def _steward(
    view: Callable[..., HttpResponse],
) -> Callable[..., HttpResponse]:
    """Only for who looks after ties."""

    @wraps(view)
    def checked(request: HttpRequest, person: Person, /, **kwargs: Any) -> HttpResponse:
        check_steward(person, clock.now())
        return view(request, person, **kwargs)

    return signed_in("")(checked)


def _looked_up(typed: str, steward: Person, at: dt.datetime) -> tuple[Person | None, list[Tie]]:
    """Somebody's ties; what concerns an organisation the steward is tied to is not among them."""
    found = Person.objects.filter(email__iexact=typed, is_active=True).first() if typed else None
    if found is None or found.pk == steward.pk:
        return None, []
    note_look(by=steward, at=at, person_id=found.pk, what="ties")
    shut = conflicted_organisations(person=steward, at=at)
    rows = Tie.objects.filter(person=found).exclude(organisation_id__in=shut)
    return found, list(rows.select_related("organisation").order_by("-pk"))


@require_safe
@_steward
def everyone(request: HttpRequest, person: Person) -> HttpResponse:
    """What is to be judged, what names no known organisation, shares, and somebody's ties."""
    return _everyone(request, person)


def _everyone(
    request: HttpRequest,
    person: Person,
    *,
    status: int = 200,
    done: Any = None,
    **given: Form,
) -> HttpResponse:
    at = clock.now()
    typed = request.GET.get("email", "").strip()[:200].replace("\x00", "")
    found, ties = _looked_up(typed, person, at)
    shut = conflicted_organisations(person=person, at=at)
    waiting = [one for one in pairs.pairs_to_judge() if person.pk not in (one.one_id, one.other_id)]
    for who in sorted({pk for one in waiting for pk in (one.one_id, one.other_id)}):
        note_look(by=person, at=at, person_id=who, what="ties")
    stakes = Stake.objects.exclude(owner_id__in=shut).exclude(owned_id__in=shut)
    unknown = Tie.objects.filter(organisation__isnull=True, struck_at__isnull=True)
    rule = ConflictRule.objects.first() or ConflictRule()
    context = {
        "typed": typed,
        "found": found,
        "ties": ties,
        "waiting": waiting,
        # Whose they are is not needed to say which organisation is meant.
        "unknown": unknown.exclude(person=person).order_by("pk")[:MOST_SHOWN],
        "stakes": stakes.select_related("owner", "owned").order_by("-pk")[:MOST_SHOWN],
        "offices": offices(),
        "done": done,
        "tie_columns": ", ".join(TIES),
        "stake_columns": ", ".join(STAKES),
        "tie_form": given.get("tie_form") or OfTieForm(auto_id="tie_%s"),
        "pair_form": given.get("pair_form") or PairForm(auto_id="pair_%s"),
        "stake_form": given.get("stake_form") or StakeForm(auto_id="stake_%s"),
        "file_form": given.get("file_form") or FileForm(auto_id="file_%s"),
        "rule_form": given.get("rule_form")
        or RuleForm(initial={"least_share": rule.least_share}, auto_id="rule_%s"),
    }
    return render(request, "organisations/ties_all.html", context, status=status)


def _record(person: Person, at: dt.datetime, form: Form) -> Any:
    assert isinstance(form, OfTieForm)
    return record_tie(by=person, at=at, person=form.cleaned_data["email"], **form.given())


def _pair(person: Person, at: dt.datetime, form: Form) -> Any:
    return pairs.record_pair(by=person, at=at, **form.cleaned_data)


def _stake(person: Person, at: dt.datetime, form: Form) -> Any:
    data = dict(form.cleaned_data)
    return pairs.add_stake(by=person, at=at, **data | {"since": moment(data["since"])})


def _file(person: Person, at: dt.datetime, form: Form) -> Any:
    return import_ties(by=person, at=at, data=form.cleaned_data["file"])


def _rule(person: Person, at: dt.datetime, form: Form) -> Any:
    return pairs.set_least_share(by=person, at=at, share=form.cleaned_data["least_share"])


_DOES: dict[str, tuple[type[Form], Callable[[Person, dt.datetime, Form], Any]]] = {
    "tie": (OfTieForm, _record),
    "pair": (PairForm, _pair),
    "stake": (StakeForm, _stake),
    "file": (FileForm, _file),
    "rule": (RuleForm, _rule),
}


@require_POST
@_steward
def add(request: HttpRequest, person: Person, what: str) -> HttpResponse:
    """One of the forms of the page of all ties."""
    if what not in _DOES:
        raise NoSuchTie
    kind, does = _DOES[what]
    form = kind(request.POST, request.FILES, auto_id=f"{what}_%s")
    status, done = 422, None
    if form.is_valid():
        try:
            done = does(person, clock.now(), form)
            if what != "file":
                messages.info(request, gettext("It is written down and counts from now on."))
                return redirect("organisations:ties-all")
            return _everyone(request, person, done=done)
        except Refused as refusal:
            say_refusal(form, refusal)
            status = refusal.status
    return _everyone(request, person, status=status, **{f"{what}_form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@_steward
def strike(request: HttpRequest, person: Person, tie: int) -> HttpResponse:
    """Strike out a tie that never was: with a reason, which the person reads."""
    at = clock.now()
    row = Tie.objects.filter(pk=tie, struck_at__isnull=True)
    row_found = row.select_related("organisation", "person").first()
    if row_found is None:
        raise NoSuchTie
    check_touches(person, at, row_found)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        strike_tie(by=person, at=at, tie=tie, because=form.cleaned_data["because"])
        messages.info(request, gettext("The tie is struck out."))
        return redirect("organisations:ties-all")
    if request.method != "POST":
        note_look(by=person, at=at, person_id=row_found.person_id, what="ties")
    context = {"form": form, "row": row_found}
    status = 422 if form.is_bound else 200
    return render(request, "organisations/tie_strike.html", context, status=status)


@require_POST
@_steward
def link(request: HttpRequest, person: Person, tie: int) -> HttpResponse:
    """Say which organisation is meant."""
    office = office_of(request.POST.get("organisation", "").replace("\x00", "")[:200])
    if office is None:
        messages.error(request, gettext("There is no organisation of this name or code."))
    else:
        link_tie(by=person, at=clock.now(), tie=tie, organisation=office)
        messages.info(request, gettext("It is written down and counts from now on."))
    return redirect("organisations:ties-all")


@require_POST
@_steward
def judge(request: HttpRequest, person: Person, pair: int) -> HttpResponse:
    """Two accounts belong together, or do not."""
    holds = request.POST.get("holds") == "1"
    pairs.judge_pair(by=person, at=clock.now(), pair=pair, holds=holds)
    messages.info(request, gettext("Noted."))
    return redirect("organisations:ties-all")


@require_POST
@_steward
def end_share(request: HttpRequest, person: Person, stake: int) -> HttpResponse:
    """A share is owned no more."""
    at = clock.now()
    pairs.end_stake(by=person, at=at, stake=stake, until=at)
    messages.info(request, gettext("The share has ended."))
    return redirect("organisations:ties-all")


@require_safe
@_steward
def stakes_csv(request: HttpRequest, person: Person) -> HttpResponse:
    """All shares as a file, in the columns in which they are read."""
    shut = conflicted_organisations(person=person, at=clock.now())
    rows = Stake.objects.exclude(owner_id__in=shut).exclude(owned_id__in=shut)
    lines = (
        [
            row.owner.code,
            row.owned.code,
            row.share,
            f"{row.since:%Y-%m-%d}",
            f"{row.until:%Y-%m-%d}" if row.until else "",
            row.source,
            row.words,
        ]
        for row in rows.select_related("owner", "owned").order_by("pk")
    )
    head = [*STAKES, "source", "words"]
    return csv_whole("shares", itertools.chain([head], lines))


@require_safe
@_steward
def ties_csv(request: HttpRequest, person: Person) -> HttpResponse:
    """The ties of somebody as a file; it is a look at them."""
    typed = request.GET.get("email", "").strip()[:200].replace("\x00", "")
    _found, rows = _looked_up(typed, person, clock.now())
    return csv_whole("ties", itertools.chain([_HEAD], map(_line, rows)))
