"""Words that everybody will read are looked at once before they are sent.

A form that mixes `Pointed` in is not valid while its words hold something that tells a private
person and nobody has looked at them as they stand: the page comes back with the marks, and the
second send of the same words is the confirmation. It works in every page that draws the form's
hidden fields and ``moderation/parts/pointed.html`` above them, for one matter as for many.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from veche.core.moderation.preview import LOOKED, Preview, carry_out, pressed
from veche.look import words as look_words


class Pointed(forms.Form):
    """Mix it in before the form: its field ``public_words`` is looked at before it is sent."""

    looked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    public_words = "text"
    """The field that everybody will read."""
    pointed: Preview | None = None
    """What was found, for the page that comes back; None where nothing was."""
    pointed_template = "moderation/parts/pointed.html"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hidden = False
        if self.is_bound and isinstance(self.data, QueryDict) and pressed(self.data):
            data = self.data.copy()
            carry_out(data, [self.public_words])
            self.data, self._hidden = data, True

    def read_by_all(self) -> bool:
        """Whether everybody will read the words; a form with a choice says it here."""
        return True

    def clean(self) -> dict[str, Any]:
        """Words in which something was found are sent once they were looked at as they stand."""
        cleaned = super().clean() or self.cleaned_data
        text = str(cleaned.get(self.public_words) or "")
        if not text or not self.read_by_all():
            return cleaned
        label = self.fields[self.public_words].label or ""
        preview = Preview.of({self.public_words: (label, text)})
        if preview.found:
            self.pointed = preview
        if self._hidden:
            self.add_error(
                self.public_words, _("Hidden as you asked. Read it once more, then send it.")
            )
        elif preview.found and not preview.looked(cleaned) and not self._only_looks():
            what = ", ".join(dict.fromkeys(piece.text for piece in preview.fields[0].found))
            self.add_error(
                self.public_words,
                ngettext(
                    "Everybody will read it, and {n} place in it may tell a private person: {what}."
                    " Change it, or send it once more as it is.",
                    "Everybody will read it, and {n} places in it may tell private persons: {what}."
                    " Change it, or send it once more as it is.",
                    preview.found,
                ).format(n=look_words.number(preview.found), what=what),
            )
        self._remember(preview.mark)
        return cleaned

    def _only_looks(self) -> bool:
        """Whether a look was asked for, not the step."""
        return "preview" in self.data or self.data.get("do") == "look"

    def _remember(self, mark: str) -> None:
        """The page that comes back says that these words were looked at."""
        data = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
        data[self.add_prefix(LOOKED)] = mark
        self.data = data
