"""Forms of panels; they save nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.operations import panels
from veche.city.pilots.words.panels import CHOICES
from veche.core.people.models import Person
from veche.look.fields import Worded, moment_field


class PanelForm(Worded):
    """When a panel meets, and who sits."""

    spoken = (("titles", _("Title"), False, True),)
    meets_at = moment_field(_("When it meets"))
    quorum = forms.IntegerField(
        label=_("Quorum"), min_value=1, max_value=50,
        help_text=_("So many members must vote on an application; who stepped aside from it does"
                    " not count."),
    )  # fmt: skip
    members = forms.MultipleChoiceField(
        label=_("Members"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose the members.")},
    )
    chair = forms.ChoiceField(
        label=_("Who chairs"), error_messages={"required": _("Choose who chairs.")}
    )

    def __init__(self, *args: Any, panellists: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.pk): one for one in panellists}
        rows = [(pk, str(one)) for pk, one in self.people.items()]
        for name, choices in (("members", rows), ("chair", [("", "—"), *rows])):
            one = self.fields[name]
            assert isinstance(one, forms.ChoiceField)
            one.choices = choices


class VoteForm(forms.Form):
    """A vote on one item."""

    use_required_attribute = False
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=list(CHOICES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Vote for, against, or abstain.")},
    )
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=500,
        help_text=_("The other members and the agency read it."),
    )  # fmt: skip


class AsideForm(forms.Form):
    """A member steps aside."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Why you step aside"), min_length=5, max_length=500,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )  # fmt: skip


class DecideForm(forms.Form):
    """The reason of a decision."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("The reason"),
        widget=forms.Textarea,
        min_length=panels.SHORTEST,
        max_length=panels.LONGEST,
        help_text=_("Of what is chosen or declined it is public."),
        error_messages={"required": _("Give the reason: everybody will read it.")},
    )


class MinutesForm(forms.Form):
    """The minutes that the chair signs."""

    use_required_attribute = False
    minutes = forms.CharField(
        label=_("Minutes of the panel"),
        widget=forms.Textarea,
        min_length=20,
        max_length=20_000,
        help_text=_("Everybody reads them: name nothing that was put off."),
        error_messages={"required": _("Write the minutes.")},
    )
