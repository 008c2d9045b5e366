"""Forms of the counter and of the count of paper."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.operations.putting_back import LEAST_WORDS, MOST_WORDS
from veche.city.ballots.queries.channels import SHORTEST_NAME
from veche.core.files.documents import MOST_BYTES, Document, DocumentTooLarge, clean
from veche.core.places.models import Territory
from veche.errors import Invalid
from veche.languages import here, said
from veche.look.fields import Worded


class FindForm(forms.Form):
    """Somebody at the counter is looked for on the roll."""

    said = forms.CharField(
        label=_("Name as in the document, or e-mail address"),
        min_length=SHORTEST_NAME,
        max_length=200,
        error_messages={"required": _("Type a name or an e-mail address.")},
    )


class BoothNamesForm(Worded):
    """Where a booth is, in three languages."""

    spoken = (("name", _("Where it is"), False, True),)

    @property
    def names(self) -> dict[str, str]:
        """What was said, by language."""
        return said(self.cleaned_data, "name")


class BoothForm(BoothNamesForm):
    """A place to vote in person is opened."""

    code = forms.CharField(
        label=_("Short code"),
        help_text=_("Small Latin letters, digits and hyphens: it is written on every pile."),
        max_length=20,
        error_messages={"required": _("Write a short code.")},
    )


class SeenForm(forms.Form):
    """The clerk says that they saw a document."""

    seen = forms.BooleanField(
        label=_("I have seen the person's document, and it is them"),
        error_messages={
            "required": _("Look at the person's document first, and say that you did.")
        },
    )


class PaperForm(SeenForm):
    """Somebody is given a paper at a booth."""

    booth = forms.ChoiceField(label=_("Booth"))

    def __init__(self, *args: Any, booths: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["booth"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = booths
        self.order_fields(["booth", "seen"])


class ReturnedForm(forms.Form):
    """The paper of somebody who was marked off by mistake is in hand."""

    returned = forms.BooleanField(
        label=_("I have the paper in hand; it is unmarked"),
        error_messages={"required": _("Take the paper back, unmarked, and say that you have it.")},
    )


class PutBackForm(ReturnedForm):
    """Why somebody is put back who was marked off for paper."""

    reason = forms.CharField(
        label=_("What went wrong, as everybody will read it; it names nobody"),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write the reason: everybody will read it.")},
    )


class BatchForm(forms.Form):
    """A pile is begun."""

    territory = forms.ChoiceField(label=_("Where the people of this pile are counted"))
    file = forms.FileField(
        label=_("Scan of the pile (PDF)"),
        required=False,
        help_text=_("Kept here; its SHA-256 goes into the log."),
    )
    scan = forms.CharField(
        label=_("SHA-256 of the scan"),
        required=False,
        max_length=80,
        help_text=_("Only where the scan is kept elsewhere."),
    )

    def __init__(self, *args: Any, places: list[Territory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["territory"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(place.code, here(place.names)) for place in places]

    def clean_file(self) -> Document | None:
        """The scan, looked at; nothing where none was given."""
        given: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if given is None:
            return None
        try:
            if (given.size or 0) > MOST_BYTES:
                raise DocumentTooLarge
            return clean(given.read(), given.name or "")
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class LinesForm(forms.Form):
    """The papers of a pile, a line for each."""

    lines = forms.CharField(
        label=_("One line for each paper, in the order of the pile"),
        widget=forms.Textarea(
            attrs={"rows": 14, "autocomplete": "off", "spellcheck": "false", "class": "lines"}
        ),
        max_length=60_000,
        strip=False,
        error_messages={"required": _("Type a line for each paper.")},
    )


class ReasonForm(forms.Form):
    """Why a batch is annulled; once the count is announced, also by which appeal."""

    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=600,
        help_text=_("Everybody can read it."),
        error_messages={"required": _("Write the reason: everybody will read it.")},
    )

    def __init__(self, *args: Any, appeals: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if appeals is not None:
            self.fields["appeal"] = forms.ChoiceField(
                label=_("The appeal that was decided so"),
                choices=[(number, number) for number in appeals],
            )
            self.order_fields(["appeal", "reason"])


class CodeForm(forms.Form):
    """The code from the counter, at the kiosk."""

    code = forms.CharField(
        label=_("Code from the counter"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "inputmode": "text",
                "autofocus": True,
            }
        ),
        error_messages={"required": _("Type the code from the counter.")},
    )
