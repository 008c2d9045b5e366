"""Timers of the spheres."""

from __future__ import annotations

import datetime as dt

from veche.city.spheres.models import CameraEvent, Task, Zone, ZoneDay
from veche.core.cases.terms import city_zone


def sweep(*, at: dt.datetime) -> None:
    """What cameras told goes before a person, what nobody looked at lapses, late orders end."""
    from veche.city.spheres.operations import cameras, tasks
    from veche.city.spheres.queries.cameras import any_told

    if any_told(at):
        cameras.take_events(by=None, at=at)
    if CameraEvent.objects.filter(state="new", until__lte=at).exists():
        cameras.lapse_events(by=None, at=at)
    if Task.objects.filter(state__in=tasks.OPEN, until__lte=at).exists():
        tasks.time_out(by=None, at=at)


def losses(*, at: dt.datetime) -> None:
    """Once in six hours of the city's clock the last days of all zones are reckoned again."""
    from veche.city.spheres.operations.network import reckon_losses

    if not Zone.objects.exists():
        return
    newest = ZoneDay.objects.order_by("-reckoned_at").values_list("reckoned_at", flat=True).first()
    here = at.astimezone(city_zone())
    if (
        newest is not None
        and at - newest < dt.timedelta(hours=6)
        and (newest.astimezone(city_zone()).date() == here.date())
    ):
        return
    reckon_losses(by=None, at=at)


def play(*, at: dt.datetime) -> None:
    """In the demo town alone: vehicles say how late they are, and things do what they are told."""
    from veche.demo_guard import is_demo

    if not is_demo():
        return
    from veche.city.spheres.playing import carry_out, drive

    drive(at)
    carry_out(at)
