"""Words of calls: where they stand, what points to them, notices, and how other pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from veche.core.notices import matters
from veche.core.notices.matters import Choice, Matter, Shown, Theme
from veche.core.notices.words import say
from veche.languages import here

if TYPE_CHECKING:
    from veche.city.pilots.models import Call

Words = Mapping[str, str | Promise]

GROUPS: Words = {
    "open": _("Open for applications"),
    "closed": _("Applications are judged"),
    "ended": _("Decided or cancelled"),
}
SHOWS: Words = {
    "": _("all calls for solutions"),
    "open": _("calls open for applications"),
    "closed": _("calls whose applications are judged"),
    "ended": _("calls that are over"),
}
STATES: Mapping[str, tuple[str | Promise, str, str]] = {
    "draft": (_("draft"), "wait", "wait"),
    "open": (_("takes applications"), "check", "work"),
    "closed": (_("being judged"), "work", "half"),
    "finished": (_("all decided"), "good", "good"),
    "cancelled": (_("cancelled"), "warn", "stop"),
}
"""Where a call stands: word, tone, shape."""
KINDS: Words = {
    "text": _("a line of text"),
    "long": _("several paragraphs"),
    "number": _("one number"),
    "choice": _("one of several choices"),
    "yes-no": _("a yes or a no"),
    "file": _("a file"),
}
EVIDENCE: Words = {
    "problems": _("Problems reported in a year"),
    "indicator": _("Days with a vital sign out of bounds"),
    "ideas": _("Ideas of residents"),
}
STAGES: Words = {
    "application": _("Screening of the application"),
    "selection": _("Experts and panel"),
    "agreement": _("Site, methodology and agreement"),
    "trial": _("Trial"),
    "evaluation": _("Evaluation"),
}
PUBLIC = ("open", "closed", "finished", "cancelled")


def give_words() -> None:
    """Give the notices of this part their words, and show them what a call is."""
    say("pilots.call-opened", gettext_noop("A call for solutions is open: {number}."))
    say("pilots.call-fits", gettext_noop("A call for solutions fits what you make: {number}."))
    say("pilots.call-prolonged", gettext_noop("Call {number} takes applications longer."))
    say("pilots.call-closed", gettext_noop("Call {number} takes no more applications."))
    say("pilots.call-finished", gettext_noop("All applications to call {number} are decided."))
    say("pilots.call-cancelled", gettext_noop("Call {number} was cancelled; the reason is given."))
    matters.show("pilot_call", Shown(find=_find, newest=_newest, themes=_themes, url="pilots:call"))


def _find(cases: Sequence[int]) -> Mapping[int, Matter]:
    from veche.city.pilots.access.calls import calls

    return {one.pk: _matter(one) for one in calls().filter(pk__in=cases)}


def _newest(choice: Choice, most: int) -> list[Matter]:
    """Calls are asked of a whole city: a street or a circle has none."""
    from veche.city.pilots.access.calls import READABLE, calls

    if choice.street or choice.circle or choice.theme not in ("", "pilot_call"):
        return []
    rows = calls().filter(READABLE)
    if choice.territories:
        rows = rows.filter(case__territory__in=choice.territories)
    return [_matter(one) for one in rows.order_by("-opens_at")[:most]]


def _themes() -> list[Theme]:
    names = {"en": "Calls for solutions", "ru": "Конкурсы решений", "zh": "方案征集"}
    return [Theme("pilot_call", names)]


def _matter(call: Call) -> Matter:
    return Matter(
        number=call.case.number,
        title=here(call.titles),
        procedure="pilot_call",
        public=call.case.state in PUBLIC and call.opens_at is not None,
        text=here(call.tasks),
        themes=("pilot_call",),
        at=call.opens_at,
        moved_at=call.case.moved_at,
    )
