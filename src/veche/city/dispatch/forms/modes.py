"""Forms of modes: entering, extending, ending; what a level is called and switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_modes as rules
from veche.city.dispatch.models import DutyList, IncidentKind
from veche.core.organisations.roles import ROLES
from veche.look.fields import Worded, moment_field

_CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}


def reason_field() -> forms.CharField:
    """Why, in words for everybody."""
    return forms.CharField(
        label=_("Why"),
        max_length=rules.LONGEST_REASON,
        widget=forms.Textarea,
        help_text=_("Everybody reads it, in the city's log too."),
        error_messages={"required": _("Say why.")},
    )


class EnterForm(forms.Form):
    """A level, where, why and until when."""

    use_required_attribute = False
    field_order = ("level", "territory", "reason", "until", "drill")

    def __init__(
        self,
        *args: Any,
        levels: Sequence[tuple[int, str]],
        places: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"] = forms.TypedChoiceField(
            label=_("Level"), choices=levels, coerce=int, widget=forms.RadioSelect,
            error_messages=_CHOOSE,
        )  # fmt: skip
        self.fields["territory"] = forms.ChoiceField(
            label=_("Where"), choices=places, error_messages=_CHOOSE
        )
        self.fields["reason"] = reason_field()
        self.fields["until"] = moment_field(_("Until when"))
        self.fields["drill"] = forms.BooleanField(
            label=_("It is a drill"), required=False,
            help_text=_("Only drills are switched, and only the staff is shown it."),
        )  # fmt: skip


class ExtendForm(forms.Form):
    """A later end and why."""

    use_required_attribute = False
    reason = reason_field()
    until = moment_field(_("Until when"))


class EndForm(forms.Form):
    """Why it ends."""

    use_required_attribute = False
    reason = reason_field()


class LevelForm(Worded):
    """What a level is called, what people are advised, and what it switches."""

    spoken = (
        ("name", _("Name of the level"), False, True),
        ("advice", _("Advice to everybody, a line each"), True, False),
    )

    def __init__(self, *args: Any, level: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if level != rules.USUAL:
            self.fields["factor"] = forms.DecimalField(
                label=_("Terms of incidents are multiplied by"), max_digits=4, decimal_places=2,
                help_text=_("Of what begins while it lasts: 0.5 is half the time, 2 is twice."),
                error_messages={"required": _("Write a number."), "invalid": _("Write a number.")},
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )  # fmt: skip
            self.fields["told"] = forms.MultipleChoiceField(
                label=_("Who is told by letter"), required=False,
                choices=list(ROLES.items()), widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
            lists = DutyList.objects.filter(until__isnull=True)
            self.fields["duty"] = forms.ChoiceField(
                label=_("Duty list that answers first"), required=False, error_messages=_CHOOSE,
                choices=[
                    ("", _("the usual lists")), *sorted((one.code, str(one)) for one in lists)
                ],
            )  # fmt: skip


class RuleForm(forms.Form):
    """From which tier on incidents are led."""

    use_required_attribute = False
    level = forms.TypedChoiceField(
        label=_("From level"), choices=[(n, str(n)) for n in rules.LEVELS[1:]], coerce=int
    )
    kind = forms.ChoiceField(label=_("Kind of incident"), required=False)
    severity = forms.TypedChoiceField(
        label=_("At least as grave as"), coerce=int, required=False, empty_value=None,
        choices=[
            ("", _("any")), (1, _("minor")), (2, _("moderate")), (3, _("severe")),
            (4, _("extreme")),
        ],
    )  # fmt: skip
    tier = forms.TypedChoiceField(
        label=_("Led by"), coerce=int, required=False, empty_value=None,
        choices=[
            (3, _("the city")), (2, _("the district")), ("", _("no rule: take it away")),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        rows = IncidentKind.objects.filter(until__isnull=True)
        kind.choices = [("", _("every kind")), *sorted((one.code, str(one)) for one in rows)]
