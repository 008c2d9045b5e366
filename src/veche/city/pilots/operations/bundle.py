"""A programme is taken over from the files of another city, whole or not at all."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.pilots.access.companies import check_sets, programme_or_none
from veche.city.pilots.models import (
    Call,
    Criterion,
    DemandTheme,
    FormVersion,
    Programme,
    SiteCriterion,
    StageTerm,
    Target,
    Technology,
)
from veche.city.pilots.operations.calls import CallGiven, draft_call
from veche.city.pilots.operations.criteria import CriterionGiven, set_criterion
from veche.city.pilots.operations.forms_of_calls import add_form_version
from veche.city.pilots.operations.matching import set_weights
from veche.city.pilots.operations.settings import (
    ProgrammeGiven,
    set_demand_theme,
    set_programme,
    set_target,
    set_technology,
)
from veche.city.pilots.queries.bundle import SETTINGS, calls_of, texts
from veche.city.pilots.rules import bundle as rules
from veche.city.pilots.rules.sites import CRITERIA
from veche.city.pilots.rules.stages import STAGES
from veche.core.journal.operations import record
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

_CALLS = uuid.UUID("0d7e5c1a-6f0c-5d5e-9d52-5a1b8f3a3c11")
"""The space of names of calls that came by a bundle: the same call has the same number."""


class BundleBroken(Invalid):
    """Something in a bundle cannot be; ``{where}`` is its path."""

    code = "bundle-broken"
    sentence = _("{where}: {what}.")


class NoAgency(Invalid):
    """A programme needs somebody who runs it."""

    code = "bundle-agency"
    sentence = _("This city has no programme yet: name the office that will run it.")
    field = "agency"


@dataclass
class Imported:
    """What an import did: ``added``, ``changed``, ``same`` or ``left`` (as it is here), by part."""

    programme: Programme | None = None
    told: list[tuple[str, str, str]] = field(default_factory=list)
    """Part, what it is, and what was done about it."""

    def tell(self, part: str, what: str, *, fresh: bool, alike: bool) -> None:
        """Note one thing."""
        self.told.append((part, what, "added" if fresh else "same" if alike else "changed"))

    def counts(self) -> dict[str, int]:
        """How many of each."""
        found = dict.fromkeys(("added", "changed", "same", "left"), 0)
        for _part, _what, done in self.told:
            found[done] += 1
        return found


@contextlib.contextmanager
def _at(where: str) -> Iterator[None]:
    """A refusal of an operation stands at the path of what it was given."""
    try:
        yield
    except BundleBroken:
        raise
    except Refused as refusal:
        raise BundleBroken(where=where, what=str(refusal).rstrip(".")) from refusal
    except rules.Fault as fault:
        raise BundleBroken(where=fault.where, what=fault.what) from fault


@operation
def import_bundle(
    *,
    by: Person | None,
    at: dt.datetime,
    files: Mapping[str, bytes],
    agency: Organisation | None = None,
) -> Imported:
    """Take over how a programme works: settings, terms of stages, technologies, targets, forms,
    themes, weights of sites, and calls, which come as drafts of the agency without dates.

    Importing the same once more changes nothing. What is here and not in the bundle stays.

    Raises:
        veche.city.pilots.access.companies.NotASetter: they neither run a programme here nor set
            the rules of the city.
        BundleBroken: a file is missing, changed or cannot be; nothing was taken over.
        NoAgency: the city has no programme yet, and nobody was named to run it.
    """
    known = programme_or_none()
    check_sets(by, at, known)
    with _at(rules.MANIFEST):
        data = rules.opened(files)
    done = Imported()
    if known is None and agency is None:
        raise NoAgency
    done.programme = _programme(by, at, data, known, agency or (known and known.agency), done)
    _words(by, at, data, done)
    forms = _forms(by, at, data, done)
    _themes(by, at, data, done)
    _weights(by, at, data, done)
    _calls(by, at, data, forms, done)
    mine = texts()
    for name, text in files.items():
        if name.startswith("texts/"):
            # The words of agreements and reports are a part of the program, tested with it.
            done.told.append(("texts", name, "same" if mine.get(name) == text else "left"))
    record(
        kind="pilots.bundle-imported",
        by=by,
        at=at,
        subject=f"pilot-programme:{done.programme.code}",
        public={"digest": rules.digest(data), **done.counts()},
    )
    return done


def _programme(
    by: Person | None,
    at: dt.datetime,
    data: Mapping[str, Any],
    known: Programme | None,
    agency: Any,
    done: Imported,
) -> Programme:
    where, stages_at = "programme.json", "stages.json"
    with _at(where):
        row = rules.obj(data[where], where)
        stages = rules.obj(data[stages_at], stages_at)
        for stage in stages:
            if stage not in STAGES:
                raise rules.Fault(f"{stages_at}.{stage[:40]}", "is no stage of a programme")
        bounds = {
            "days": (1, 366), "reviews": (1, 15), "least_load": (0, 500), "most_load": (0, 500),
            "quorum": (1, 15), "cooling_years": (0, 20),
        }  # fmt: skip
        given = ProgrammeGiven(
            names=rules.names(row, "names", where, 120),
            agency=agency,
            **{name: rules.whole(row, name, where, *ends) for name, ends in bounds.items()},
            currency=rules.word(row, "currency", where, 3),
            stages={name: rules.whole(stages, name, stages_at, 1, 366) for name in stages},
        )
    alike = known is not None and _says(known) == {
        "names": given.names, "stages": dict(given.stages), "agency": agency.pk,
        **{name: getattr(given, name) for name in SETTINGS},
    }  # fmt: skip
    done.tell("programme", "main", fresh=known is None, alike=alike)
    if known is not None and alike:
        return known
    with _at(where):
        return set_programme(by=by, at=at, given=given, code=known.code if known else "main")


def _says(known: Programme) -> dict[str, Any]:
    stages = StageTerm.objects.filter(programme=known).values_list("stage", "days")
    return {
        "names": known.names,
        "stages": dict(stages),
        "agency": known.agency_id,
        **{name: getattr(known, name) for name in SETTINGS},
    }


def _words(by: Person | None, at: dt.datetime, data: Mapping[str, Any], done: Imported) -> None:
    """Technologies, then goals, then targets under them."""
    here = {one.code: one for one in Technology.objects.all()}
    for where, row in _rows(data, "technologies.json"):
        with _at(where):
            code, names = rules.code(row, "code", where), rules.names(row, "names", where, 120)
            alike = code in here and here[code].names == names
            if not alike:
                set_technology(by=by, at=at, code=code, names=names)
        done.tell("technology", code, fresh=code not in here, alike=alike)
    goals = {one.code: one for one in Target.objects.select_related("goal")}
    known = {code: (one.names, one.goal.code if one.goal else None) for code, one in goals.items()}
    for where, row in sorted(
        _rows(data, "targets.json"), key=lambda each: each[1].get("goal") is not None
    ):
        with _at(where):
            code, names = rules.code(row, "code", where), rules.names(row, "names", where, 200)
            above = row.get("goal")
            if above is not None and above not in goals:
                raise rules.Fault(f"{where}.goal", "is no goal of the bundle")
            alike = known.get(code) == (names, above)
            if not alike:
                goals[code] = set_target(
                    by=by, at=at, code=code, names=names, goal=goals[above] if above else None
                )
        done.tell("target", code, fresh=code not in known, alike=alike)


def _rows(data: Mapping[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    with _at(name):
        return rules.each(data[name], name)


def _forms(
    by: Person | None, at: dt.datetime, data: Mapping[str, Any], done: Imported
) -> dict[tuple[str, int], FormVersion]:
    """The versions of forms by the code and number they have in the bundle. A version with the same
    questions is that version; a used one is never changed."""
    found: dict[tuple[str, int], FormVersion] = {}
    for where, row in _rows(data, "forms.json"):
        with _at(where):
            code = rules.code(row, "code", where)
            number = rules.whole(row, "number", where, 1, 10_000)
            questions = rules.rows(row.get("questions"), f"{where}.questions")
            for n, one in enumerate(questions):
                rules.obj(one, f"{where}.questions[{n}]")
                for part in ("names", "hints"):
                    rules.obj(one.get(part) or {}, f"{where}.questions[{n}].{part}")
                for k, choice in enumerate(
                    rules.rows(one.get("choices") or [], f"{where}.questions[{n}].choices")
                ):
                    rules.obj(choice, f"{where}.questions[{n}].choices[{k}]")
            versions = FormVersion.objects.filter(code=code).order_by("number")
            same = next((one for one in versions if one.questions == questions), None)
            found[code, number] = same or add_form_version(
                by=by, at=at, code=code, questions=questions
            )
        done.tell("form", f"{code} {number}", fresh=same is None, alike=True)
    return found


def _coded(model: Any, codes: list[str], where: str) -> list[Any]:
    """The technologies or targets of these codes.

    Raises:
        veche.city.pilots.rules.bundle.Fault: one is not there.
    """
    here = {one.code: one for one in model.objects.filter(code__in=codes)}
    for n, code in enumerate(codes):
        if code not in here:
            raise rules.Fault(f"{where}[{n}]", f"“{code}” is not in the bundle")
    return list(here.values())


def _themes(by: Person | None, at: dt.datetime, data: Mapping[str, Any], done: Imported) -> None:
    for where, row in _rows(data, "demand.json"):
        with _at(where):
            theme = rules.word(row, "theme", where, 80)
            technologies = rules.codes(row, "technologies", where)
            targets = rules.codes(row, "targets", where)
            spheres = rules.codes(row, "spheres", where)
            words = rules.rows(row.get("words", []), f"{where}.words")
            for n, one in enumerate(words):
                rules.word({"": one}, "", f"{where}.words[{n}]", 60)
            known = DemandTheme.objects.filter(theme=theme).first()
            alike = known is not None and (
                sorted(known.technologies.values_list("code", flat=True)) == sorted(technologies)
                and sorted(known.targets.values_list("code", flat=True)) == sorted(targets)
                and (sorted(known.spheres), sorted(known.words)) == (sorted(spheres), sorted(words))
            )
            if not alike:
                set_demand_theme(
                    by=by, at=at, theme=theme, spheres=spheres, words=words,
                    technologies=_coded(Technology, technologies, f"{where}.technologies"),
                    targets=_coded(Target, targets, f"{where}.targets"),
                )  # fmt: skip
        done.tell("theme", theme, fresh=known is None, alike=alike)


def _weights(by: Person | None, at: dt.datetime, data: Mapping[str, Any], done: Imported) -> None:
    assert done.programme is not None
    where = "sites.json"
    with _at(where):
        given = rules.obj(rules.obj(data[where], where).get("weights"), f"{where}.weights")
        for code in given:
            if code not in CRITERIA:
                raise rules.Fault(f"{where}.weights.{code[:40]}", "is no part of a score")
        weights = {code: rules.number(given, code, f"{where}.weights", 100) for code in given}
        here: dict[str, Decimal] = dict(
            SiteCriterion.objects.filter(programme=done.programme).values_list("code", "weight")
        )
        if weights and weights != here:
            set_weights(by=by, at=at, programme=done.programme, weights=weights)
    if weights:
        done.tell("weights", "sites", fresh=not here, alike=weights == here)


def _calls(
    by: Person | None,
    at: dt.datetime,
    data: Mapping[str, Any],
    forms: Mapping[tuple[str, int], FormVersion],
    done: Imported,
) -> None:
    """Every call that is not here yet becomes a draft of the agency, which sets department and
    dates before it opens."""
    programme = done.programme
    assert programme is not None
    here = {rules.digest(one) for one in calls_of(programme)}
    for where, row in _rows(data, "calls.json"):
        with _at(where):
            given, criteria = _call(row, where, programme, forms)
            key = rules.digest(row)
            number = uuid.uuid5(_CALLS, key)
            taken = given.standing and Call.objects.filter(programme=programme, standing=True)
            alike = key in here or Call.objects.filter(submission=number).exists()
            title = next(iter(given.titles.values()))[:80]
            if not alike and taken and taken.exists():
                done.told.append(("call", title, "left"))  # a city has one standing intake
                continue
            if not alike:
                call = draft_call(by=by, at=at, programme=programme, given=given, submission=number)
                for n, (code, one) in enumerate(criteria):
                    with _at(f"{where}.criteria[{n}]"):
                        made = set_criterion(by=by, at=at, call=call, given=one)
                        Criterion.objects.filter(pk=made.pk).update(code=code)
        done.tell("call", title, fresh=not alike, alike=alike)


def _call(
    row: dict[str, Any],
    where: str,
    programme: Programme,
    forms: Mapping[tuple[str, int], FormVersion],
) -> tuple[CallGiven, list[tuple[str, CriterionGiven]]]:
    form = rules.obj(row.get("form"), f"{where}.form")
    key = (
        rules.code(form, "code", f"{where}.form"),
        rules.whole(form, "number", f"{where}.form", 1, 10_000),
    )
    if key not in forms:
        raise rules.Fault(f"{where}.form", "is no form of the bundle")
    standing = row.get("standing")
    if not isinstance(standing, bool):
        raise rules.Fault(f"{where}.standing", "must be true or false")
    technologies = rules.codes(row, "technologies", where)
    targets = rules.codes(row, "targets", where)
    given = CallGiven(
        titles=rules.names(row, "titles", where),
        tasks=rules.names(row, "tasks", where),
        form=forms[key],
        department=None if standing else programme.agency,
        standing=standing,
        wanted=rules.whole_or_none(row, "wanted", where, 1, 1_000),
        reviews=rules.whole_or_none(row, "reviews", where, 1, 15),
        technologies=_coded(Technology, technologies, f"{where}.technologies"),
        targets=_coded(Target, targets, f"{where}.targets"),
    )
    criteria: list[tuple[str, CriterionGiven]] = []
    for n, one in enumerate(rules.rows(row.get("criteria"), f"{where}.criteria")):
        place = f"{where}.criteria[{n}]"
        rules.obj(one, place)
        anchors = rules.obj(one.get("anchors"), f"{place}.anchors")
        for mark in anchors:
            if mark not in "012345" or len(mark) != 1:
                raise rules.Fault(f"{place}.anchors.{mark[:20]}", "is no mark from 0 to 5")
        code = rules.code(one, "code", place)
        if len(code) > 40 or code in {known for known, _given in criteria}:
            raise rules.Fault(f"{place}.code", "stands there twice, or is too long")
        criteria.append(
            (
                code,
                CriterionGiven(
                    names=rules.names(one, "names", place),
                    weight=rules.number(one, "weight", place, 100),
                    anchors={
                        int(mark): rules.names(anchors, mark, f"{place}.anchors")
                        for mark in anchors
                    },
                ),
            )
        )
    return given, criteria
