"""The form of a service that must go on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.core.organisations.choices import offices
from veche.look.fields import Worded


class ServiceForm(Worded):
    """What it is called, who keeps it going, and what is done first when it stands still."""

    spoken = (
        ("name", _("Name of the service"), False, True),
        ("advice", _("What is done first when it stands still"), True, False),
    )

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if new:
            self.fields["code"] = forms.SlugField(
                label=_("Code of the service"), max_length=40,
                help_text=_("Stands in its address: small letters, digits and hyphens."),
                error_messages={
                    "required": _("Small letters, digits and hyphens."),
                    "invalid": _("Small letters, digits and hyphens."),
                },
            )  # fmt: skip
        self.fields["office"] = forms.ChoiceField(
            label=_("Who keeps it going"), required=False, choices=[("", "–"), *offices()]
        )
