"""Forms of documents of contracts; they save nothing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.forms.applications import PaperField
from veche.city.pilots.forms.evaluations import words_field
from veche.city.pilots.operations.contract_documents import (
    LONGEST_TITLE,
    LONGEST_WHY,
    SHORTEST_TITLE,
)
from veche.city.pilots.rules import evaluations as rules
from veche.city.pilots.words import evaluations as said


class DocumentForm(forms.Form):
    """A file, what it is, and whether everybody reads it."""

    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    file = PaperField(
        label=_("The document"),
        help_text=_("PDF, text, or a document or table of an office without macros; up to 10 MB."),
    )
    kind = forms.ChoiceField(
        label=_("What the document is"),
        choices=[("", _("Choose")), *said.DOCUMENTS.items()],
        error_messages={"required": _("Choose what it is.")},
    )
    title = forms.CharField(
        label=_("Title"), min_length=SHORTEST_TITLE, max_length=LONGEST_TITLE,
        error_messages={"required": _("Write a title.")},
    )  # fmt: skip
    public = forms.BooleanField(
        label=_("Everybody can read it"), required=False,
        help_text=_(
            "Without the tick the agency, the department and the company read it. It cannot be"
            " changed later: look that a public one holds no personal data and no secret."
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = True  # asked for below, in words

    def clean(self) -> dict[str, Any]:
        """There is a file."""
        values = super().clean() or self.cleaned_data
        if values.get("file") is None and "file" not in self.errors:
            self.add_error("file", _("Choose a file."))
        return values

    def step(self) -> dict[str, Any]:
        """As the operation takes it."""
        values = dict(self.cleaned_data)
        return {"document": values.pop("file"), **values}


class TakeOffForm(forms.Form):
    """Why a document is taken off."""

    use_required_attribute = False
    because = words_field(_("Why"), least=rules.SHORTEST_WHY, most=LONGEST_WHY)

    def step(self) -> dict[str, Any]:
        """The reason."""
        return dict(self.cleaned_data)
