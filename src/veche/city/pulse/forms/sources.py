"""Forms of sources and agreements: they check what was typed and save nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.connectors.base import Field, Manifest
from veche.city.pulse.models import Agreement
from veche.core.organisations.choices import offices
from veche.languages import here, said
from veche.look.fields import Worded

_CHOOSE = {"required": _("Choose one.")}
_NUMBER = {"required": _("Write a number."), "invalid": _("Write a number.")}
_CODE = {"required": _("Write a code."), "invalid": _("Write a code.")}
MASK = "••••••"
"""What stands where a secret is kept: sent back, it changes nothing."""


def _agreements() -> list[tuple[str, str]]:
    rows = Agreement.objects.filter(ended_at__isnull=True).order_by("code")
    return [("", "–"), *((one.code, here(one.names)) for one in rows)]


class SourceForm(Worded):
    """What is known of a system, and what its connector needs to read it."""

    spoken = (("name", _("Name of the system"), False, True),)

    def __init__(self, *args: Any, manifest: Manifest | None, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manifest = manifest
        if new:
            self.fields["code"] = forms.SlugField(
                label=_("Code of the system"),
                max_length=60,
                help_text=_("Stands in its address: small letters, digits and hyphens."),
                error_messages=_CODE,
            )
            self.fields["owner"] = forms.ChoiceField(
                label=_("Whose system it is"), choices=offices(), error_messages=_CHOOSE
            )
        self.fields["purpose"] = forms.CharField(
            label=_("What its data are needed for"), max_length=2000, widget=forms.Textarea,
            error_messages={"required": _("Say what they are needed for.")},
        )  # fmt: skip
        self.fields["ground"] = forms.CharField(
            label=_("Legal ground"), max_length=1000, required=False,
            help_text=_("The law, the decree or the contract."),
        )  # fmt: skip
        self.fields["agreement"] = forms.ChoiceField(
            label=_("Exchange agreement"), choices=_agreements(), required=False,
            help_text=_("The source is switched off when it ends."),
        )  # fmt: skip
        self.fields["cadence"] = forms.IntegerField(
            label=_("Seconds between two readings"), min_value=1, max_value=31_622_400,
            error_messages=_NUMBER,
        )  # fmt: skip
        self.fields["fresh_for"] = forms.IntegerField(
            label=_("Seconds of silence after which it counts as silent"), min_value=1,
            max_value=31_622_400, error_messages=_NUMBER,
        )  # fmt: skip
        self.fields["retention_days"] = forms.IntegerField(
            label=_("Days for which single readings are kept"), min_value=1, max_value=3660,
            error_messages=_NUMBER,
        )  # fmt: skip
        self.fields["public"] = forms.BooleanField(
            label=_("Everybody may read what it tells"), required=False
        )
        for one in manifest.fields if manifest else ():
            self.fields[f"set_{one.name}"] = _control(one, new)

    def clean(self) -> dict[str, Any]:
        """The limit of silence is no shorter than the cadence."""
        values = super().clean()
        cadence, fresh_for = values.get("cadence"), values.get("fresh_for")
        if cadence and fresh_for and fresh_for < cadence:
            self.add_error("fresh_for", _("Write at least as much as between two readings."))
        return values

    def settings(self) -> dict[str, str]:
        """What the connector needs, without secrets."""
        plain = self.manifest.plain if self.manifest else ()
        return {one.name: str(self.cleaned_data.get(f"set_{one.name}") or "") for one in plain}

    def secrets(self) -> dict[str, str]:
        """The secrets that were written anew."""
        sealed = self.manifest.secrets if self.manifest else ()
        given = {one.name: str(self.cleaned_data.get(f"set_{one.name}") or "") for one in sealed}
        return {name: value for name, value in given.items() if value and value != MASK}

    def known(self) -> dict[str, Any]:
        """What is known of the source, as its operations take it."""
        data = self.cleaned_data
        agreement = Agreement.objects.filter(code=data["agreement"] or None).first()
        return {
            "names": said(data, "name"),
            "purpose": data["purpose"],
            "ground": data["ground"],
            "agreement": agreement,
            "cadence": data["cadence"],
            "fresh_for": data["fresh_for"],
            "retention_days": data["retention_days"],
            "public": data["public"],
        }

    @property
    def connector_fields(self) -> list[forms.BoundField]:
        """For templates: what the connector asks for."""
        return [self[name] for name in self.fields if name.startswith("set_")]


def _control(one: Field, new: bool) -> forms.Field:
    """The field of a setting."""
    more: dict[str, Any] = {
        "label": here(one.label),
        "help_text": here(one.hint),
        "required": one.required and (new or one.kind != "secret"),
        "error_messages": {"required": _("This is needed.")},
    }
    if one.kind == "choice":
        return forms.ChoiceField(choices=[(c, c) for c in one.choices], initial=one.default, **more)
    if one.kind == "number":
        return forms.IntegerField(
            min_value=1, max_value=65_535, initial=one.default or None,
            **more | {"error_messages": _NUMBER},
        )  # fmt: skip
    if one.kind == "long":
        return forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}), **more)
    widget: forms.Widget | None = None
    if one.kind == "secret":
        widget = forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"})
    return forms.CharField(max_length=2000, initial=one.default, widget=widget, **more)


class KeyForm(forms.Form):
    """A key for a system."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Which system holds it"),
        max_length=80,
        error_messages={"required": _("Say which system holds the key.")},
    )


class WhyForm(forms.Form):
    """A reason."""

    use_required_attribute = False
    why = forms.CharField(
        label=_("Why"), max_length=1000, widget=forms.Textarea,
        error_messages={"required": _("Say why.")},
    )  # fmt: skip


def _day(label: Any, *, required: bool, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
    )  # fmt: skip


class AgreementForm(Worded):
    """An exchange agreement."""

    spoken = (("name", _("Name of the agreement"), False, True),)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if new:
            self.fields["code"] = forms.SlugField(
                label=_("Code of the agreement"),
                max_length=60,
                help_text=_("Stands in its address: small letters, digits and hyphens."),
                error_messages=_CODE,
            )
            self.fields["giver"] = forms.ChoiceField(
                label=_("Who gives the data"), required=False,
                choices=[("", _("somebody else")), *offices()],
            )  # fmt: skip
            self.fields["giver_name"] = forms.CharField(
                label=_("Who gives them, if it is somebody else"), max_length=160, required=False,
                help_text=_("A company, a university, another city."),
            )  # fmt: skip
            self.fields["taker"] = forms.ChoiceField(
                label=_("Who gets them"), choices=offices(), error_messages=_CHOOSE
            )
            self.fields["since"] = _day(_("First day"), required=True)
        self.fields["until"] = _day(_("Last day"), required=False, hint=_("Empty: no last day."))
        self.fields["purpose"] = forms.CharField(
            label=_("What its data are needed for"), max_length=2000, widget=forms.Textarea,
            error_messages={"required": _("Say what they are needed for.")},
        )  # fmt: skip
        self.fields["ground"] = forms.CharField(
            label=_("Legal ground"), max_length=1000, required=False,
            help_text=_("The law, the decree or the contract."),
        )  # fmt: skip
        self.fields["gives"] = forms.CharField(
            label=_("What is given, a field a line"), max_length=5000, required=False,
            widget=forms.Textarea,
            help_text=_("Codes of what is measured. What is not here is refused. Empty: all."),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Somebody gives, and the days are in their order."""
        values = super().clean()
        if "giver" in self.fields and not values.get("giver") and not values.get("giver_name"):
            self.add_error("giver_name", _("Say who gives the data."))
        since: dt.date | None = values.get("since")
        if since and values.get("until") and values["until"] < since:
            self.add_error("until", _("The last day lies before the first."))
        return values

    def gives(self) -> list[str]:
        """The fields that are given."""
        lines = str(self.cleaned_data.get("gives") or "").split()
        return list(dict.fromkeys(lines))


def initial_names(names: Mapping[str, str]) -> dict[str, str]:
    """Names as the form shows them."""
    return {f"name_{code}": value for code, value in names.items()}
