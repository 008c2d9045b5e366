"""Forms of ties and shares; they check what was typed and save nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from veche.core.organisations.models import Organisation, PersonTie, Tie
from veche.core.organisations.operations.ties_import import MOST_BYTES, TooLong
from veche.core.people.models import Person

_DATE = {
    "invalid": _("This is not a date. Write it like this: 2026-12-31."),
    "required": _("Say since when; about is enough."),
}


def _day(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages=_DATE,
    )


def moment(day: dt.date | None, *, after: bool = False) -> dt.datetime | None:
    """The first moment of a day in the city, or the first one after it."""
    if day is None:
        return None
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=after), dt.time()))


def office_of(typed: str) -> Organisation | None:
    """The organisation that somebody meant: by its code, or by its name in any language."""
    typed = typed.strip()
    if not typed:
        return None
    found = Organisation.objects.filter(code__iexact=typed).first()
    if found is not None:
        return found
    low = typed.lower()
    same = [
        o for o in Organisation.objects.all() if low in {str(n).lower() for n in o.names.values()}
    ]
    return same[0] if len(same) == 1 else None


class TieForm(forms.Form):
    """What ties oneself to an organisation."""

    use_required_attribute = False
    named = forms.CharField(
        label=_("Organisation"),
        max_length=200,
        help_text=_("Its name or code. One that the city does not know may be named too."),
        widget=forms.TextInput(attrs={"list": "offices", "autocomplete": "off"}),
        error_messages={"required": _("Choose the organisation, or write its name.")},
    )
    identifier = forms.CharField(
        label=_("Its number in its register, if you know it"), max_length=40, required=False
    )
    kind = forms.ChoiceField(
        label=_("What ties you"),
        choices=[("", "–"), *Tie.Kind.choices],
        error_messages={"required": _("Choose what ties you.")},
    )
    share = forms.DecimalField(
        label=_("Share, percent"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=7,
        decimal_places=4,
        help_text=_("Only for a share owned. Empty counts as all of it."),
    )
    since = _day(_("Since"), required=True)
    until = _day(_("Last day"), help_text=_("Empty: it still lasts."))
    words = forms.CharField(label=_("More, if needed"), max_length=300, required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def given(self) -> dict[str, Any]:
        """The arguments of the operation, besides who and when."""
        data = self.cleaned_data
        return {
            "organisation": office_of(data["named"]),
            "named": data["named"],
            "identifier": data["identifier"],
            "kind": Tie.Kind(data["kind"]),
            "share": data["share"] or None,
            "since": moment(data["since"]),
            "until": moment(data["until"], after=True),
            "words": data["words"],
        }


def _account(email: str) -> Person:
    found = Person.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if found is None:
        raise forms.ValidationError(_("No account has this address."))
    return found


class OfTieForm(TieForm):
    """What a register says of somebody."""

    email = forms.EmailField(
        label=_("E-mail of the account"),
        error_messages={
            "required": _("Write an e-mail address."),
            "invalid": _("This is not an e-mail address. It looks like this: name@example.org."),
        },
    )
    field_order = ("email",)

    def clean_email(self) -> Person:
        """The account."""
        return _account(self.cleaned_data["email"])


class PairForm(forms.Form):
    """Two accounts that belong together."""

    use_required_attribute = False
    one = forms.EmailField(label=_("E-mail of one account"))
    other = forms.EmailField(label=_("E-mail of the other account"))
    kind = forms.ChoiceField(label=_("What ties them"), choices=PersonTie.Kind.choices)
    words = forms.CharField(label=_("Where this is known from"), max_length=300, required=False)

    def clean_one(self) -> Person:
        """One account."""
        return _account(self.cleaned_data["one"])

    def clean_other(self) -> Person:
        """The other."""
        return _account(self.cleaned_data["other"])


class StakeForm(forms.Form):
    """A share of one organisation in another."""

    use_required_attribute = False
    owner = forms.CharField(
        label=_("Who owns"), max_length=200, widget=forms.TextInput(attrs={"list": "offices"})
    )
    owned = forms.CharField(
        label=_("Who is owned"), max_length=200, widget=forms.TextInput(attrs={"list": "offices"})
    )
    share = forms.DecimalField(
        label=_("Share, percent"), min_value=0, max_value=100, max_digits=7, decimal_places=4
    )
    since = _day(_("Since"), required=True)
    words = forms.CharField(label=_("Where this is known from"), max_length=300, required=False)

    def _known(self, name: str) -> Organisation:
        found = office_of(self.cleaned_data[name])
        if found is None:
            raise forms.ValidationError(_("There is no organisation of this name or code."))
        return found

    def clean_owner(self) -> Organisation:
        """Who owns."""
        return self._known("owner")

    def clean_owned(self) -> Organisation:
        """Who is owned."""
        return self._known("owned")


class FileForm(forms.Form):
    """A table of ties or shares."""

    use_required_attribute = False
    file = forms.FileField(label=_("CSV file"), error_messages={"required": _("Choose a file.")})

    def clean_file(self) -> bytes:
        """Its bytes."""
        given: UploadedFile[bytes] = self.cleaned_data["file"]
        if (given.size or 0) > MOST_BYTES:
            raise forms.ValidationError(str(TooLong()))
        data: bytes = given.read()
        return data


class RuleForm(forms.Form):
    """From which share on owning is a conflict."""

    use_required_attribute = False
    least_share = forms.DecimalField(
        label=_("Owning is a conflict from this share on, percent"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
    )


class ReasonForm(forms.Form):
    """Why a tie is struck out."""

    use_required_attribute = False
    because = forms.CharField(
        label=_("Why it is struck out"),
        max_length=300,
        help_text=_("The person reads this."),
        error_messages={"required": _("Write why it is struck out.")},
    )
