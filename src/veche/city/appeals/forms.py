"""Forms of letters and corrections: what is typed is checked and kept, never saved here."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from veche.city.appeals import rules, words
from veche.city.appeals.models import Correction
from veche.city.appeals.queries.lists import topics
from veche.core.files.fields import FilesField
from veche.core.organisations.choices import offices
from veche.core.organisations.models import Organisation
from veche.core.places.models import ObjectKind
from veche.core.places.queries import Atlas
from veche.core.places.queries.objects import kinds


class LetterForm(forms.Form):
    """A letter, a question or thanks."""

    use_required_attribute = False

    submission = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What do you want to write?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you want to write.")},
    )
    topic = forms.ChoiceField(
        label=_("What is it about?"),
        error_messages={
            "required": _("Choose what it is about."),
            "invalid_choice": _("There is no such topic. Choose one from the list."),
        },
    )
    office = forms.ChoiceField(
        label=_("To which office?"),
        required=False,
        help_text=_("You need not know: whoever answers for the topic gets it."),
    )
    district = forms.ChoiceField(label=_("Your district, if it matters"), required=False)
    title = forms.CharField(
        label=_("In a few words"),
        min_length=rules.SHORTEST_TITLE,
        max_length=rules.LONGEST_TITLE,
        error_messages={"required": _("Say in a few words what it is about.")},
    )
    text = forms.CharField(
        label=_("Your words"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_TEXT,
        error_messages={"required": _("Write what you want to say.")},
    )
    enclosures = FilesField(
        label=_("Photographs and documents"),
        required=False,
        help_text=_(
            "At most 5: photographs, PDF, text, documents and tables without macros, 10 MB each."
            " Everybody sees the photographs of a letter that everybody may read; documents are"
            " opened by the office and moderators only."
        ),
    )
    public = forms.ChoiceField(
        label=_("Who may read it?"),
        widget=forms.RadioSelect,
        choices=[
            ("yes", _("Everybody: others learn from the answer. Your name is not shown.")),
            ("no", _("Only the office and I. It is counted, its words are shown to nobody else.")),
        ],
        error_messages={"required": _("Choose who may read it.")},
    )

    tell = forms.BooleanField(
        label=_("Write to me when there is an answer"),
        required=False,
        help_text=format_lazy(
            _(
                "Your address is kept for this alone and deleted with that letter, at the latest"
                " after {days} days. You can delete it sooner on the page of your letter."
            ),
            days=rules.ADDRESS_DAYS,
        ),
    )

    def __init__(self, *args: Any, places: Atlas, visitor: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not visitor:  # who has an account is told by notices
            del self.fields["tell"]
        self._choices("kind", [(k, f"{w}. {words.KIND_SENTENCES[k]}")
                               for k, w in words.KINDS.items()])  # fmt: skip
        self._choices("topic", [("", _("Choose what it is about"))]
                      + [(t.code, str(t)) for t in topics()])  # fmt: skip
        self._choices("office", [("", _("Whoever answers for it")), *offices()])
        home = places.home()
        districts = places.children(home) if home else []
        self._choices("district", [("", _("The whole city"))]
                      + [(t.code, str(t)) for t in districts])  # fmt: skip
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4())

    def _choices(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_submission(self) -> Any:
        """A number that was tampered with is a form of its own."""
        return self.cleaned_data.get("submission") or uuid.uuid4()

    def office_chosen(self) -> Organisation | None:
        """The office the author chose."""
        code = self.cleaned_data.get("office")
        return Organisation.objects.filter(code=code).first() if code else None


class RatingForm(forms.Form):
    """Does the answer help?"""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    satisfaction = forms.ChoiceField(
        label=_("Does the answer help?"),
        widget=forms.RadioSelect,
        choices=[("yes", _("yes")), ("partly", _("in part")), ("no", _("no"))],
        error_messages={"required": _("Choose whether the answer helps.")},
    )
    text = forms.CharField(
        label=_("A word to the office"),
        required=False,
        widget=forms.Textarea,
        max_length=rules.LONGEST_REASON,
    )


class CorrectionForm(forms.Form):
    """What the registry says wrongly, and what is so."""

    use_required_attribute = False

    submission = forms.UUIDField(widget=forms.HiddenInput)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-180,
                                 max_value=180)  # fmt: skip
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-90,
                                max_value=90)  # fmt: skip
    what = forms.ChoiceField(widget=forms.HiddenInput, choices=Correction.What.choices)
    kind = forms.ChoiceField(
        label=_("What kind of thing?"),
        error_messages={"required": _("Choose what kind of thing it is.")},
    )
    owner = forms.ChoiceField(label=_("Whose is it?"), required=False)
    note = forms.CharField(
        label=_("How do you know?"),
        required=False,
        widget=forms.Textarea,
        max_length=rules.LONGEST_NOTE,
        help_text=_("Everybody can read it once the correction is accepted."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, owner = self.fields["kind"], self.fields["owner"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(owner, forms.ChoiceField)
        kind.choices = [("", _("Choose a kind")), *((k.code, str(k)) for k in kinds())]
        owners = Organisation.objects.filter(imported=False)
        owner.choices = [
            ("", _("I do not know")),
            *sorted(((o.code, str(o)) for o in owners), key=lambda row: row[1]),
        ]
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4())

    def kind_chosen(self) -> ObjectKind:
        """The kind of the thing."""
        return ObjectKind.objects.get(code=self.cleaned_data["kind"])

    def owner_chosen(self) -> Organisation | None:
        """Whose it is said to be."""
        code = self.cleaned_data.get("owner")
        return Organisation.objects.filter(code=code).first() if code else None
