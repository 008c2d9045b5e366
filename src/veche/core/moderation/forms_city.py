"""Forms of what a city sets for moderation: limits and reasons; checked here, never saved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.core.moderation import limits, reasons

NUMBER = {"required": _("Write a number."), "invalid": _("Write a number.")}
WINDOWS = (
    (3_600, _("an hour")),
    (86_400, _("a day")),
    (3 * 86_400, _("three days")),
    (7 * 86_400, _("a week")),
)
USES = {
    reasons.REJECT: _("not publishing"),
    reasons.HIDE: _("hiding or taking away"),
    reasons.REDACT: _("hiding parts"),
    reasons.SPAM: _("taking away everything of one sender"),
}
"""What a reason may be given for."""
SCOPES = {
    limits.PERSON: _("one person"),
    limits.PLACE: _("one place"),
    limits.ADDRESS: _("one network"),
}


class LimitForm(forms.Form):
    """How much may be written."""

    use_required_attribute = False
    what = forms.ChoiceField(label=_("What is written"), required=False)
    scope = forms.ChoiceField(label=_("By or about"), choices=list(SCOPES.items()))
    most = forms.IntegerField(
        label=_("At most"), min_value=1, max_value=10_000, error_messages=NUMBER
    )
    seconds = forms.TypedChoiceField(label=_("within"), choices=WINDOWS, coerce=int, initial=86_400)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = list(limits.titles().items())


class ReasonForm(forms.Form):
    """A reason, in three languages."""

    use_required_attribute = False
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Small Latin letters and hyphens; it never changes."),
        error_messages={"required": _("Write a code."), "invalid": _("Write a code.")},
    )
    name_en = forms.CharField(label=_("A few words, in English"), max_length=120)
    name_ru = forms.CharField(label=_("A few words, in Russian"), max_length=120)
    name_zh = forms.CharField(label=_("A few words, in Chinese"), max_length=120)
    told_en = forms.CharField(label=_("What the author is told, in English"), max_length=400)
    told_ru = forms.CharField(label=_("What the author is told, in Russian"), max_length=400)
    told_zh = forms.CharField(label=_("What the author is told, in Chinese"), max_length=400)
    used_for = forms.MultipleChoiceField(
        label=_("It may be given for"),
        choices=list(USES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )
    rule = forms.CharField(
        label=_("Address of the rule"),
        required=False,
        max_length=240,
        help_text=_("A page of this site, or one that begins with https://"),
    )

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        """``known``: its code stands already and is not asked for."""
        super().__init__(*args, **kwargs)
        if known:
            del self.fields["code"]
        for name, field in self.fields.items():
            if name.startswith(("name_", "told_")):
                field.error_messages["required"] = _("Write it in all three languages.")

    def step(self) -> dict[str, Any]:
        """The arguments of the operation, besides who, when and which code."""
        data = self.cleaned_data
        return {
            "names": {code: data[f"name_{code}"].strip() for code in ("en", "ru", "zh")},
            "sentences": {code: data[f"told_{code}"].strip() for code in ("en", "ru", "zh")},
            "used_for": data["used_for"],
            "rule": data["rule"].strip(),
        }
