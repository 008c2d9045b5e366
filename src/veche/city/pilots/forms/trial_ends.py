"""Forms of how long a trial goes on: it ends, goes on longer, or loses its site."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.forms.evaluations import day_field
from veche.city.pilots.forms.trials import TrialForm, why_field
from veche.city.pilots.operations.trials import booked_until, last_day_of
from veche.look.words import day


class EndForm(TrialForm):
    """What ended it, where it ends before its day."""

    because = why_field(_("Why it ends now"), required=False)

    def begin(self) -> None:
        """Before its day a reason is needed."""
        if self.trial is not None and self.at is not None and self.at < self.trial.ends_at:
            self.fields["because"].required = True

    def step(self) -> dict[str, Any]:
        """The reason."""
        return {"because": self.cleaned_data["because"]}


class ProlongForm(TrialForm):
    """Until which day a trial goes on, and why."""

    last_day = day_field(_("Last day"))
    because = why_field(_("Why it goes on longer"))

    def begin(self) -> None:
        """Up to which day the site is booked."""
        booked = self.trial and booked_until(self.trial)
        if booked:
            until = day(last_day_of(booked), "year")
            self.fields["last_day"].help_text = gettext("The site is booked until {day}.").format(
                day=until
            )

    def step(self) -> dict[str, Any]:
        """The day and the reason."""
        return {"last": self.cleaned_data["last_day"], "because": self.cleaned_data["because"]}


class LoseSiteForm(TrialForm):
    """Why the site cannot be used any more."""

    because = why_field(_("Why the site cannot be used any more"))

    def step(self) -> dict[str, Any]:
        """The reason."""
        return {"because": self.cleaned_data["because"]}
