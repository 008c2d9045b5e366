"""What a matching is made of: applications and what they need, sites and when they are free."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q

from veche.city.pilots.access.sites import LIVE, OPEN, sites
from veche.city.pilots.models import Booking, Site, SiteCriterion, SiteNeeds, SiteWindow, Trial
from veche.city.pilots.rules import sites as rules
from veche.core.cases.terms import city_zone

if TYPE_CHECKING:
    from veche.city.pilots.models import Application, Programme

Span = tuple[dt.datetime, dt.datetime]
DAY = dt.timedelta(days=1)


def span_of(first: dt.date, last: dt.date) -> Span:
    """The time from the beginning of one day to the end of another, in the city."""
    zone = city_zone()
    begins = dt.datetime.combine(first, dt.time(), zone)
    return begins, dt.datetime.combine(last + DAY, dt.time(), zone)


def days_of(span: Span) -> tuple[dt.date, dt.date] | None:
    """The first and the last whole day of a time; None where it holds none."""
    zone = city_zone()
    begins, ends = (one.astimezone(zone) for one in span)
    first = begins.date() if begins.time() == dt.time() else begins.date() + DAY
    last = ends.date() - DAY
    return (first, last) if first <= last else None


def weights_of(programme: Programme) -> dict[str, float]:
    """What the parts of a score weigh in a programme."""
    rows = SiteCriterion.objects.filter(programme=programme).values_list("code", "weight")
    given = {code: float(weight) for code, weight in rows if code in rules.CRITERIA}
    return {**dict.fromkeys(rules.CRITERIA, 0.0), **given} if given else dict(rules.WEIGHTS)


def free_days(
    windows: Iterable[SiteWindow], at: dt.datetime, without: Application | None = None
) -> dict[int, list[tuple[int, dt.date, dt.date, int]]]:
    """What is free of windows from tomorrow on, by site: window, first and last day, places.

    What is held too long does not count; nor does what ``without`` has itself.
    """
    windows = list(windows)
    rows = Booking.objects.filter(window__in=windows, standing__in=LIVE)
    rows = rows.exclude(standing=Booking.Standing.HELD, held_until__lte=at)
    if without is not None:
        rows = rows.exclude(application=without)
    booked: dict[int, list[tuple[int, Span]]] = {}
    for number, place, during in rows.values_list("window", "place", "during"):
        booked.setdefault(number, []).append((place, (during.lower, during.upper)))
    found: dict[int, list[tuple[int, dt.date, dt.date, int]]] = {}
    for window in windows:
        begins = max(window.during.lower, at)
        if begins >= window.during.upper:
            continue
        free = rules.gaps((begins, window.during.upper), window.places, booked.get(window.pk, ()))
        counted = Counter(days for _place, span in free if (days := days_of(span)))
        found.setdefault(window.site_id, []).extend(
            (window.pk, first, last, places) for (first, last), places in sorted(counted.items())
        )
    return found


def needs_of(application: Application) -> SiteNeeds | None:
    """What the trial of an application needs, if it was written down."""
    return SiteNeeds.objects.filter(application=application).first()


def history_of(keys: Iterable[int]) -> dict[int, dict[str, int]]:
    """How trials at sites ended: how many there were, and how many of them kept their site."""
    rows = (
        Trial.objects.filter(site__in=list(keys), ended_how__in=[Trial.How.DONE, Trial.How.SITE])
        .values("site")
        .annotate(trials=Count("pk"), done=Count("pk", filter=Q(ended_how=Trial.How.DONE)))
    )
    return {row["site"]: {"trials": row["trials"], "done": row["done"]} for row in rows}


def instance(
    programme: Programme,
    applications: Sequence[Application],
    at: dt.datetime,
    without: Application | None = None,
) -> dict[str, Any]:
    """What `veche.city.pilots.engines.match` reads: the applications by number, the open sites by
    code. Beside each window of a site stands its number, which the engine passes over."""
    needs = {
        one.application_id: one for one in SiteNeeds.objects.filter(application__in=applications)
    }
    open_sites = list(sites().filter(OPEN).order_by("code"))
    keys = [site.pk for site in open_sites]
    windows = SiteWindow.objects.filter(site__in=keys, during__endswith__gt=at)
    free = free_days(windows.order_by("site", "during"), at, without)
    past = history_of(keys)
    return {
        "solutions": [_solution(one, needs.get(one.pk)) for one in applications],
        "sites": [_site(one, free.get(one.pk, []), past.get(one.pk)) for one in open_sites],
        "weights": weights_of(programme),
    }


def _solution(application: Application, needs: SiteNeeds | None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": application.case.number}
    if needs is None:
        return found | {"days": SiteNeeds._meta.get_field("days").default}
    found |= {
        "needs": needs.needs, "wishes": needs.wishes, "brings": needs.brings,
        "environment": needs.environment, "target_group": needs.target_group,
        "months": needs.months, "days": needs.days,
    }  # fmt: skip
    if needs.longitude is not None and needs.latitude is not None:
        found["place"] = [needs.longitude, needs.latitude]
    if needs.first_day:
        found["from"] = needs.first_day.isoformat()
    if needs.last_day:
        found["until"] = needs.last_day.isoformat()
    return found


def _site(
    site: Site,
    free: Sequence[tuple[int, dt.date, dt.date, int]],
    past: Mapping[str, int] | None,
) -> dict[str, Any]:
    people = {"everybody": site.offers["people"]} if "people" in site.offers else {}
    return {
        "id": site.code,
        "offers": site.offers,
        "requires": site.requires,
        "environment": site.environment,
        "place": [site.longitude, site.latitude],
        "windows": [[first.isoformat(), last.isoformat(), n] for _w, first, last, n in free],
        "window_ids": [window for window, *_rest in free],
        "people": {**people, **site.reaches},
        **({"history": dict(past)} if past else {}),
    }


def live_bookings(applications: Iterable[Application], at: dt.datetime) -> dict[int, list[Booking]]:
    """What is held and booked for applications, by their numbers; booked first, then by rank."""
    rows = (
        Booking.objects.filter(application__in=list(applications), standing__in=LIVE)
        .exclude(standing=Booking.Standing.HELD, held_until__lte=at)
        .select_related("site__owner", "window")
        .order_by("standing", F("rank").asc(nulls_last=True), "pk")
    )
    found: dict[int, list[Booking]] = {}
    for row in rows:
        found.setdefault(row.application_id, []).append(row)
    return found
