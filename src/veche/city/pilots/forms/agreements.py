"""Forms of methodologies, agreements, signatures and authorities; they save nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.documents.render import chinese_font
from veche.city.pilots.rules import methodologies as rules
from veche.city.pilots.rules.methodologies import IndicatorGiven, MethodologyGiven
from veche.city.pilots.words import agreements as said
from veche.look.fields import LANGUAGE_WORDS, languages

SPARE = 2
"""Empty lines for indicators below those that are written."""
_CHOOSE = [("", _("Choose"))]


class NumberField(forms.CharField):
    """A number as people write it: 1 234,5 or 1234.5."""

    def to_python(self, value: Any) -> Any:
        """The number; None for nothing.

        Raises:
            django.core.exceptions.ValidationError: it is none.
        """
        text = re.sub(r"[\s\u00a0\u202f]", "", str(value or "")).replace(",", ".")
        text = text.replace("\u2212", "-")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise forms.ValidationError(_("Write a number, such as 3.5."))
        return number

    def prepare_value(self, value: Any) -> Any:
        """Without zeros that say nothing."""
        return f"{value:.12g}" if isinstance(value, float) else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """A phone offers its digits."""
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off"}

    def validate(self, value: Any) -> None:
        """Needed or not; 0 is a number."""
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """None of those for words."""


class IndicatorForm(forms.Form):
    """One line: what is measured, and from where on it is a success."""

    use_required_attribute = False
    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    name = forms.CharField(label=_("What is measured"), max_length=rules.MOST_NAME)
    unit = forms.CharField(
        label=_("Unit"), max_length=rules.MOST_UNIT, help_text=_("Such as g, m, minutes, %.")
    )
    measure = forms.ChoiceField(
        label=_("How it is counted"), choices=[*_CHOOSE, *said.MEASURES.items()]
    )
    baseline = NumberField(
        label=_("Without the solution"), required=False, help_text=_("As far as it is known.")
    )
    direction = forms.ChoiceField(
        label=_("Success is"), choices=[*_CHOOSE, *said.DIRECTIONS.items()]
    )
    threshold = NumberField(label=_("Threshold"))
    by_testers = forms.BooleanField(label=_("Residents who test are asked"), required=False)

    def given(self) -> IndicatorGiven:
        """As the rules read it."""
        return IndicatorGiven(**self.cleaned_data)


IndicatorSet = forms.formset_factory(
    IndicatorForm,
    extra=SPARE,
    max_num=rules.MOST_INDICATORS,
    absolute_max=rules.MOST_INDICATORS,
    validate_max=True,
)
"""All lines; one that nobody touched is none."""


def written(lines: Iterable[IndicatorForm]) -> tuple[IndicatorGiven, ...]:
    """The lines that are written, of a set that is valid."""
    return tuple(one.given() for one in lines if one.has_changed())


def _words(label: Any, hint: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea,
        min_length=rules.LEAST_TEXT,
        max_length=rules.MOST_TEXT,
    )


class MethodologyForm(forms.Form):
    """All of a methodology but its indicators."""

    use_required_attribute = False
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    hypotheses = forms.CharField(
        label=_("What is expected to become better"),
        help_text=_("One hypothesis on each line, ten at most."),
        widget=forms.Textarea,
        max_length=20_000,
    )
    sample = _words(_("Who and what is measured"), _("How many, where, and how they are found."))
    testers = forms.IntegerField(
        label=_("Residents who test"),
        min_value=0,
        max_value=rules.MOST_TESTERS,
        help_text=_("At least five where they are asked; fewer are never shown."),
    )
    days = forms.IntegerField(label=_("Days of the trial"), min_value=1, max_value=rules.MOST_DAYS)
    safety = _words(_("Safety"), _("What could happen, who stops the test, and when."))
    data_protection = _words(
        _("Personal data"), _("What is collected about whom, who sees it, when it is deleted.")
    )
    cost = forms.DecimalField(
        label=_("Expected cost for the city"),
        required=False,
        min_value=0,
        max_digits=16,
        decimal_places=2,
        localize=True,
        help_text=_("Leave it empty if the trial costs the city nothing."),
    )
    note = forms.CharField(
        label=_("What is different, and why"), required=False, max_length=rules.MOST_NOTE
    )

    def given(self, indicators: tuple[IndicatorGiven, ...]) -> MethodologyGiven:
        """As the rules read it."""
        data = self.cleaned_data
        lines = data["hypotheses"].splitlines()
        return MethodologyGiven(
            hypotheses=tuple(line.strip() for line in lines if line.strip()),
            indicators=indicators,
            sample=data["sample"],
            safety=data["safety"],
            data_protection=data["data_protection"],
            days=data["days"],
            testers=data["testers"],
            cost=data["cost"],
        )

    @staticmethod
    def of(given: MethodologyGiven | None, version: int) -> dict[str, Any]:
        """What the form shows of a version."""
        if given is None:
            return {"seen": 0, "testers": 0, "days": 60}
        return {
            "seen": version,
            "hypotheses": "\n".join(given.hypotheses),
            "sample": given.sample,
            "testers": given.testers,
            "days": given.days,
            "safety": given.safety,
            "data_protection": given.data_protection,
            "cost": given.cost,
        }


class DrawUpForm(forms.Form):
    """In which language the text is made."""

    use_required_attribute = False
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    language = forms.ChoiceField(label=_("Language of the text"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["language"]
        codes = [code for code in languages() if code != "zh" or chinese_font()]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(code, LANGUAGE_WORDS[code]) for code in codes]
        if not chinese_font():
            field.help_text = gettext(
                "This server has no Chinese font: the text is made in another language."
            )


class SignatureForm(forms.Form):
    """The signed file."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("The file with your signature"),
        allow_empty_file=True,
        help_text=_("The signed PDF, or the signature file beside it (.p7s, .sig, .sgn)."),
        error_messages={"required": _("Choose the file with your signature.")},
        widget=forms.FileInput(attrs={"accept": ".pdf,.p7s,.sig,.sgn,.p7m,.pem"}),
    )


class BecauseForm(forms.Form):
    """A reason that the parties read."""

    use_required_attribute = False
    because = forms.CharField(
        label=_("Why"), widget=forms.Textarea(attrs={"rows": 4}), min_length=5, max_length=500
    )


class AuthorityForm(forms.Form):
    """The certificate of an authority, and why the city trusts it."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("Certificate of the authority"),
        help_text=_("PEM or DER, such as root.crt. Compare its fingerprint with a printed one."),
        error_messages={"required": _("Choose the certificate.")},
    )
    because = forms.CharField(label=_("Why the city trusts it"), min_length=3, max_length=500)
