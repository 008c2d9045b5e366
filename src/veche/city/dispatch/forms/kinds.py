"""Forms of the city's rules of incidents; they save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules
from veche.city.dispatch import words as said
from veche.city.dispatch.alert_contents import CATEGORIES
from veche.city.dispatch.models import IncidentKind
from veche.look.fields import Worded


class KindForm(Worded):
    """What a kind is called, who leads at first, how grave it is, who is shown it."""

    spoken = (("name", _("Name of the kind"), False, True),)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if new:
            self.fields["code"] = forms.SlugField(
                label=_("Code of the kind"),
                max_length=40,
                help_text=_("Stands in its address: small letters, digits and hyphens."),
                error_messages={
                    "required": _("Small letters, digits and hyphens."),
                    "invalid": _("Small letters, digits and hyphens."),
                },
            )
        self.fields["tier"] = forms.TypedChoiceField(
            label=_("Who leads at first"), coerce=int, choices=list(said.TIERS.items())
        )
        self.fields["severity"] = forms.TypedChoiceField(
            label=_("How grave it is taken at first"),
            coerce=int,
            choices=list(said.SEVERITIES.items()),
        )
        self.fields["category"] = forms.ChoiceField(
            label=_("Category in messages to the public (CAP)"),
            choices=[(one, one) for one in CATEGORIES],
            initial="Other",
        )
        self.fields["public"] = forms.BooleanField(
            label=_("Everybody is shown such incidents"), required=False, initial=True
        )
        self.fields["in_use"] = forms.BooleanField(
            label=_("New ones are opened"), required=False, initial=True
        )


class TermForm(forms.Form):
    """How many minutes a state may last."""

    use_required_attribute = False
    state = forms.ChoiceField(
        label=_("State"), choices=[(code, word) for code, word in said.TERMS.items()]
    )
    kind = forms.ModelChoiceField(
        label=_("Kind of incident"),
        queryset=IncidentKind.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("any kind"),
    )
    tier = forms.TypedChoiceField(
        label=_("Led by"),
        coerce=int,
        required=False,
        empty_value=None,
        choices=[("", _("any tier")), *said.TIERS.items()],
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=1,
        max_value=rules.MOST_MINUTES,
        help_text=_("Empty: no row of its own any more."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = IncidentKind.objects.order_by("code")
