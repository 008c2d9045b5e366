"""Piles of paper: begun, entered twice, settled; and what they say, for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.ballots.forms.paper import BatchForm, LinesForm, ReasonForm
from veche.city.ballots.models import Batch, Vote
from veche.city.ballots.operations import paper, piles
from veche.city.ballots.paper_lines import SPOILT, totals, write_line
from veche.city.ballots.procedure import COMMISSIONER, POLL_CLERK
from veche.city.ballots.queries.channels import (
    NoSuchPile,
    appeals_about_papers,
    batch_of,
    booth_of,
    booth_totals,
    booths,
    counted_again,
    has_entered,
    places_at,
    readings,
    serves,
)
from veche.city.ballots.queries.votes import config_of, public_vote
from veche.city.ballots.views.common import cached, shared
from veche.city.ballots.views.counter import clerks_only, tell
from veche.city.ballots.views.results import sees
from veche.core.files.documents import PDF, document_path
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.core.places.queries import atlas
from veche.errors import Refused
from veche.languages import here


@require_http_methods(["GET", "HEAD", "POST"])
@clerks_only(POLL_CLERK)
def begin(request: HttpRequest, person: Person, vote: Vote, code: str) -> HttpResponse:
    """A pile is begun: where its people are counted, and its scan."""
    booth = booth_of(vote, code)
    places = places_at(booth)
    bound = request.method == "POST"
    form = BatchForm(request.POST or None, request.FILES or None, places=places)
    status = 422 if bound else 200
    if bound and form.is_valid():
        data = form.cleaned_data
        try:
            batch = paper.open_batch(
                by=person,
                at=clock.now(),
                booth=booth,
                territory=atlas().by_code[data["territory"]],
                scan=data["scan"],
                document=data["file"],
            )
            return redirect("votes:pile", vote.case.number, booth.code, batch.number)
        except Refused as refusal:
            status = tell(form, refusal)
    context = {**shared(vote), "booth": booth, "form": form, "places": places}
    return render(request, "ballots/channels/begin.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@clerks_only()
def pile(request: HttpRequest, person: Person, vote: Vote, code: str, nth: int) -> HttpResponse:
    """One pile: entered, settled, or what it says."""
    batch = batch_of(vote, code, nth)
    do = request.POST.get("do", "")
    form = LinesForm(request.POST if do == "enter" else None)
    appealed = appeals_about_papers(vote) if vote.case.state in paper.APPEALED else None
    reason = ReasonForm(request.POST if do == "annul" else None, appeals=appealed)
    at, status, said = clock.now(), 422 if request.method == "POST" else 200, ""
    try:
        if form.is_bound and form.is_valid():
            lines = form.cleaned_data["lines"]
            paper.enter_batch(by=person, at=at, batch=batch, text=lines)
            said = gettext("Entered.")
        elif reason.is_bound and reason.is_valid():
            why = reason.cleaned_data["reason"]
            decided = reason.cleaned_data.get("appeal", "")
            piles.annul_batch(by=person, at=at, batch=batch, reason=why, appeal=decided)
            said = gettext("Annulled. The log says so, with the reason.")
        elif do == "again":
            made = piles.open_correction(by=person, at=at, batch=batch)
            return redirect("votes:pile", vote.case.number, code, made.number)
        elif do == "anew":
            paper.begin_anew(by=person, at=at, batch=batch)
            said = gettext("Count the pile again: it is entered twice anew.")
        elif do == "settle":
            paper.settle_batch(by=person, at=at, batch=batch, decided=_decided(request))
            said = gettext("Settled and counted.")
    except Refused as refusal:
        status = tell(reason if reason.is_bound else form, refusal) if form.is_bound else 409
        if not form.is_bound and not reason.is_bound:
            messages.error(request, str(refusal))
            status = refusal.status
    if said:
        messages.info(request, said)
        return redirect("votes:pile", vote.case.number, code, nth)
    context = {
        **shared(vote),
        "batch": batch,
        "form": form,
        "reason": reason,
        "mine": has_entered(batch, person),
        "clerk": serves(asker(request).holdings, vote, POLL_CLERK),
        "appealed": appealed,
        "again": counted_again(batch) if batch.annulled_by else None,
        "commission": serves(asker(request).holdings, vote, COMMISSIONER),
        "legend": _legend(vote),
        **_read(vote, batch),
    }
    return render(request, "ballots/channels/pile.html", context, status=status)


def _decided(request: HttpRequest) -> dict[int, str]:
    """What was said of each line, by its number."""
    found = {}
    for name, value in request.POST.items():
        head, _, number = name.partition("-")
        if head == "line" and number.isdigit() and isinstance(value, str):
            other = request.POST.get(f"other-{number}", "")
            found[int(number)] = other if value == "other" else value
    return found


def _legend(vote: Vote) -> list[dict[str, Any]]:
    """The numbers of the options as they are printed."""
    return [
        {
            "title": here(asked.title),
            "kind": asked.kind.kind,
            "options": [here(option.title) for option in asked.options],
        }
        for asked in config_of(vote).questions
    ]


def _read(vote: Vote, batch: Batch) -> dict[str, Any]:
    """What was read from a pile, as far as it may be shown: the first entry never before the
    second is there."""
    config = config_of(vote)
    if batch.state == Batch.State.DIFFERS:
        first, second = readings(batch)
        pairs = zip(first.lines, second.lines, strict=False)
        rows = [
            (n, write_line(config, one), write_line(config, other))
            for n, (one, other) in enumerate(pairs, 1)
            if one != other
        ]
        same = len(first.lines) == len(second.lines)
        heights = (len(first.lines), len(second.lines))
        return {"first": first, "second": second, "rows": rows, "same": same, "heights": heights}
    if batch.lines is not None:
        lines = list(batch.lines)
        return {
            "totals": told(vote, totals(config, lines)),
            "papers": len(lines),
            "spoilt": sum(line == SPOILT for line in lines),
        }
    return {}


def told(vote: Vote, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Totals with the words of the options."""
    return [
        {
            "title": here(one["asked"].title),
            "kind": one["asked"].kind.kind,
            "options": [
                (here(option.title), one["options"][option.code]) for option in one["asked"].options
            ],
            "blank": one["blank"],
        }
        for one in found
    ]


@require_safe
@clerks_only()
def scan(request: HttpRequest, person: Person, vote: Vote, code: str, nth: int) -> HttpResponseBase:
    """The scan of a pile, for those who count.

    Raises:
        NoSuchPile: it is not kept here.
    """
    batch = batch_of(vote, code, nth)
    if not batch.kept:
        raise NoSuchPile
    try:
        data = document_path(batch.scan).open("rb")
    except OSError as error:
        raise NoSuchPile from error
    return FileResponse(data, content_type=PDF, as_attachment=True, filename=f"{batch.name}.pdf")


@require_safe
def papers(request: HttpRequest, number: str) -> HttpResponse:
    """Where one can vote in person, and what the papers of each booth say, to whom the count is
    shown by now."""
    vote = public_vote(number)
    shown = sees(request, vote)
    rows = [(row, told(vote, booth_totals(vote, row)) if shown else []) for row in booths(vote)]
    context = {**shared(vote), "rows": rows}
    return cached(request, render(request, "ballots/channels/papers.html", context))
