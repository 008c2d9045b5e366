"""Forms of command: naming, extending and ending one; seconding and revoking."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.forms.modes import reason_field
from veche.city.dispatch.words_modes import POWERS
from veche.core.organisations.choices import offices, territories
from veche.core.organisations.roles import role_word
from veche.look.fields import moment_field

_CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
Choices = Sequence[tuple[str, str]]


class NameForm(forms.Form):
    """Who commands, with which powers, why and until when."""

    use_required_attribute = False

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ChoiceField(
            label=_("Who"), choices=[("", "–"), *people], error_messages=_CHOOSE
        )
        self.fields["powers"] = forms.MultipleChoiceField(
            label=_("Powers"), choices=list(POWERS.items()), widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one power.")},
        )  # fmt: skip
        self.fields["reason"] = reason_field()
        self.fields["until"] = moment_field(_("Until when"))

    def person(self) -> int:
        """The number of the person chosen."""
        return int(str(self.cleaned_data["person"]).partition(":")[0])


class SecondForm(forms.Form):
    """Who of which office goes where as what, from when, until when and why."""

    use_required_attribute = False

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = forms.ChoiceField(
            label=_("Who, of which office"), choices=[("", "–"), *people], error_messages=_CHOOSE
        )
        self.fields["role"] = forms.ChoiceField(
            label=_("As what"), error_messages=_CHOOSE,
            choices=[(role, role_word(role)) for role in rules.SECONDED_AS],
        )  # fmt: skip
        self.fields["where"] = forms.ChoiceField(
            label=_("Where"), error_messages=_CHOOSE,
            choices=[
                ("", "–"),
                (_("Places, for those who watch"), [
                    (f"place:{code}", word) for code, word in territories(city=True)
                ]),
                (_("Offices, for those who work in one"), [
                    (f"office:{code}", word) for code, word in offices()
                ]),
            ],
        )  # fmt: skip
        since = moment_field(_("From when"))
        since.required, since.help_text = False, _("Empty: at once.")
        self.fields["since"] = since
        self.fields["until"] = moment_field(_("Until when"))
        self.fields["reason"] = reason_field()

    def chosen(self) -> tuple[int, int]:
        """The numbers of the person and of the office that lends them."""
        person, _colon, office = str(self.cleaned_data["person"]).partition(":")
        return int(person), int(office)

    def where(self) -> tuple[str, str]:
        """``place`` or ``office``, and its code."""
        kind, _colon, code = str(self.cleaned_data["where"]).partition(":")
        return kind, code
