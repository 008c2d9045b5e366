"""What a city sets for its pilot programme: who runs it, its terms, the words it sorts by."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import NotASetter, check_sets, programme_or_none
from veche.city.pilots.models import (
    DemandTheme,
    FormVersion,
    Programme,
    StageTerm,
    Target,
    Technology,
)
from veche.city.pilots.rules.stages import STAGES
from veche.core.journal.operations import record
from veche.core.organisations.access import keeps_rules
from veche.core.organisations.models import Organisation
from veche.errors import Invalid, Refused
from veche.languages import LANGUAGES
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.people.models import Person

MOST_DAYS = 366
FIRST_FORM = "main"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")


class SettingsWrong(Invalid):
    """A number of the programme is out of its bounds; ``field`` of the form names it."""

    code = "programme-settings"
    sentence = _("Days are 1 to 366; reviews and the quorum 1 to 15; a load is not above its top.")


class StagesTooLong(Invalid):
    """The stages together take longer than the whole."""

    code = "programme-stages"
    sentence = _("The stages together take {sum} days; the whole may take {days}.")
    field = "days"


class AgencyWrong(Invalid):
    """A company cannot run the programme that judges companies."""

    code = "programme-agency"
    sentence = _("Choose an office of the city; a company cannot run the programme.")
    field = "agency"


class WordWrong(Invalid):
    """A word to sort by needs a code and a name."""

    code = "programme-word"
    sentence = _(
        "Give it a name, and a code of Latin letters, digits, dots and dashes, at most {most} long."
    )


class SettingsChanged(Refused):
    """A colleague set something meanwhile."""

    code = "programme-changed"
    sentence = _("A colleague changed the settings after you opened the page. Look at them again.")


@dataclass(frozen=True)
class ProgrammeGiven:
    """What is set for a programme; days are calendar days."""

    names: Mapping[str, str]
    agency: Organisation
    days: int
    reviews: int
    least_load: int
    most_load: int
    quorum: int
    cooling_years: int
    currency: str
    stages: Mapping[str, int]
    """Stage → its days."""


def _names(given: Mapping[str, str], most: int = 120) -> dict[str, str]:
    said = {code: readable(given.get(code, "")).strip() for code in LANGUAGES}
    return {code: text[:most] for code, text in said.items() if text}


@operation
def set_programme(
    *,
    by: Person | None,
    at: dt.datetime,
    given: ProgrammeGiven,
    code: str = "main",
    seen: str | None = None,
) -> Programme:
    """Begin the programme of this code, or set what it goes by. Only who sets the rules of the city
    begins it or gives it to another agency. ``seen`` is the mark (`mark_of`) the page showed.

    Raises:
        veche.city.pilots.access.companies.NotASetter: they may not.
        SettingsWrong, StagesTooLong, AgencyWrong, WordWrong: it cannot be so.
        SettingsChanged: a colleague set it meanwhile.
    """
    row = Programme.objects.select_for_update(of=("self",)).filter(code=code).first()
    check_sets(by, at, row)
    new_agency = row is None or row.agency_id != given.agency.pk
    if new_agency and by is not None and not keeps_rules(by, at):
        raise NotASetter
    if row is not None and seen is not None and seen != mark_of(row):
        raise SettingsChanged
    if given.agency.kind == Organisation.Kind.COMPANY:
        raise AgencyWrong
    names = _names(given.names)
    if not names or re.fullmatch("[A-Z]{3}", given.currency) is None:
        raise WordWrong(most=3)
    _check(given)
    made = row or Programme(code=code)
    made.names, made.agency, made.days = names, given.agency, given.days
    made.reviews, made.least_load, made.most_load = (
        given.reviews, given.least_load, given.most_load,
    )  # fmt: skip
    made.quorum, made.cooling_years = given.quorum, given.cooling_years
    made.currency = given.currency
    made.save()
    for stage, days in given.stages.items():
        StageTerm.objects.update_or_create(programme=made, stage=stage, defaults={"days": days})
    if row is None and not FormVersion.objects.filter(code=FIRST_FORM).exists():
        FormVersion.objects.create(code=FIRST_FORM, number=1, questions=[], at=at)
    record(
        kind="pilots.programme-set",
        by=by,
        at=at,
        subject=f"pilot-programme:{made.code}",
        public={
            "agency": given.agency.code,
            "days": given.days,
            "reviews": given.reviews,
            "load": [given.least_load, given.most_load],
            "quorum": given.quorum,
            "cooling_years": given.cooling_years,
            "stages": dict(given.stages),
        },
    )
    return made


def _check(given: ProgrammeGiven) -> None:
    bounds = (
        (given.days, 1, MOST_DAYS),
        (given.reviews, 1, 15),
        (given.quorum, 1, 15),
        (given.most_load, given.least_load, 500),
        (given.least_load, 0, 500),
        (given.cooling_years, 0, 20),
        *((days, 1, MOST_DAYS) for days in given.stages.values()),
    )
    if any(not least <= number <= most for number, least, most in bounds):
        raise SettingsWrong
    if set(given.stages) - set(STAGES):
        raise SettingsWrong
    whole = sum(given.stages.values())
    if whole > given.days:
        raise StagesTooLong(sum=whole, days=given.days)


def mark_of(row: Programme | None) -> str:
    """What a page remembers of the settings, to find out that a colleague changed them."""
    if row is None:
        return ""
    own = [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
    terms = sorted(StageTerm.objects.filter(programme=row).values_list("stage", "days"))
    return "|".join([*own, *(f"{stage}={days}" for stage, days in terms)])[-400:]


@operation
def set_technology(
    *, by: Person | None, at: dt.datetime, code: str, names: Mapping[str, str]
) -> Technology:
    """Add a technology, or name the one of this code anew.

    Raises:
        veche.city.pilots.access.companies.NotASetter: they may not.
        WordWrong: no name, or no code.
    """
    check_sets(by, at, programme_or_none())
    said = _names(names)
    if not said or _CODE.fullmatch(code) is None or "." in code:
        raise WordWrong(most=40)
    made, _new = Technology.objects.update_or_create(code=code, defaults={"names": said})
    record(
        kind="pilots.word-set",
        by=by,
        at=at,
        subject=f"pilot-technology:{code}",
        public={"names": said},
    )
    return made


@operation
def set_target(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    goal: Target | None = None,
) -> Target:
    """Add a development goal, or a target under one, or name the one of this code anew.

    Raises:
        veche.city.pilots.access.companies.NotASetter: they may not.
        WordWrong: no name, or no code.
    """
    check_sets(by, at, programme_or_none())
    said = _names(names, 200)
    under = goal is None or (goal.goal_id is None and goal.code != code)
    if not said or _CODE.fullmatch(code) is None or len(code) > 12 or not under:
        raise WordWrong(most=12)
    made, _new = Target.objects.update_or_create(code=code, defaults={"names": said, "goal": goal})
    record(
        kind="pilots.word-set",
        by=by,
        at=at,
        subject=f"pilot-target:{code}",
        public={"names": said, "goal": goal.code if goal else None},
    )
    return made


@operation
def set_demand_theme(
    *,
    by: Person | None,
    at: dt.datetime,
    theme: str,
    technologies: Sequence[Technology] = (),
    targets: Sequence[Target] = (),
    spheres: Sequence[str] = (),
    words: Sequence[str] = (),
) -> DemandTheme:
    """Say what belongs to a theme: what solves it, which targets it serves, which spheres of the
    pulse speak of it, and by which words ideas are counted under it.

    Raises:
        veche.city.pilots.access.companies.NotASetter: they may not.
    """
    check_sets(by, at, programme_or_none())
    kept = sorted({" ".join(readable(word).split()).lower()[:60] for word in words} - {""})
    made, _new = DemandTheme.objects.update_or_create(
        theme=theme[:80],
        defaults={
            "spheres": sorted(set(spheres)),
            "words": [word for word in kept if len(word) >= 2][:40],
        },
    )
    made.technologies.set(technologies)
    made.targets.set(targets)
    record(
        kind="pilots.demand-theme-set",
        by=by,
        at=at,
        subject=f"demand-theme:{theme}",
        public={"spheres": made.spheres, "words": made.words},
    )
    return made
