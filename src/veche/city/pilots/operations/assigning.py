"""Who reads what: computed, looked at, and given out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from veche.city.pilots.access.companies import check_agency
from veche.city.pilots.access.conflicts import open_to
from veche.city.pilots.engines import assign as engine
from veche.city.pilots.engines import assign_file
from veche.city.pilots.models import Application, AssignmentRun, Expert, Programme, ReviewTask
from veche.city.pilots.operations.refusals_experts import (
    AssignmentImpossible,
    NothingToAssign,
    RunStale,
    RunTaken,
)
from veche.city.pilots.rules import affinity
from veche.city.pilots.words.experts import impossible
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_people
from veche.core.organisations.conflicts import conflicted_pairs
from veche.core.organisations.models import Holding
from veche.languages import LANGUAGES
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.city.pilots.models import Call
    from veche.core.people.models import Person

REVIEW_DAYS = 14
"""How long an expert has for what they were given."""
STANDS = (ReviewTask.Standing.GIVEN, ReviewTask.Standing.ACCEPTED, ReviewTask.Standing.DONE)
OPEN = (ReviewTask.Standing.GIVEN, ReviewTask.Standing.ACCEPTED)


def needed(application: Application) -> int:
    """How many experts read an application."""
    return int(application.call.reviews or application.programme.reviews)


@dataclass(frozen=True)
class Round:
    """What is to be assigned, and who is behind the numbers."""

    data: dict[str, Any]
    """The instance as its file."""
    applications: list[Application]
    experts: list[Expert]


def experts_at(at: dt.datetime) -> list[Expert]:
    """Who reads at a moment: on the list, and in the role."""
    held = Holding.objects.filter(role="expert", since__lte=at).exclude(until__lte=at)
    rows = Expert.objects.filter(since__lte=at, person__in=held.values("person"))
    rows = rows.exclude(until__lte=at).filter(person__is_active=True)
    return list(rows.select_related("person").order_by("pk"))


def make_round(
    *,
    at: dt.datetime,
    programme: Programme,
    applications: list[Application],
    load: tuple[int, int] | None = None,
    reviews: int | None = None,
    seed: int = 0,
) -> Round:
    """The instance of these applications: what stands stays, no conflict, nobody twice.

    ``load`` and ``reviews`` try other numbers than the programme's.
    """
    tasks = list(
        ReviewTask.objects.filter(application__in=applications).values_list(
            "application_id", "expert_id", "standing"
        )
    )
    kept = {(app, expert) for app, expert, standing in tasks if standing in STANDS}
    gone = {(app, expert) for app, expert, _standing in tasks} - kept
    experts = experts_at(at)
    there = {one.pk for one in experts}
    former = {expert for _app, expert in kept} - there
    experts += Expert.objects.filter(pk__in=former).select_related("person").order_by("pk")
    tied = conflicted_pairs(
        at=at, years=programme.cooling_years, people=[one.pk for one in experts],
        offices={one.company_id for one in applications},
    )  # fmt: skip
    place_of = {one.pk: place for place, one in enumerate(applications)}
    expert_of = {one.pk: place for place, one in enumerate(experts)}
    forbidden = {
        (expert_of[expert.pk], place)
        for expert in experts
        for place, app in enumerate(applications)
        if (app.pk, expert.pk) not in kept
        and (
            (expert.pk, app.company_id) in tied
            or (app.pk, expert.pk) in gone
            or expert.pk in former
        )
    }
    stands = sorted((expert_of[expert], place_of[app]) for app, expert in kept)
    wanted = [
        max(reviews or needed(one), sum(app == one.pk for app, _expert in kept))
        for one in applications
    ]
    data: dict[str, Any] = {
        "papers": [f"a{n}" for n in range(1, len(applications) + 1)],
        "experts": [f"e{n}" for n in range(1, len(experts) + 1)],
        "affinity": affinity.affinities(_knowing(experts), _about(applications)),
        "conflicts": [list(pair) for pair in sorted(forbidden)],
        "reviews": wanted,
        "load": _loads(programme, experts, applications, kept, sum(wanted), load),
        "kept": [list(pair) for pair in stands],
        "seed": seed,
        "weights": dict(affinity.WEIGHTS),
        "worth": list(engine.WORTH),
    }
    return Round(data, applications, experts)


def _loads(
    programme: Programme,
    experts: list[Expert],
    applications: list[Application],
    kept: set[tuple[int, int]],
    wanted: int,
    load: tuple[int, int] | None,
) -> list[list[int]]:
    """Least and most of every expert here: what they have open elsewhere counts against both."""
    least, most = load or (programme.least_load, programme.most_load)
    elsewhere = Counter(
        ReviewTask.objects.filter(standing__in=OPEN)
        .exclude(application__in=applications)
        .values_list("expert_id", flat=True)
    )
    mine = Counter(expert for _app, expert in kept)
    rows = []
    for one in experts:
        room = max(min(most, one.capacity) - elsewhere[one.pk], mine[one.pk], 0)
        # A single reader who is replaced is no round: nobody is owed their least then.
        rows.append([0 if kept else min(least, room), room])
    if sum(low for low, _high in rows) > wanted:
        rows = [[0, high] for _low, high in rows]
    return rows


def _knowing(experts: list[Expert]) -> list[affinity.Knows]:
    pks = [one.pk for one in experts]
    technologies = _codes(Expert.technologies.through, "expert_id", "technology__code", pks)
    targets = _codes(Expert.targets.through, "expert_id", "target__code", pks)
    return [
        affinity.Knows(frozenset(technologies[pk]), frozenset(targets[pk]), one.words)
        for pk, one in zip(pks, experts, strict=True)
    ]


def _about(applications: list[Application]) -> list[affinity.Knows]:
    """What applications are about: what their product names, else what their call asks for."""
    from veche.city.pilots.models import Call, Product

    calls = {one.call_id for one in applications}
    products = {one.product_id for one in applications if one.product_id}
    called = [
        _codes(Call.technologies.through, "call_id", "technology__code", calls),
        _codes(Call.targets.through, "call_id", "target__code", calls),
    ]
    made = [
        _codes(Product.technologies.through, "product_id", "technology__code", products),
        _codes(Product.targets.through, "product_id", "target__code", products),
    ]
    found = []
    for one in applications:
        technologies, targets = (
            frozenset(of_product[one.product_id or 0] or of_call[one.call_id])
            for of_product, of_call in zip(made, called, strict=True)
        )
        tasks = " ".join(str(one.call.tasks.get(code) or "") for code in LANGUAGES)
        found.append(affinity.Knows(technologies, targets, f"{one.title} {one.text} {tasks}"))
    return found


def _codes(through: Any, key: str, code: str, pks: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {pk: set() for pk in (*pks, 0)}
    for pk, text in through.objects.filter(**{f"{key}__in": pks}).values_list(key, code):
        found[pk].add(text)
    return found


@operation
def assign(
    *,
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    call: Call | None = None,
    applications: Collection[int] | None = None,
    load: tuple[int, int] | None = None,
    reviews: int | None = None,
    seed: int = 0,
) -> AssignmentRun:
    """Compute who reads what, of the applications that wait for readers: of one call, or of all;
    nothing is given out yet. ``applications`` (numbers of their cases) narrows it.

    What is kept from ``by`` is left out: another officer assigns it. ``by`` is nobody at the
    machine.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        NothingToAssign: nothing waits.
        AssignmentImpossible: the rules cannot all be kept; it says where.
    """
    check_agency(by, at, programme)
    rows = open_to(waiting(programme, call), by, at)
    if applications is not None:
        rows = rows.filter(pk__in=applications)
    chosen = list(rows)
    if not chosen:
        raise NothingToAssign
    made = make_round(
        at=at, programme=programme, applications=chosen, load=load, reviews=reviews, seed=seed
    )
    try:
        given, found = solved(made)
    except engine.Impossible as no:
        raise AssignmentImpossible(told=impossible(no, made.applications, made.experts)) from no
    return _keep(by, at, programme, call, made, assign_file.result(given, found))


def solved(made: Round) -> tuple[assign_file.Given, engine.Solution]:
    """The best assignment of a round.

    Raises:
        veche.city.pilots.engines.assign.Impossible: there is none.
    """
    given = assign_file.read(made.data)
    return given, assign_file.run(given)


@inside
def _keep(
    by: Person | None,
    at: dt.datetime,
    programme: Programme,
    call: Call | None,
    made: Round,
    result: dict[str, Any],
) -> AssignmentRun:
    run = AssignmentRun.objects.create(
        call=call,
        programme=programme,
        at=at,
        by=by,
        instance=made.data,
        applications=[one.pk for one in made.applications],
        experts=[one.pk for one in made.experts],
        digest=assign_file.digest(made.data),
        result=result,
        solver=result["solver"],
        log="\n".join(result["log"]),
    )
    record(
        kind="pilots.assigned", by=by, at=at, subject="pilots",
        public={"digest": run.digest, "solver": run.solver},
    )  # fmt: skip
    return run


def waiting(programme: Programme, call: Call | None = None) -> Any:
    """Applications that experts are to read and that have fewer readers than they need."""
    rows = Application.objects.filter(programme=programme, case__state="review")
    if call is not None:
        rows = rows.filter(call=call)
    rows = rows.annotate(readers=Count("tasks", filter=Q(tasks__standing__in=STANDS)))
    lacking = [one.pk for one in rows.select_related("call", "programme") if lacks(one)]
    return (
        Application.objects.filter(pk__in=lacking)
        .select_related("case", "call", "programme", "company")
        .order_by("pk")
    )


def lacks(application: Any) -> bool:
    """Whether an application, counted by `waiting`, has too few readers."""
    return bool(application.readers < needed(application))


@operation
def give_out(
    *, by: Person | None, at: dt.datetime, run: AssignmentRun, days: int = REVIEW_DAYS
) -> list[ReviewTask]:
    """Give the experts what an assignment found; what stands already stays.

    Raises:
        veche.city.pilots.access.companies.NotTheAgency: they do not run the programme.
        RunTaken: it was given out.
        RunStale: applications, tasks or ties changed since.
    """
    # One at a time in a programme: two runs must not give out the same application.
    Programme.objects.select_for_update(no_key=True).get(pk=run.programme_id)
    run = AssignmentRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    programme = run.programme
    check_agency(by, at, programme)
    if run.taken_at is not None:
        raise RunTaken
    rows = Application.objects.filter(pk__in=run.applications, case__state="review")
    found = {one.pk: one for one in rows.select_related("case", "company")}
    pairs = _pairs(run, run.result["assignment"])
    kept = _pairs(run, run.instance["kept"])
    now = set(
        ReviewTask.objects.filter(
            application__in=run.applications, standing__in=STANDS
        ).values_list("application_id", "expert_id")
    )
    fresh = sorted(pairs - kept)
    tied = conflicted_pairs(
        at=at, years=programme.cooling_years, people={expert for _app, expert in fresh},
        offices={one.company_id for one in found.values()},
    )  # fmt: skip
    reading = {one.pk for one in experts_at(at)}
    stale = (
        len(found) != len(run.applications)
        or now != kept
        or any(
            expert not in reading or (expert, found[app].company_id) in tied
            for app, expert in fresh
        )
    )
    if stale:
        raise RunStale
    tasks = ReviewTask.objects.bulk_create(
        ReviewTask(
            application_id=app, expert_id=expert, run=run, given_at=at,
            due_at=at + dt.timedelta(days=days),
        )
        for app, expert in fresh
    )  # fmt: skip
    run.taken_at = at
    run.save(update_fields=["taken_at"])
    record(kind="pilots.tasks-given", by=by, at=at, subject="pilots", public={"digest": run.digest})
    told = [(expert, app) for app, expert in fresh]
    if told:
        tell_people(by=by, at=at, told=told, kind="pilots.review-given")
    return tasks


def _pairs(run: AssignmentRun, pairs: list[list[int]]) -> set[tuple[int, int]]:
    """Positions as numbers of application and expert."""
    return {(run.applications[paper], run.experts[expert]) for expert, paper in pairs}


@inside
def fill(*, by: None, at: dt.datetime, programme: Programme, applications: Collection[int]) -> bool:
    """Find other readers for those who left, and give out at once; the rest keep what they have.
    Whether it was possible; where not, the agency sees it among what waits.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    chosen = list(waiting(programme).filter(pk__in=applications))
    if not chosen:
        return False
    made = make_round(at=at, programme=programme, applications=chosen)
    try:
        given, found = solved(made)
    except engine.Impossible:
        return False
    run = _keep(by, at, programme, None, made, assign_file.result(given, found))
    give_out(by=by, at=at, run=run)
    return True
