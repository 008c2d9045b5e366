"""Form fields for files: chosen ones, and photographs of which what comes out is clean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from veche.core.files.photographs import MOST_BYTES, Photograph, PhotographTooLarge, clean
from veche.errors import Refused


class FilesInput(forms.ClearableFileInput):
    """Several files at once; nothing of a former choice is shown."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"

    def value_from_datadict(
        self, data: Any, files: MultiValueDict[str, UploadedFile[bytes]], name: str
    ) -> list[UploadedFile[bytes]]:
        """All files of the field."""
        return files.getlist(name) if files else []


class FilesField(forms.Field):
    """Chosen files; whoever keeps them looks at what they hold."""

    widget = FilesInput

    def clean(self, value: Any) -> Any:
        """The files, as a list; nothing chosen is an empty list."""
        return [one for one in (value if isinstance(value, list) else [value]) if one]


class PhotographsField(forms.FileField):
    """Some photographs, at most ``most``; its value is a list of `Photograph`."""

    widget = FilesInput

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.most = most

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The photographs, checked and stripped.

        Raises:
            ValidationError: too many, or one that cannot be read; it names the file.
        """
        sent: Sequence[UploadedFile[bytes]] = data if isinstance(data, list | tuple) else [data]
        sent = [one for one in sent if one]
        if self.required and not sent:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(sent) > self.most:
            raise forms.ValidationError(
                gettext("Send at most {most} photographs.").format(most=self.most)
            )
        return [_cleaned(one) for one in sent]


def _cleaned(upload: UploadedFile[bytes]) -> Photograph:
    try:
        if (upload.size or 0) > MOST_BYTES:
            raise PhotographTooLarge
        return clean(upload.read())
    except Refused as refusal:
        sentence = gettext("{name}: {why}").format(name=upload.name, why=refusal)
        raise forms.ValidationError(sentence) from refusal
