"""The form of a photograph of a site; it saves nothing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from veche.core.files.fields import PhotographsField
from veche.languages import said
from veche.look.fields import Worded


class PhotographForm(Worded):
    """A picture, and what is to be seen on it, in at least one language."""

    spoken = (("words", _("What is to be seen"), False, True),)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["photograph"] = PhotographsField(
            most=1, required=True, label=_("A photograph"),
            help_text=_(
                "JPEG, PNG or WebP, up to 20 MB. Place and device are removed. Everybody can see"
                " it: take one without people."
            ),
            error_messages={"required": _("Choose a photograph.")},
        )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """As the operation takes it."""
        values = self.cleaned_data
        return {"photograph": values["photograph"][0], "words": said(values, "words")}
