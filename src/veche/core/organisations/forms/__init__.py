"""Forms of roles and residence; they check what was typed and save nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.core.organisations.choices import territories
from veche.core.organisations.models import Organisation
from veche.core.organisations.roles import NEEDS_OFFICE, ROLES
from veche.core.people.models import Person
from veche.core.places.models import Territory
from veche.core.places.queries import atlas


class _Placed(forms.Form):
    use_required_attribute = False

    def clean_territory(self) -> Territory | None:
        """The territory of the code."""
        code = self.cleaned_data["territory"]
        found = next((t for t in atlas().by_id.values() if t.code == code), None)
        if code and found is None:
            raise forms.ValidationError(_("Choose a territory."))
        return found


class LetterForm(_Placed):
    """Where the letter is to go."""

    territory = forms.ChoiceField(
        label=_("District"), error_messages={"required": _("Choose a territory.")}
    )
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("Street, house, flat. It is forgotten as soon as the letter is printed."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
        error_messages={"required": _("Write the address.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"] = forms.ChoiceField(
            label=_("District"), choices=[("", "–"), *territories(city=False)],
            error_messages={"required": _("Choose a territory.")},
        )  # fmt: skip
        self.order_fields(["territory", "address"])


class LetterCodeForm(forms.Form):
    """The code on the paper."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Code"), max_length=20, error_messages={"required": _("Type the code.")}
    )


def _account(email: str) -> Person:
    found = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise forms.ValidationError(_("No account has this address."))
    return found


class CounterForm(LetterForm):
    """Who stands at the counter, and what was seen."""

    email = forms.EmailField(
        label=_("E-mail of the account"),
        error_messages={
            "required": _("Write an e-mail address."),
            "invalid": _("This is not an e-mail address. It looks like this: name@example.org."),
        },
    )
    identified = forms.BooleanField(
        label=_("I saw a document with a photograph and the name in it"), required=False
    )
    born = forms.DateField(
        label=_("Day of birth, as the paper says"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_(
            "Only if the person wants it: for votes that ask for an age. Nobody else sees it, and"
            " the person can have it erased."
        ),
        error_messages={"invalid": _("This is not a date. Write it like this: 2026-12-31.")},
    )
    lives = forms.BooleanField(
        label=_("I saw a paper that says that they live there"),
        error_messages={"required": _("Tick what you saw.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["address"]
        self.order_fields(["email", "territory", "lives", "identified", "born"])

    def clean_email(self) -> Person:
        """The account."""
        return _account(self.cleaned_data["email"])


class RoleForm(_Placed):
    """Who gets which role where until when."""

    email = forms.EmailField(
        label=_("E-mail of the account"),
        error_messages={
            "required": _("Write an e-mail address."),
            "invalid": _("This is not an e-mail address. It looks like this: name@example.org."),
        },
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", "–"), *ROLES.items()],
        error_messages={"required": _("Choose a role.")},
    )
    organisation = forms.ChoiceField(label=_("Office"), required=False)
    territory = forms.ChoiceField(
        label=_("Territory"), required=False, help_text=_("Empty: the whole city.")
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until it is ended."),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("This is not a date. Write it like this: 2026-12-31.")},
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = Organisation.objects.filter(imported=False).order_by("code")
        self.fields["organisation"] = forms.ChoiceField(
            label=_("Office"), required=False,
            choices=[("", "–"), *((o.code, str(o)) for o in offices)],
        )  # fmt: skip
        self.fields["territory"] = forms.ChoiceField(
            label=_("Territory"), required=False, help_text=_("Empty: the whole city."),
            choices=[("", "–"), *territories(city=True)],
        )  # fmt: skip
        self.order_fields(["email", "role", "organisation", "territory", "until"])

    def clean_email(self) -> Person:
        """The account."""
        return _account(self.cleaned_data["email"])

    def clean_organisation(self) -> Organisation | None:
        """The office of the code."""
        code = self.cleaned_data["organisation"]
        return Organisation.objects.filter(code=code).first() if code else None

    def clean_until(self) -> dt.datetime | None:
        """The first moment after the last day, in the city's time."""
        from django.utils import timezone

        day = self.cleaned_data["until"]
        if day is None:
            return None
        after = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
        return timezone.make_aware(after)

    def clean(self) -> dict[str, Any]:
        """An office where the role needs one."""
        data = super().clean() or self.cleaned_data
        if data.get("role") in NEEDS_OFFICE and not data.get("organisation"):
            self.add_error("organisation", _("Say in which office."))
        return data
