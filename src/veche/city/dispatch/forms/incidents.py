"""Forms of what is done with incidents; they save nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules
from veche.city.dispatch import words as said
from veche.city.dispatch.models import EssentialService, Incident, IncidentKind, IncidentTask
from veche.city.dispatch.procedure import OPEN
from veche.city.dispatch.queries import handbook
from veche.city.dispatch.queries.lists import kinds_now
from veche.core.cases.models import Case
from veche.core.desk.adapter import DeskForm
from veche.core.moderation.pointed import Pointed
from veche.core.organisations.choices import offices, territories
from veche.core.organisations.models import Organisation
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.look.fields import moment_field

EVERYBODY = _("Everybody can read it.")


def words_field(label: Any, hint: Any = EVERYBODY, *, required: bool = True) -> forms.CharField:
    """Words that everybody will read, unless the hint says otherwise."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.Textarea,
        min_length=rules.SHORTEST_REASON,
        max_length=rules.LONGEST_TEXT,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )


def incident_of(case: Case | None) -> Incident | None:
    """The incident of a case, with its kind and place; None where there is none."""
    if case is None:
        return None
    rows = Incident.objects.select_related("kind", "case__territory")
    return rows.filter(pk=case.pk).first()


def services_now() -> list[tuple[str, str]]:
    """The services that must go on, by code."""
    rows = EssentialService.objects.filter(until__isnull=True).order_by("id")
    return [("", "—"), *((one.code, str(one)) for one in rows)]


class PlainForm(DeskForm):
    """A step that needs no words: one touch."""


class ReasonForm(Pointed, DeskForm):
    """A reason that everybody will read."""

    words = "text"
    text = words_field(_("Why"))

    def step(self) -> dict[str, Any]:
        """With the reason."""
        return {"text": self.cleaned_data["text"]}


class RaiseForm(ReasonForm):
    """Why it goes a tier up; pressed twice it goes one up."""

    to = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        one = incident_of(case)
        if one is not None:
            kwargs["initial"] = {"to": one.tier + 1, **(kwargs.get("initial") or {})}
        super().__init__(*args, case=case, **kwargs)

    def step(self) -> dict[str, Any]:
        """The reason, and the tier that stood on the page."""
        return {**super().step(), "to": self.cleaned_data["to"]}


class ToldForm(ReasonForm):
    """What was done, for everybody."""

    text = words_field(_("What was done"))


class DoneForm(Pointed, DeskForm):
    """What was done, and what it cost."""

    words = "text"
    text = words_field(_("What was done"))
    cost = forms.DecimalField(
        label=_("What it cost, if you know"), required=False, min_value=0, max_digits=14,
        decimal_places=2,
    )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """With the cost."""
        return {"text": self.cleaned_data["text"], "cost": self.cleaned_data["cost"]}


class CostForm(DeskForm):
    """What it cost so far."""

    cost = forms.DecimalField(
        label=_("What it cost so far"), min_value=0, max_digits=14, decimal_places=2
    )

    def step(self) -> dict[str, Any]:
        """The sum."""
        return {"cost": self.cleaned_data["cost"]}


class LogForm(Pointed, DeskForm):
    """A line of the log."""

    words = "text"
    text = words_field(_("What you know"), "")
    public = forms.BooleanField(label=_("Everybody may read it"), required=False)

    def read_by_all(self) -> bool:
        """Only where it was said so."""
        return bool(self.cleaned_data.get("public"))

    def step(self) -> dict[str, Any]:
        """The words, and for whom."""
        return {"text": self.cleaned_data["text"], "public": self.cleaned_data["public"]}


class _Graded(forms.Form):
    """How grave it is and who is in it."""

    severity = forms.TypedChoiceField(
        label=_("How grave"), coerce=int, choices=list(said.SEVERITIES.items())
    )
    vulnerable = forms.ChoiceField(
        label=_("Who cannot help themselves there"),
        required=False,
        choices=list(said.VULNERABLE.items()),
    )
    people = forms.IntegerField(
        label=_("How many people, if you know"), required=False, min_value=0, max_value=10_000_000
    )
    service = forms.ChoiceField(
        label=_("Which service that must go on stands still"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = services_now()

    def clean_service(self) -> EssentialService | None:
        """The service of the code."""
        code = self.cleaned_data["service"]
        return EssentialService.objects.filter(code=code).first() if code else None

    def grade(self) -> dict[str, Any]:
        """As the operations take it."""
        names = ("severity", "vulnerable", "people", "service")
        return {name: self.cleaned_data[name] for name in names}


class VerifyForm(_Graded, DeskForm):
    """It is so, and this is how grave it is."""

    field_order = ("seen", "next", "severity", "vulnerable", "people", "service")

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        incident = incident_of(case)
        if incident is not None:
            kwargs["initial"] = {
                "severity": incident.severity,
                "vulnerable": incident.vulnerable,
                "people": incident.people,
                "service": incident.service.code if incident.service else "",
                **(kwargs.get("initial") or {}),
            }
        super().__init__(*args, case=case, **kwargs)

    def step(self) -> dict[str, Any]:
        """The grade."""
        return self.grade()


class DispatchForm(DeskForm):
    """Who leads and who helps: the handbook proposes, the dispatcher decides."""

    lead = forms.ChoiceField(label=_("Who leads"))
    helpers = forms.MultipleChoiceField(
        label=_("Who helps, by the handbook"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        incident = incident_of(case)
        self.asked: dict[str, str] = {}
        initial = dict(kwargs.get("initial") or {})
        named: list[tuple[Organisation, str]] = []
        if incident is not None and case is not None:
            at = case.moved_at or incident.reported_at
            lead = handbook.lead(incident.kind, incident.case.territory, incident.tier, at)
            helping = set(
                IncidentTask.objects.filter(
                    incident=incident, case__closed_at__isnull=True
                ).values_list("organisation_id", flat=True)
            )
            # Who helps already, from before an office sent it back, is not asked again.
            named = [one for one in handbook.helpers(incident.kind, at) if one[0].pk not in helping]
            initial.setdefault("lead", lead.code if lead else "")
            initial.setdefault("helpers", [office.code for office, _text in named])
        kwargs["initial"] = initial
        super().__init__(*args, case=case, **kwargs)
        self.asked = {office.code: text for office, text in named}
        lead_field, helpers_field = self.fields["lead"], self.fields["helpers"]
        assert isinstance(lead_field, forms.ChoiceField)
        assert isinstance(helpers_field, forms.MultipleChoiceField)
        lead_field.choices = [("", _("Choose an office")), *offices()]
        helpers_field.choices = [
            (office.code, f"{office}: {text}" if text else str(office)) for office, text in named
        ]
        if not named:
            del self.fields["helpers"]

    def step(self) -> dict[str, Any]:
        """The offices."""
        codes = [self.cleaned_data["lead"], *self.cleaned_data.get("helpers", [])]
        known = {one.code: one for one in Organisation.objects.filter(code__in=codes)}
        lead = known[self.cleaned_data["lead"]]
        helpers = [
            (known[code], self.asked.get(code) or str(_("Help, as the handbook says.")))
            for code in codes[1:]
            if code in known and known[code] != lead
        ]
        return {"lead": lead, "helpers": helpers}


class AskForm(Pointed, DeskForm):
    """An office is asked to help."""

    words = "text"
    organisation = forms.ChoiceField(label=_("Which office"))
    text = words_field(_("What it is asked for"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose an office")), *offices()]

    def step(self) -> dict[str, Any]:
        """The office and the words."""
        office = Organisation.objects.get(code=self.cleaned_data["organisation"])
        return {"organisation": office, "text": self.cleaned_data["text"]}


class PostponeForm(Pointed, DeskForm):
    """Why it cannot be done in time, and when it goes on."""

    words = "text"
    text = words_field(_("Why it cannot be done in time"), _("It stands in the public register."))
    until = moment_field(_("When it goes on"))

    def step(self) -> dict[str, Any]:
        """The reason and the moment."""
        return {"text": self.cleaned_data["text"], "until": self.cleaned_data["until"]}


class JoinForm(DeskForm):
    """Which incident it is a part of."""

    into = forms.ChoiceField(label=_("Which incident it is a part of"))

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.others: dict[str, Incident] = {}
        one = incident_of(case)
        if one is not None:
            rows = Incident.objects.filter(drill=one.drill, case__state__in=OPEN)
            rows = rows.exclude(pk=one.pk).select_related("case", "kind")
            self.others = {row.case.number: row for row in rows.order_by("-reported_at")[:100]}
        field = self.fields["into"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose an incident")),
            *((number, f"{number} · {row.title}") for number, row in self.others.items()),
        ]

    def step(self) -> dict[str, Any]:
        """The other incident."""
        return {"into": self.others[self.cleaned_data["into"]]}


class HandDownForm(Pointed, DeskForm):
    """To which tier below, and why."""

    words = "text"
    to = forms.TypedChoiceField(label=_("To which tier"), coerce=int, choices=[])
    text = words_field(_("Why"))

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        one, field = incident_of(case), self.fields["to"]
        assert isinstance(field, forms.TypedChoiceField)
        below = [tier for tier in rules.TIERS if one is not None and tier < one.tier]
        field.choices = [(tier, said.TIERS[tier]) for tier in reversed(below)]

    def step(self) -> dict[str, Any]:
        """The tier and the reason."""
        return {"to": self.cleaned_data["to"], "text": self.cleaned_data["text"]}


class OpenForm(_Graded, Pointed):
    """A new incident, told by telephone or seen by somebody on duty."""

    public_words = "title"
    use_required_attribute = False
    kind = forms.ChoiceField(label=_("What kind of incident"))
    title = forms.CharField(
        label=_("What happened, in a few words"),
        help_text=EVERYBODY,
        min_length=rules.SHORTEST_TITLE,
        max_length=rules.LONGEST_TITLE,
    )
    text = forms.CharField(
        label=_("What was said"),
        help_text=_("Only those who deal with it read this."),
        required=False,
        widget=forms.Textarea,
        max_length=rules.LONGEST_STORY,
    )
    source = forms.ChoiceField(
        label=_("Who told"),
        widget=forms.RadioSelect,
        initial="call",
        choices=[("call", _("a caller")), ("officer", _("I saw it, or a colleague did"))],
    )
    territory = forms.ChoiceField(label=_("Where, if there is no pin"), required=False)
    drill = forms.BooleanField(
        label=_("This is a drill"),
        help_text=_("It leaves no door and counts in no figure. It cannot be changed later."),
        required=False,
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    longitude = forms.FloatField(widget=forms.HiddenInput, required=False)
    latitude = forms.FloatField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, place = self.fields["kind"], self.fields["territory"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(place, forms.ChoiceField)
        self.kinds: dict[str, IncidentKind] = {}
        kind.choices = [("", _("Choose a kind"))]
        place.choices = [("", "—"), *territories(city=True)]
        severity = self.fields["severity"]
        severity.required = False
        assert isinstance(severity, forms.ChoiceField)
        severity.choices = [("", _("as usual for its kind")), *said.SEVERITIES.items()]
        self.fields["severity"].empty_value = None  # type: ignore[attr-defined]

    def know(self, at: Any) -> OpenForm:
        """Offer the kinds of which incidents are opened at a moment; returns itself."""
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        self.kinds = {one.code: one for one in kinds_now(at)}
        field.choices = [
            ("", _("Choose a kind")), *((code, str(one)) for code, one in self.kinds.items()),
        ]  # fmt: skip
        return self

    def point(self) -> tuple[float, float] | None:
        """Where the pin stands."""
        lon, lat = self.cleaned_data.get("longitude"), self.cleaned_data.get("latitude")
        return (lon, lat) if lon is not None and lat is not None else None

    def clean(self) -> dict[str, Any]:
        """The pin says where; without one the place that was chosen."""
        cleaned = super().clean()
        point, places = self.point(), atlas()
        found: Territory | None = places.at(*point) if point else None
        if point is not None and found is None:
            self.add_error("territory", _("The pin stands outside the city."))
        elif found is None:
            found = places.by_code.get(cleaned.get("territory") or "")
            if found is None:
                self.add_error("territory", _("Set the pin on the map, or choose a place."))
        self.place = found
        return cleaned
