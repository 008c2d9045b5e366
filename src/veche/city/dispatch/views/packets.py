"""The pages of packets: how every unit answers, one packet, its memo."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from veche import clock
from veche.city.dispatch import access
from veche.city.dispatch import rules_packets as rules
from veche.city.dispatch.forms.afteraction import AnswerForm, MemoForm
from veche.city.dispatch.indicators import BETTER_HIGH, BETTER_LOW, FAMILIES, HELP_MEASURES
from veche.city.dispatch.models import FollowUp, Packet
from veche.city.dispatch.operations import packets as doing
from veche.city.dispatch.procedure import INCIDENT, TASK
from veche.city.dispatch.queries import packets as queries
from veche.core.cases.terms import city_zone
from veche.core.organisations.middleware import Asker, asker
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused
from veche.figures import Measure
from veche.look.http import sent, sign_in
from veche.tables import csv_answer, csv_whole

MOST = 300
BESIDE = ("now", "before", "all")
"""What stands beside each other in a packet."""


def _inside(who: Asker, unit: str) -> bool:
    """Whether somebody reads the inner part: who answers for the unit or works in it, dispatchers,
    and those who hold the meetings."""
    if who.roles & {access.DISPATCHER, *access.OVERSEERS}:
        return True
    return any(h.organisation and h.organisation.code == unit for h in who.holdings)


def _found(unit: str, until: str) -> Packet:
    """Raises: NotFound."""
    try:
        day = dt.date.fromisoformat(until)
    except ValueError:
        raise NotFound from None
    found = queries.packet_of(unit, rules.midnight(day, city_zone()))
    if found is None:
        raise NotFound
    return found


def _day(packet: Packet) -> str:
    return packet.until.astimezone(city_zone()).date().isoformat()


def _row(packet: Packet, at: dt.datetime, names: dict[str, str]) -> dict[str, Any]:
    return {
        "packet": packet,
        "name": names[packet.unit],
        "day": _day(packet),
        "last": packet.until.astimezone(city_zone()).date() - dt.timedelta(days=1),
        "standing": queries.standing(packet, at),
        "age": queries.age(packet, at),
        "now": packet.figures["now"],
        "late": packet.figures["late"],
    }


@require_safe
def packets(request: HttpRequest) -> HttpResponse:
    """The packets of one fortnight, or the newest: who answered, who did not."""
    at = clock.now()
    ends = list(Packet.objects.order_by("-until").values_list("until", flat=True).distinct()[:26])
    days = [one.astimezone(city_zone()).date() for one in ends]
    asked = request.GET.get("until", "")
    which = next((n for n, day in enumerate(days) if day.isoformat() == asked), 0)
    rows = list(queries.packets().filter(until=ends[which])) if ends else []
    names = queries.names_of(one.unit for one in rows)
    shown = [_row(one, at, names) for one in rows]
    owed = list(queries.packets().filter(answered_at=None, due_at__lt=at)[:MOST])
    owed_names = queries.names_of(one.unit for one in owed)
    context: dict[str, Any] = {
        "rows": shown,
        "days": [(day, n == which) for n, day in enumerate(days)],
        "since": rows[0].since if rows else None,
        "last": days[which] - dt.timedelta(days=1) if days else None,
        "skipped": [_row(one, at, owed_names) for one in owed],
        "mine": [row for row in shown if _answers(request, row["packet"].unit, at)],
    }
    return render(request, "dispatch/packets/list.html", context)


def _answers(request: HttpRequest, unit: str, at: dt.datetime) -> bool:
    who = asker(request)
    if not who.roles & {"head", "officer", "dispatcher"}:
        return False
    return doing.answers_for_unit(who.person, at, unit)


@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """All packets as a table file."""
    at = clock.now()
    head: list[object] = [
        "unit", "since", "until", "standing", "days_owed", "incidents", "closed", "late_steps",
    ]  # fmt: skip
    rows = (
        [
            one.unit,
            one.since.astimezone(city_zone()).date().isoformat(),
            _day(one),
            queries.standing(one, at),
            queries.age(one, at).days,
            one.figures["now"].get("opened", 0),
            one.figures["now"].get("closed", 0),
            one.figures["late"],
        ]
        for one in queries.packets().iterator()
    )
    return csv_answer("packets", (row for part in ([head], rows) for row in part))


@require_safe
def unit(request: HttpRequest, unit: str) -> HttpResponse:
    """All packets of a unit.

    Raises:
        NotFound: it has none.
    """
    at = clock.now()
    rows = list(queries.packets(unit=unit)[:MOST])
    if not rows:
        raise NotFound
    names = queries.names_of([unit])
    shown = [_row(one, at, names) for one in rows]
    context = {
        "name": names[unit],
        "rows": shown,
        "skipped": sum(row["standing"] == queries.SKIPPED for row in shown),
    }
    return render(request, "dispatch/packets/unit.html", context)


def compared(packet: Packet) -> list[dict[str, Any]]:
    """The families of a packet: each measure now, in the two weeks before, and of all units."""
    figures = packet.figures
    groups: list[tuple[Any, tuple[Measure, ...]]] = [
        (title, measures) for _code, title, measures in FAMILIES
    ]
    if packet.organisation_id is not None:
        groups.append((_("Helping others"), HELP_MEASURES))
    return [
        {
            "title": title,
            "rows": [
                {
                    "measure": one,
                    **(now := {name: _value(figures[name], one) for name in BESIDE}),
                    "better": _better(one.name, now["now"], now["before"]),
                }
                for one in measures
            ],
        }
        for title, measures in groups
    ]


def _value(values: dict[str, Any], one: Measure) -> Any:
    """What was reckoned; of a unit that had nothing, a count is nothing."""
    return values.get(one.name, 0 if one.kind in ("count", "count_where", "sum") else None)


def _number(value: Any) -> float | None:
    if isinstance(value, list):
        above, below = value
        if isinstance(above, list):
            above = above[0] / above[1]
        return float(above / below) if below else None
    return None if value is None else float(value)


def _better(name: str, now: Any, before: Any) -> str:
    """Whether it went better or worse than before; empty where that cannot be said."""
    one, other = _number(now), _number(before)
    if one is None or other is None or one == other or name not in BETTER_LOW | BETTER_HIGH:
        return ""
    return "better" if (one < other) == (name in BETTER_LOW) else "worse"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def packet(request: HttpRequest, unit: str, until: str) -> HttpResponse:
    """One packet: its figures, what was late, the list, the answers.

    Raises:
        NotFound: there is none.
    """
    found = _found(unit, until)
    if request.method != "POST":
        return _page(request, found)
    person = asker(request).person
    if person is None:
        return sign_in(request)
    return _answer(request, person, found)


def _answer(request: HttpRequest, person: Person, found: Packet) -> HttpResponse:
    data = sent(request)
    about = str(data.get("followup") or "")
    form = AnswerForm(data, prefix=f"f{about}" if about else "whole")
    if form.is_valid():
        text, at = form.cleaned_data["text"], clock.now()
        try:
            if about:
                one = FollowUp.objects.filter(
                    pk=int(about) if about.isdecimal() else 0, unit=found.unit
                ).first()
                if one is None:
                    raise NotFound
                doing.answer_followup(by=person, at=at, followup=one, text=text)
            else:
                doing.answer_packet(by=person, at=at, packet=found, text=text)
        except NotFound:
            raise
        except Refused as refusal:
            form.add_error("text" if isinstance(refusal, Invalid) else None, str(refusal))
        else:
            messages.success(request, _("The answer is written down."))
            return redirect("dispatch:packet", unit=found.unit, until=_day(found))
    return _page(request, found, about=about or "whole", form=form, status=422)


def _page(
    request: HttpRequest,
    found: Packet,
    *,
    about: str = "",
    form: AnswerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    who, at = asker(request), clock.now()
    inside = _inside(who, found.unit)
    answers = doing.answers_for_unit(who.person, at, found.unit)
    everything = queries.followups(found)
    followups = [one for one in everything if inside or one.public]
    titles = {state.code: state.title for way in (TASK, INCIDENT) for state in way.states}
    context: dict[str, Any] = {
        **_row(found, at, queries.names_of([found.unit])),
        "families": compared(found),
        "steps": [
            (row, titles.get(row["state"], row["state"]))
            for row in found.late
            if inside or row["public"]
        ],
        "hidden_steps": sum(not row["public"] for row in found.late) if not inside else 0,
        "hidden": len(everything) - len(followups),
        "followups": [
            {
                "one": one,
                "asks": queries.asks(one),
                "here": one.packet_id == found.pk,
                "form": form
                if form is not None and about == str(one.pk)
                else AnswerForm(prefix=f"f{one.pk}"),
            }
            for one in followups
        ],
        "left": sum(one.answered_at is None and one.packet_id == found.pk for one in everything),
        "memo": [one for one in queries.memo(found) if inside or one.public],
        "inside": inside,
        "answers": answers,
        "whole": form if form is not None and about == "whole" else AnswerForm(prefix="whole"),
        "meets": doing.writes_memo(who.person, at) and found.memo_at is None,
    }
    return render(request, "dispatch/packets/packet.html", context, status=status)


@require_safe
def packet_csv(request: HttpRequest, unit: str, until: str) -> HttpResponse:
    """The figures of a packet as a table file; shares and means as two numbers.

    Raises:
        NotFound: there is none.
    """
    found = _found(unit, until)
    rows: list[list[object]] = [["measure", "now", "before", "all_units"]]
    for family in compared(found):
        rows += [
            [row["measure"].name, *(_cell(row[name]) for name in ("now", "before", "all"))]
            for row in family["rows"]
        ]
    return csv_whole(f"packet-{unit}-{until}", rows)


def _cell(value: Any) -> object:
    if isinstance(value, list):
        return "/".join(str(_cell(part)) for part in value)
    return "" if value is None else value


@require_safe
def machine(request: HttpRequest, unit: str, until: str) -> HttpResponse:
    """A packet for machines.

    Raises:
        NotFound: there is none.
    """
    found = _found(unit, until)
    inside = _inside(asker(request), unit)
    return JsonResponse(queries.as_json(found, clock.now(), inside=inside))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def memo(request: HttpRequest, unit: str, until: str) -> HttpResponse:
    """The memo after the meeting about a packet.

    Raises:
        NotFound: there is none.
        NotTheMeeting: somebody else.
    """
    person = asker(request).person
    if person is None:
        return sign_in(request)
    found, at = _found(unit, until), clock.now()
    if not doing.writes_memo(person, at):
        raise doing.NotTheMeeting
    form = MemoForm(sent(request)) if request.method == "POST" else MemoForm()
    if form.is_bound and form.is_valid():
        try:
            doing.write_memo(
                by=person, at=at, packet=found, met_on=form.cleaned_data["met_on"],
                items=form.items(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error("public", str(refusal))
        else:
            messages.success(request, _("The memo is written: it stands in the next packet."))
            return redirect("dispatch:packet", unit=unit, until=until)
    context = {"form": form, "packet": found, "name": queries.names_of([unit])[unit], "day": until}
    status = 422 if form.is_bound else 200
    return render(request, "dispatch/packets/memo.html", context, status=status)
