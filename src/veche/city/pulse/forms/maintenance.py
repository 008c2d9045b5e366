"""The form of planned work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.pulse.models import Source, Thing
from veche.core.organisations.choices import territories
from veche.languages import here
from veche.look.fields import moment_field


class WorkForm(forms.Form):
    """What is worked on, from when until when, and why."""

    use_required_attribute = False

    def __init__(self, *args: Any, thing: Thing | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thing = thing
        if thing is None:
            self.fields["place"] = forms.ChoiceField(
                label=_("In which place"), required=False,
                choices=[("", _("no whole place")), *territories(city=True)],
            )  # fmt: skip
            sources = Source.objects.exclude(state=Source.State.OFF).order_by("code")
            self.fields["source"] = forms.ChoiceField(
                label=_("Or on which data source"), required=False,
                choices=[("", _("no whole source")), *((s.code, here(s.names)) for s in sources)],
                help_text=_("For a single device begin on the page of one of its alarms."),
            )  # fmt: skip
        self.fields["since"] = moment_field(_("From when on"))
        self.fields["until"] = moment_field(_("Until when"))
        self.fields["why"] = forms.CharField(
            label=_("What is done"), max_length=500,
            error_messages={"required": _("Say what is done there.")},
        )  # fmt: skip
