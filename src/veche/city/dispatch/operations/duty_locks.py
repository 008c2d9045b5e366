"""In which order duty lists, turns and exchanges are held: everybody the same."""

from __future__ import annotations

from django.db.models import QuerySet

from veche.city.dispatch.models import DutyList, DutyTurn


def locked(duty: DutyList | int) -> DutyList:
    """A list, held until the operation ends: turns are put on it one after the other."""
    pk = duty if isinstance(duty, int) else duty.pk
    rows = DutyList.objects.select_for_update(of=("self",))
    return rows.select_related("organisation", "territory").get(pk=pk)


def held_turns(*turns: int) -> dict[int, DutyTurn]:
    """Turns by their keys, held with their lists until the operation ends; what was taken out is
    missing. Whatever changes turns locks lists, turns, exchanges, in this order and each by their
    keys: nobody waits for each other in a circle."""
    lists = DutyTurn.objects.filter(pk__in=turns).values_list("list_id", flat=True)
    for duty in sorted(set(lists)):
        locked(duty)
    held = whole().filter(pk__in=turns).order_by("pk").select_for_update(of=("self",))
    return {one.pk: one for one in held}


def whole() -> QuerySet[DutyTurn]:
    """Turns with all that says who may stand in them."""
    return DutyTurn.objects.select_related("list__territory", "list__organisation", "person")
