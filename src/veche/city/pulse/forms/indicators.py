"""The form of an indicator's limits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pulse import rules
from veche.city.pulse.models import Indicator
from veche.core.organisations.choices import offices

LEVEL_WORDS = {"watch": _("to be watched"), "warning": _("warning"), "critical": _("critical")}
_NUMBER = {"required": _("Write a number."), "invalid": _("Write a number.")}


def _limit(label: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label, required=False, error_messages=_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


class LimitsForm(forms.Form):
    """Limits, season, hold, owner; what is left empty is no limit."""

    use_required_attribute = False
    margin = forms.FloatField(
        label=_("Margin: how far back behind a limit a value must be to count as returned"),
        min_value=0, error_messages=_NUMBER,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    hold_samples = forms.IntegerField(
        label=_("Values in a row that must be beyond a limit"), min_value=1, max_value=100,
        error_messages=_NUMBER,
    )  # fmt: skip
    hold_minutes = forms.IntegerField(
        label=_("Minutes for which a limit must be crossed"), min_value=0, max_value=1440,
        error_messages=_NUMBER,
    )  # fmt: skip
    owner = forms.ChoiceField(label=_("Who answers"), required=False)
    public = forms.BooleanField(label=_("Everybody sees it"), required=False)
    active = forms.BooleanField(label=_("It is reckoned"), required=False)

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        for side, word in (("high", _("From above")), ("low", _("From below"))):
            for level in rules.LEVELS:
                self.fields[f"{side}_{level}"] = _limit(f"{word}: {LEVEL_WORDS[level]}")
        usual = _("Standard deviations from what is usual")
        for level in rules.LEVELS:
            self.fields[f"season_{level}"] = _limit(f"{usual}: {LEVEL_WORDS[level]}")
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [("", _("Nobody")), *offices()]

    @classmethod
    def first(cls, indicator: Indicator) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        found: dict[str, Any] = {
            "margin": indicator.margin,
            "hold_samples": indicator.hold_samples,
            "hold_minutes": indicator.hold_seconds // 60,
            "owner": indicator.owner.code if indicator.owner else "",
            "public": indicator.public,
            "active": indicator.active,
        }
        for side in ("high", "low"):
            three = (indicator.limits or {}).get(side) or [None] * 3
            found |= {f"{side}_{level}": v for level, v in zip(rules.LEVELS, three, strict=True)}
        for level in rules.LEVELS:
            found[f"season_{level}"] = (indicator.season or {}).get(level)
        return found

    def three(self, side: str) -> list[float | None]:
        """The limits of one side, as they were typed."""
        return [self.cleaned_data.get(f"{side}_{level}") for level in rules.LEVELS]

    def fields_of(self, side: str) -> list[forms.BoundField]:
        """The fields of one side."""
        return [self[f"{side}_{level}"] for level in rules.LEVELS]

    @property
    def highs(self) -> list[forms.BoundField]:
        """Limits from above."""
        return self.fields_of("high")

    @property
    def lows(self) -> list[forms.BoundField]:
        """Limits from below."""
        return self.fields_of("low")

    @property
    def seasons(self) -> list[forms.BoundField]:
        """Limits of the season."""
        return self.fields_of("season")
