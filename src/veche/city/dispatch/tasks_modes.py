"""Letters about modes: to those whom the level says, at the place and around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from veche import clock
from veche.jobs import job
from veche.languages import here
from veche.look import words

if TYPE_CHECKING:
    from veche.city.dispatch.models import ModeAct


@job
def tell_mode(*, act: int) -> None:
    """One letter to each who holds a role that the level names, where the mode is or around it."""
    from veche.city.dispatch.models import ModeAct, ModeLevel

    found = ModeAct.objects.select_related("mode__territory").get(pk=act)
    level = ModeLevel.objects.filter(level=found.mode.level).first()
    if level is None or found.kind == ModeAct.Kind.REPLACED:
        return  # what replaces it is told by itself
    for email, language in _readers(found, level.told):
        with translation.override(language):
            place = here(found.mode.territory.names)
            title = _("Mode {level} of {place}: {name}").format(
                level=found.mode.level, place=place, name=here(level.names)
            )
            if found.mode.drill:
                title = _("DRILL: {title}").format(title=title)
            EmailMessage(title, "\n".join(_lines(found)), to=[email]).send()


def _lines(act: ModeAct) -> list[str]:
    """What was done, why and until when."""
    from veche.city.dispatch.models import ModeAct
    from veche.city.dispatch.words_modes import ACTS

    lines = [str(ACTS[ModeAct.Kind(act.kind)])]
    if act.until is not None:
        when = words.moment(act.until, "short weekday")
        lines.append(_("Until: {when}").format(when=when))
    if act.reason:
        lines.append(_("Why: {why}").format(why=act.reason))
    return lines


def _readers(act: ModeAct, roles: list[str]) -> list[tuple[str, str]]:
    """Address and language of those who are told, except of who did it."""
    from veche.core.organisations.models import Holding
    from veche.core.places.queries import atlas

    at, place = clock.now(), act.mode.territory
    around = [pk for pk in (place.district_id, place.city_id) if pk]
    rows = (
        Holding.objects.filter(Q(until__isnull=True) | Q(until__gt=at), since__lte=at)
        .filter(
            Q(territory__isnull=True) | Q(territory_id__in=[*atlas().inside(place), *around]),
            role__in=roles,
            person__is_active=True,
            person__email__isnull=False,
        )
        .exclude(person__level="unverified")
        .exclude(person_id=act.by_id or 0)
        .values_list("person__email", "person__language")
        .distinct()
        .order_by("person__email")
    )
    return [(str(email), str(language or "en")) for email, language in rows]
