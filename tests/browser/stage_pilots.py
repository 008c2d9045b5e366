"""What stands ready for the walk of pilots: something to apply to, to read, to vote on, to test."""

from __future__ import annotations

import datetime as dt

from veche.city.pilots.models import Call, Panel, ReviewTask, Trial
from veche.city.pilots.operations import panels
from veche.core.people.models import Person


def pilots_stage(
    at: dt.datetime, people: dict[str | None, Person], languages: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    """Walk: language: number of the call, the task and the item, and the word of the sheet."""
    taking = Call.objects.filter(case__state="open", standing=False, closes_at__gt=at)
    call = taking.select_related("case").latest("closes_at")
    trial = Trial.objects.filter(ended_at=None, ends_at__gt=at).earliest("pk")
    return {
        "pilot-apply": dict.fromkeys(languages, call.case.number),
        "pilot-read": _to_read(people["expert"], languages),
        "pilot-vote": _to_vote(at, people["panellist"], languages),
        "pilot-test": dict.fromkeys(languages, trial.key),
    }


def _to_read(expert: Person, languages: tuple[str, ...]) -> dict[str, str]:
    """Three applications that the cast's expert reads; what is missing is taken from others."""
    rows = ReviewTask.objects.filter(standing="accepted", application__case__state="review")
    mine = list(rows.filter(expert=expert.pk).order_by("pk"))
    read = {one.application_id for one in mine}
    for one in rows.exclude(expert=expert.pk).order_by("application", "pk"):
        if one.application_id not in read and len(mine) < len(languages):
            read.add(one.application_id)
            ReviewTask.objects.filter(pk=one.pk).update(expert=expert.pk)
            mine.append(one)
    return {code: str(one.pk) for code, one in zip(languages, mine, strict=True)}


def _to_vote(at: dt.datetime, mine: Person, languages: tuple[str, ...]) -> dict[str, str]:
    """Three items of a panel that sits: only one vote is missing, that of the cast's panellist."""
    panel = Panel.objects.filter(closed_at=None, items__isnull=False).earliest("pk")
    others = [one.person for one in panel.members.exclude(person=mine).order_by("pk")]
    panels.open_panel(by=others[0], at=at, panel=panel)
    items = list(panel.items.filter(decided_at=None).order_by("place")[: len(languages)])
    for who in others[: panel.quorum - 1]:
        panels.come(by=who, at=at, panel=panel)
        for item in items:
            panels.vote(by=who, at=at, item=item, choice="select")
    return {code: f"{panel.pk}:{item.pk}" for code, item in zip(languages, items, strict=True)}
