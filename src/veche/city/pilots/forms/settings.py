"""Forms of the programme's settings: they save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.forms.calls import departments
from veche.city.pilots.forms.companies import Sorted
from veche.city.pilots.models import DemandTheme, Programme, StageTerm, Target, Technology
from veche.city.pilots.operations.settings import ProgrammeGiven
from veche.city.pilots.rules.stages import STAGES
from veche.city.pilots.words.calls import STAGES as STAGE_WORDS
from veche.city.pulse.words import SPHERES
from veche.core.organisations.models import Organisation
from veche.languages import LANGUAGES, said
from veche.look.fields import Worded

FIRST_STAGES = {"application": 24, "selection": 35, "agreement": 24, "trial": 90, "evaluation": 10}
"""Days proposed for a programme that has none; together the 183 of the whole."""


def _number(label: Any, least: int, most: int, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, help_text=hint)


class ProgrammeForm(Worded):
    """Who runs the programme and by which terms."""

    spoken = (("name", _("Name of the programme"), False, True),)
    seen = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    agency = forms.ChoiceField(
        label=_("The agency that runs it"),
        help_text=_("It screens, gives out to experts, finds sites and signs."),
    )
    days = _number(
        _("Days for the whole way"), 1, 366, _("From the application to the report; at most 183.")
    )
    reviews = _number(_("Experts who read each application"), 1, 15)
    least_load = _number(_("Applications an expert reads at least"), 0, 500)
    most_load = _number(_("Applications an expert reads at most"), 0, 500)
    quorum = _number(_("Votes a panel needs"), 1, 15)
    cooling_years = _number(
        _("Years a tie counts after it has ended"),
        0,
        20,
        _("Who worked for a company so lately does not judge it."),
    )
    currency = forms.RegexField(
        "^[A-Z]{3}$",
        label=_("Currency of contracts"),
        help_text=_("Three letters of ISO 4217, such as RUB."),
    )

    def __init__(self, *args: Any, may_give: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ChoiceField)
        agency.choices = departments()
        if not may_give:
            agency.disabled = True
        for stage in STAGES:
            self.fields[f"stage_{stage}"] = _number(STAGE_WORDS[stage], 1, 366)

    @property
    def stages(self) -> list[forms.BoundField]:
        """For the page: the days of each stage."""
        return [self[f"stage_{stage}"] for stage in STAGES]

    @property
    def numbers(self) -> list[forms.BoundField]:
        """For the page: the other numbers."""
        names = ("reviews", "least_load", "most_load", "quorum", "cooling_years", "currency")
        return [self[name] for name in names]

    def given(self) -> ProgrammeGiven:
        """The settings as the operations take them."""
        one = self.cleaned_data
        numbers = ("days", "reviews", "least_load", "most_load", "quorum", "cooling_years")
        return ProgrammeGiven(
            names=said(one, "name"),
            agency=Organisation.objects.get(code=one["agency"]),
            currency=one["currency"],
            stages={stage: one[f"stage_{stage}"] for stage in STAGES},
            **{name: one[name] for name in numbers},
        )


def settings_of(programme: Programme | None, seen: str) -> dict[str, Any]:
    """The settings as the form shows them; those of the law of the programme where there are
    none."""
    names = ("days", "reviews", "least_load", "most_load", "quorum", "cooling_years", "currency")
    if programme is None:
        blank = Programme()
        return {
            **{name: getattr(blank, name) for name in names},
            **{f"stage_{stage}": days for stage, days in FIRST_STAGES.items()},
        }
    terms = dict(StageTerm.objects.filter(programme=programme).values_list("stage", "days"))
    return {
        **{f"name_{code}": programme.names.get(code, "") for code in LANGUAGES},
        **{name: getattr(programme, name) for name in names},
        "agency": programme.agency.code,
        "seen": seen,
        **{f"stage_{stage}": terms.get(stage, FIRST_STAGES[stage]) for stage in STAGES},
    }


class WordForm(Worded):
    """A technology, a goal or a target: its code and its name."""

    spoken = (("name", _("What it is called"), False, True),)
    code = forms.CharField(
        label=_("Code in files"),
        max_length=40,
        error_messages={"required": _("Give it a code.")},
        help_text=_("Latin letters, digits, dots and dashes; it stays."),
    )
    goal = forms.ChoiceField(label=_("The goal it stands under"), required=False)

    def __init__(self, *args: Any, known: Technology | Target | None, kind: str, **kwargs: Any):
        if known is not None and not kwargs.get("initial"):
            goal = getattr(known, "goal", None)
            kwargs["initial"] = {
                "code": known.code,
                "goal": goal.code if goal else "",
                **{f"name_{code}": known.names.get(code, "") for code in LANGUAGES},
            }
        super().__init__(*args, **kwargs)
        self.fields["code"].disabled = known is not None
        if kind == "technology":
            del self.fields["goal"]
            return
        goals = self.fields["goal"]
        assert isinstance(goals, forms.ChoiceField)
        rows = Target.objects.filter(goal__isnull=True).exclude(code=known.code if known else "")
        goals.choices = [
            ("", _("none: it is a goal itself")),
            *sorted(((one.code, f"{one.code} {one}") for one in rows), key=lambda row: row[1]),
        ]

    def names(self) -> dict[str, str]:
        """The name by language."""
        return said(self.cleaned_data, "name")

    def goal_chosen(self) -> Target | None:
        """The goal it stands under; None: it is one itself."""
        code = self.cleaned_data.get("goal")
        return Target.objects.get(code=code) if code else None


class ThemeForm(Sorted):
    """What belongs to a theme of demand."""

    use_required_attribute = False
    spheres = forms.MultipleChoiceField(
        label=_("Vital signs that speak of it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Those reckoned from problems of the theme itself count without this."),
    )
    words = forms.CharField(
        label=_("Words of ideas about it, one a line"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea,
        help_text=_(
            "An idea that holds one of them counts. Write the part of a word that does not change,"
            " in each language: lamp, фонар, 路灯."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spheres = self.fields["spheres"]
        assert isinstance(spheres, forms.MultipleChoiceField)
        spheres.choices = list(SPHERES.items())
        self.fields["technologies"].label = _("What solves it")

    def told(self) -> dict[str, Any]:
        """What the operation takes of it."""
        one = self.cleaned_data
        return {**self.sorts(), "spheres": one["spheres"], "words": one["words"].splitlines()}


def theme_of(one: DemandTheme | None) -> dict[str, Any]:
    """What is set of a theme as the form shows it."""
    if one is None:
        return {}
    return {
        "technologies": [t.code for t in one.technologies.all()],
        "targets": [t.code for t in one.targets.all()],
        "spheres": one.spheres,
        "words": "\n".join(one.words),
    }
