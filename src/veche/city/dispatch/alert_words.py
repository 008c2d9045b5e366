"""How messages to the public are named and told: on pages, in letters, on devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_noop, override

from veche.city.dispatch.alert_contents import RESPONSE_WORDS, Contents
from veche.city.dispatch.models import Alert, AlertSeries
from veche.city.dispatch.operations.alert_sending import THEME
from veche.city.dispatch.operations.alerts import CONFIRM_KIND, DRILL_KIND, KINDS
from veche.core.notices import links
from veche.core.notices.letters import link
from veche.core.notices.matters import Choice, Matter, Shown, Theme, show
from veche.core.notices.words import Spelt, personal, say, spell
from veche.core.places.queries import atlas
from veche.languages import LANGUAGES, here
from veche.look.words import moment


@lru_cache(maxsize=256)
def _kept(pk: int) -> tuple[str, Contents]:
    """The type and the words of an alert; they never change."""
    found = Alert.objects.only("type", "contents").get(pk=pk)
    return found.type, Contents.from_json(found.contents)


def _of(details: Mapping[str, Any]) -> tuple[str, Contents] | None:
    try:
        return _kept(int(details.get("alert", 0)))
    except (Alert.DoesNotExist, TypeError, ValueError):
        return None


def headline(number: str, details: Mapping[str, Any]) -> str:
    """What everybody is told first, in the active language."""
    found = _of(details)
    if found is None:
        return gettext("Message to the public {number}").format(number=number)
    kind, contents = found
    said = here(contents.headline)
    if kind == Alert.Type.UPDATE:
        return gettext("Put right: {headline}").format(headline=said)
    return said


def drilled(number: str, details: Mapping[str, Any]) -> str:
    """The same of a drill: nobody takes it for real."""
    return gettext("DRILL, nothing has happened: {headline}").format(
        headline=headline(number, details)
    )


def paragraphs(number: str, details: Mapping[str, Any]) -> Sequence[str]:
    """All that a letter says, in the active language: what to do stands first."""
    found = _of(details)
    if found is None:
        return [headline(number, details)]
    kind, contents = found
    places = [atlas().by_code.get(code) for code in contents.territories]
    lines = [here(contents.instruction), here(contents.description)]
    lines.append(
        gettext("Where: {places}.").format(
            places=", ".join(here(one.names) for one in places if one is not None)
        )
    )
    if kind != Alert.Type.CANCEL:
        lines.append(gettext("In force until {moment}.").format(moment=moment(contents.expires)))
    if contents.contact:
        lines.append(gettext("Ask: {contact}").format(contact=contents.contact))
    return [line for line in lines if line]


def in_short(contents: Contents) -> str:
    """What is asked of people, in two or three words."""
    return str(RESPONSE_WORDS.get(contents.response, contents.response))


def seen_link(number: str, reader: Any, language: str) -> str:
    """Where a reader says that they have seen it, without signing in."""
    with override(language):
        path = reverse("dispatch:alert", args=[number])
    return f"{link(path)}?token={links.reader_token(reader.pk, reader.mark)}"


def matter_of(alert: Alert) -> Matter:
    """A message as a letter or a feed names it."""
    case, contents = alert.series.case, Contents.from_json(alert.contents)
    circle = contents.circle
    return Matter(
        number=case.number,
        title=here(contents.headline),
        procedure="alert",
        public=not alert.series.drill,
        text=here(contents.description),
        longitude=circle[0] if circle else None,
        latitude=circle[1] if circle else None,
        themes=(THEME,),
        at=case.opened_at,
        moved_at=alert.sent,
    )


def find(cases: Sequence[int]) -> Mapping[int, Matter]:
    """Messages by the numbers of their cases; what was never published is not public."""
    rows = (
        Alert.objects.filter(series__in=list(cases))
        .select_related("series__case")
        .order_by("series_id", "-number")
        .distinct("series_id")
    )
    found = {row.series_id: matter_of(row) for row in rows}
    missing = [pk for pk in cases if pk not in found]
    if missing:
        for series in AlertSeries.objects.filter(pk__in=missing).select_related("case"):
            found[series.pk] = Matter(
                number=series.case.number, title="", procedure="alert", public=False
            )
    return found


def newest(choice: Choice, most: int) -> list[Matter]:
    """The newest messages of a choice; none where a street or a circle is asked for."""
    if choice.street or choice.circle or choice.theme not in ("", THEME):
        return []
    rows = Alert.objects.filter(status=AlertSeries.Status.ACTUAL)
    if choice.territories:
        rows = rows.filter(series__case__territory__in=choice.territories)
    rows = rows.select_related("series__case").order_by("-sent")[:most]
    return list({row.series_id: matter_of(row) for row in reversed(rows)}.values())[::-1]


def themes() -> list[Theme]:
    """Messages to the public are one theme."""
    word, names = gettext_noop("Messages to the public"), {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            names[code.partition("-")[0]] = gettext(word)
    return [Theme(THEME, names)]


def give_words() -> None:
    """Tell the notices what a message to the public is."""
    for kind in KINDS.values():
        spell(kind, Spelt(headline, headline, paragraphs))
        personal(kind, gettext_noop("I have seen it"), seen_link)
    spell(DRILL_KIND, Spelt(drilled, drilled, paragraphs))
    say(
        CONFIRM_KIND,
        gettext_noop("Message to the public {number} waits for a second person to publish it."),
    )
    show("alert", Shown(find=find, url="dispatch:alert", newest=newest, themes=themes))


def language() -> str:
    """The short code of the active language, one of ours."""
    code = (get_language() or "en").partition("-")[0]
    return code if code in LANGUAGES else "en"
