"""Forms about rolls: a request, and the lists that offices keep."""

from __future__ import annotations

import csv
import io
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.rules import LEAST_WORDS, MOST_WORDS
from veche.look.fields import Worded

MOST_ROWS = 200_000
MOST_BYTES = 16 * 1024 * 1024


class RequestForm(forms.Form):
    """Why somebody belongs on a roll."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("Why you belong on the roll"),
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        help_text=_("Only the voting commission reads it."),
        error_messages={"required": _("Write why you belong on the roll.")},
    )


class ListForm(Worded):
    """A new list of people."""

    spoken = (("names", _("Name of the list"), False, True),)
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens: teachers"),
        error_messages={"required": _("Write a code.")},
    )
    keeper = forms.ChoiceField(
        label=_("Office that keeps it"), error_messages={"required": _("Choose an office.")}
    )

    def __init__(self, *args: Any, offices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["keeper"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = offices


class MembersForm(forms.Form):
    """Who stands on a list: a table file with one e-mail address in each row."""

    use_required_attribute = False
    table = forms.FileField(
        label=_("Table file (CSV)"),
        help_text=_(
            "One e-mail address in a row, in any column. Who is not in it leaves the list."
        ),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
        },
    )

    def clean_table(self) -> list[str]:
        """The addresses, row by row; a row without one is kept as it stands, to be told."""
        sent: Any = self.cleaned_data["table"]
        if (sent.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 16 MB."))
        try:
            text = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise forms.ValidationError(_("The file is not in UTF-8.")) from fault
        rows = []
        cut = ";" if text.partition("\n")[0].count(";") else ","
        try:
            for row in csv.reader(io.StringIO(text), delimiter=cut):
                cells = [cell.strip() for cell in row]
                rows.append(next((c for c in cells if "@" in c), cut.join(cells))[:254])
        except csv.Error as fault:
            raise forms.ValidationError(_("The file cannot be read as a table.")) from fault
        if len(rows) > MOST_ROWS:
            raise forms.ValidationError(_("The file has more than 200,000 rows."))
        if rows and "@" not in rows[0]:
            rows[0] = ""  # the names of the columns
        if not any("@" in row for row in rows):
            raise forms.ValidationError(_("No e-mail address stands in the file."))
        return rows
