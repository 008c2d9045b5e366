"""The programme as files that another city takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from veche.city.pilots.documents.render import TEMPLATES
from veche.city.pilots.models import (
    Call,
    CallAnchor,
    Criterion,
    DemandTheme,
    FormVersion,
    SiteCriterion,
    StageTerm,
    Target,
    Technology,
)
from veche.city.pilots.rules import bundle as rules

if TYPE_CHECKING:
    from veche.city.pilots.models import Programme

SETTINGS = ("days", "reviews", "least_load", "most_load", "quorum", "cooling_years", "currency")


def files_of(programme: Programme) -> dict[str, bytes]:
    """The bundle of a programme: name of each file and what it holds, the manifest with them."""
    data: dict[str, Any] = {
        "programme.json": {
            "names": programme.names,
            **{name: getattr(programme, name) for name in SETTINGS},
        },
        "stages.json": dict(
            StageTerm.objects.filter(programme=programme).values_list("stage", "days")
        ),
        "technologies.json": list(Technology.objects.order_by("code").values("code", "names")),
        "targets.json": [
            {"code": one.code, "names": one.names, "goal": one.goal.code if one.goal else None}
            for one in Target.objects.select_related("goal").order_by("code")
        ],
        "forms.json": list(
            FormVersion.objects.order_by("code", "number").values("code", "number", "questions")
        ),
        "demand.json": [_theme(one) for one in DemandTheme.objects.order_by("theme")],
        "sites.json": {
            "weights": {
                one.code: str(one.weight)
                for one in SiteCriterion.objects.filter(programme=programme).order_by("code")
            }
        },
        "calls.json": calls_of(programme),
    }
    files = {name: rules.written(one) for name, one in data.items()}
    files |= texts()
    return {**files, rules.MANIFEST: rules.sealed(files)}


def texts() -> dict[str, bytes]:
    """The templates of the agreement and of the report, as this program has them."""
    return {f"texts/{one.name}": one.read_bytes() for one in sorted(TEMPLATES.glob("*.typ"))}


def _theme(one: DemandTheme) -> dict[str, Any]:
    return {
        "theme": one.theme,
        "technologies": sorted(one.technologies.values_list("code", flat=True)),
        "targets": sorted(one.targets.values_list("code", flat=True)),
        "spheres": one.spheres,
        "words": one.words,
    }


def calls_of(programme: Programme) -> list[dict[str, Any]]:
    """The calls as templates: without dates, department, evidence and applications; alike ones
    once, those cancelled not at all."""
    rows = (
        Call.objects.filter(programme=programme)
        .exclude(case__state="cancelled")
        .select_related("form")
        .prefetch_related("technologies", "targets")
        .order_by("pk")
    )
    criteria = _criteria(programme)
    found = [template_of(one, criteria.get(one.pk, [])) for one in rows]
    alike = {rules.digest(one): one for one in found}
    return list(alike.values())


def template_of(call: Call, criteria: list[dict[str, Any]]) -> dict[str, Any]:
    """One call as a template."""
    return {
        "titles": call.titles,
        "tasks": call.tasks,
        "standing": call.standing,
        "wanted": call.wanted,
        "reviews": call.reviews,
        "form": {"code": call.form.code, "number": call.form.number},
        "technologies": sorted(one.code for one in call.technologies.all()),
        "targets": sorted(one.code for one in call.targets.all()),
        "criteria": criteria,
    }


def _criteria(programme: Programme) -> dict[int, list[dict[str, Any]]]:
    """The criteria of all calls with what their marks mean, by call."""
    anchors: dict[int, dict[str, Any]] = {}
    marks = CallAnchor.objects.filter(criterion__call__programme=programme).order_by("mark")
    for criterion, mark, words in marks.values_list("criterion", "mark", "words"):
        anchors.setdefault(criterion, {})[str(mark)] = words
    found: dict[int, list[dict[str, Any]]] = {}
    for one in Criterion.objects.filter(call__programme=programme).order_by("call", "place"):
        found.setdefault(one.call_id, []).append(
            {
                "code": one.code,
                "names": one.names,
                "weight": str(one.weight),
                "anchors": anchors.get(one.pk, {}),
            }
        )
    return found
