"""Forms of shut-offs, calls and crews; they save nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules, rules_housing
from veche.city.dispatch import words as incident_words
from veche.city.dispatch import words_housing as housing
from veche.city.dispatch.models import Call, Crew, Incident, IncidentKind, ShutOff
from veche.core.organisations.choices import offices, territories
from veche.core.organisations.models import Organisation
from veche.look.fields import moment_field


def _choice(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class ShutOffForm(forms.Form):
    """What is shut off, where, from when until when, and why."""

    use_required_attribute = False
    service = forms.ChoiceField(
        label=_("What does not come"), choices=list(housing.SERVICES.items())
    )
    organisation = forms.ChoiceField(label=_("Which office shuts it off"))
    territory = forms.ChoiceField(label=_("In which neighbourhood or district"))
    street = forms.CharField(
        label=_("Street"),
        help_text=_("Leave it empty where all of the place is concerned."),
        required=False,
        max_length=120,
    )
    houses = forms.CharField(
        label=_("Houses"),
        help_text=_("As 1, 3, 5-9, 12a. Leave it empty where all of the street is concerned."),
        required=False,
        max_length=1_000,
    )
    starts_at = moment_field(_("From"))
    ends_at = moment_field(_("Until"))
    reason = forms.CharField(
        label=_("Why"), min_length=rules.SHORTEST_REASON, max_length=300,
        help_text=_("Everybody can read it."),
    )  # fmt: skip
    instead = forms.CharField(
        label=_("What people can do meanwhile"),
        help_text=_("Where water is brought, where it is warm, whom to ring."),
        required=False,
        max_length=300,
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, allowed: list[Organisation], **kwargs: Any) -> None:
        """``allowed`` are the offices the person may announce for."""
        super().__init__(*args, **kwargs)
        self.allowed = {one.code: one for one in allowed}
        _choice(self, "organisation", [(code, str(one)) for code, one in self.allowed.items()])
        _choice(self, "territory", [("", _("Choose a place")), *territories(city=False)])

    def clean_houses(self) -> list[str]:
        """The numbers, one by one."""
        try:
            return rules_housing.houses(self.cleaned_data["houses"])
        except rules_housing.NotAHouse as fault:
            raise forms.ValidationError(
                _("“%(part)s” is no number of a house, or there are too many."),
                params={"part": str(fault)[:40]},
            ) from fault

    def clean(self) -> dict[str, Any]:
        """Houses stand in a street."""
        values = super().clean() or self.cleaned_data
        if values.get("houses") and not values.get("street"):
            self.add_error("street", _("Write the street of these houses."))
        return values


class LaterForm(forms.Form):
    """A later end, and why."""

    use_required_attribute = False
    ends_at = moment_field(_("Until"))
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea, max_length=rules.LONGEST_TEXT)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class WordsForm(forms.Form):
    """A sentence that everybody reads."""

    use_required_attribute = False
    text = forms.CharField(label=_("Why"), widget=forms.Textarea, max_length=rules.LONGEST_TEXT)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class RestoredForm(forms.Form):
    """It comes again; words are welcome."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("What was done"), widget=forms.Textarea, max_length=rules.LONGEST_TEXT,
        required=False,
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class CallForm(forms.Form):
    """A call: where, what was said, what became of it, and whom to ring back."""

    use_required_attribute = False
    territory = forms.ChoiceField(label=_("From which place"))
    address = forms.CharField(label=_("Street and house"), required=False, max_length=160)
    spot = forms.BooleanField(
        label=_("It is there: set the pin of a new incident by this address"),
        help_text=_("Everybody sees the pin. Leave it where somebody only lives there."),
        required=False,
    )
    said = forms.CharField(
        label=_("What was said"),
        help_text=_("Only those on duty read this. It is blanked after 30 days."),
        widget=forms.Textarea,
        required=False,
        max_length=rules.LONGEST_STORY,
    )
    outcome = forms.ChoiceField(
        label=_("What became of it"), widget=forms.RadioSelect,
        choices=[(code, word) for code, word in housing.OUTCOMES.items()],
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("What kind of incident"), required=False)
    title = forms.CharField(
        label=_("What happened, in a few words"),
        help_text=_("Everybody can read it."),
        required=False,
        max_length=rules.LONGEST_TITLE,
    )
    vulnerable = forms.ChoiceField(
        label=_("Who cannot help themselves there"), required=False,
        choices=list(incident_words.VULNERABLE.items()),
    )  # fmt: skip
    incident = forms.ChoiceField(label=_("Which open incident"), required=False)
    shut_off = forms.ChoiceField(label=_("Which shut-off"), required=False)
    name = forms.CharField(label=_("Who rang"), required=False, max_length=120)
    telephone = forms.CharField(label=_("Telephone"), required=False, max_length=40)
    ring_back = forms.BooleanField(label=_("Ring back when it is over"), required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def know(
        self,
        kinds: list[IncidentKind],
        incidents: list[Incident],
        shut_offs: list[tuple[ShutOff, str]],
    ) -> CallForm:
        """Offer what is known; returns itself."""
        self.kinds = {one.code: one for one in kinds}
        self.incidents = {one.case.number: one for one in incidents}
        self.shut_offs = {one.case.number: one for one, _title in shut_offs}
        nothing = [("", "—")]
        _choice(self, "territory", [("", _("Choose a place")), *territories(city=True)])
        _choice(self, "kind", [*nothing, *((code, str(one)) for code, one in self.kinds.items())])
        _choice(
            self, "incident",
            [*nothing, *((n, f"{one.title} · {n}") for n, one in self.incidents.items())],
        )  # fmt: skip
        _choice(self, "shut_off", [*nothing, *((o.case.number, title) for o, title in shut_offs)])
        return self

    def clean(self) -> dict[str, Any]:
        """What the outcome needs is there, said beside the field that lacks."""
        values = super().clean() or self.cleaned_data
        outcome = values.get("outcome")
        if outcome == Call.Outcome.INCIDENT:
            if not values.get("kind"):
                self.add_error("kind", _("Choose a kind"))
            if len(values.get("title") or "") < rules.SHORTEST_TITLE:
                self.add_error("title", _("Say in a few words what happened."))
        if outcome == Call.Outcome.ADDED and not values.get("incident"):
            self.add_error("incident", _("Choose an incident"))
        if outcome == Call.Outcome.KNOWN and not values.get("shut_off"):
            self.add_error("shut_off", _("Choose a shut-off"))
        return values


class CrewForm(forms.Form):
    """A crew more."""

    use_required_attribute = False
    organisation = forms.ChoiceField(label=_("Of which office"))
    name = forms.CharField(label=_("What it is called"), max_length=80)
    skills = forms.CharField(
        label=_("What it can do and has with it"), required=False, max_length=160
    )

    def __init__(self, *args: Any, allowed: list[Organisation], **kwargs: Any) -> None:
        """``allowed`` are the offices of the person."""
        super().__init__(*args, **kwargs)
        self.allowed = {one.code: one for one in allowed}
        _choice(self, "organisation", [(code, str(one)) for code, one in self.allowed.items()])


class SendForm(forms.Form):
    """Which crew goes where."""

    crew = forms.TypedChoiceField(label=_("Crew"), coerce=int)
    incident = forms.ChoiceField(label=_("Incident"))

    def __init__(
        self, *args: Any, crews: list[Crew], incidents: list[Incident], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.crews = {one.pk: one for one in crews}
        self.incidents = {one.case.number: one for one in incidents}
        _choice(self, "crew", [(pk, str(one)) for pk, one in self.crews.items()])
        _choice(self, "incident", [(n, one.title) for n, one in self.incidents.items()])


def allowed_offices(own: frozenset[int], *, all_of_them: bool) -> list[Organisation]:
    """The offices somebody may speak for: their own, or every one."""
    rows = Organisation.objects.filter(imported=False)
    if all_of_them:
        codes = [code for code, _name in offices()]
        return sorted(rows.filter(code__in=codes), key=str)
    return sorted(rows.filter(pk__in=own), key=str)
