"""Forms by which a vote is drafted: they check what was typed and save nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.rules import OLDEST
from veche.city.ballots.vote.config import GRAINS, LEVELS, LIVE_MODES, WAYS
from veche.city.ballots.words import CHANNELS, LEVELS_NEEDED
from veche.core.organisations.models import PeopleList
from veche.languages import said
from veche.look.fields import Worded, languages, moment_field

LEVEL_WORDS = {
    "audited": _(
        "Audited vote: every ballot is a line of a public log, and anybody can count again. For"
        " what the city promises to follow."
    ),
    "open": _("Open poll: quick and easy, counted in sums. For asking what people think."),
}
LIVE_WORDS = {
    "live": _("Everybody sees the count while people vote"),
    "after-own-vote": _("Only who has voted sees it before the close"),
    "turnout": _("Only how many have voted is shown before the close"),
}
GRAIN_WORDS = {
    "city": _("the whole city"),
    "district": _("the district"),
    "neighbourhood": _("the neighbourhood"),
}
MOST_DAYS = 60
"""Days a vote may be open."""


class _Day(forms.DateInput):
    input_type = "date"


class VoteForm(Worded):
    """The vote as a whole: what, when, for whom, how."""

    spoken = (
        ("title", _("Title"), False, True),
        ("text", _("What it is about"), True, False),
        ("reason", _("Why the count is not shown"), False, False),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    territory = forms.ChoiceField(
        label=_("Whose people may vote"), error_messages={"required": _("Choose a territory.")}
    )
    opens = moment_field(_("Opens"))
    closes = moment_field(_("Closes"))
    level = forms.ChoiceField(
        label=_("How sure the count is"),
        widget=forms.RadioSelect,
        choices=[(code, LEVEL_WORDS[code]) for code in reversed(LEVELS)],
        error_messages={"required": _("Choose one.")},
    )
    live = forms.ChoiceField(
        label=_("The count while people vote"),
        widget=forms.RadioSelect,
        choices=[(code, LIVE_WORDS[code]) for code in LIVE_MODES],
        error_messages={"required": _("Choose one.")},
    )
    change = forms.BooleanField(
        label=_("A vote can be changed until the close; the last one counts"), required=False
    )
    channels = forms.MultipleChoiceField(
        label=_("How one can vote"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(way, CHANNELS[way]) for way in WAYS],
        error_messages={"required": _("Choose at least one way.")},
    )
    grain = forms.ChoiceField(
        label=_("The finest place a ballot tells"),
        help_text=_("The coarser, the better is the voter hidden among others."),
        choices=[(code, GRAIN_WORDS[code]) for code in GRAINS],
    )
    known = forms.ChoiceField(
        label=_("How well the city must know them"),
        choices=[(code, LEVELS_NEEDED[code]) for code in ("resident", "identified", "email")],
    )
    least = forms.IntegerField(
        label=_("Youngest age"), required=False, min_value=0, max_value=OLDEST
    )
    most = forms.IntegerField(
        label=_("Greatest age"), required=False, min_value=0, max_value=OLDEST
    )
    on = forms.DateField(
        label=_("Age on the day"),
        required=False,
        widget=_Day(format="%Y-%m-%d"),
        help_text=_("Left empty: on the day the vote opens."),
    )
    lists = forms.MultipleChoiceField(
        label=_("Only people on these lists"), required=False, widget=forms.CheckboxSelectMultiple
    )
    came = forms.BooleanField(
        label=_("Whoever confirms an e-mail address may vote too, without an account"),
        required=False,
        help_text=_("In an open poll only."),
    )

    def __init__(
        self,
        *args: Any,
        territories: Sequence[tuple[str, str]],
        now: dt.datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        places, lists = self.fields["territory"], self.fields["lists"]
        assert isinstance(places, forms.ChoiceField) and isinstance(lists, forms.ChoiceField)
        places.choices = list(territories)
        lists.choices = [(row.code, str(row)) for row in PeopleList.objects.order_by("code")]

    def clean(self) -> dict[str, Any]:
        """What no vote can be held by."""
        values = super().clean()
        opens, closes = values.get("opens"), values.get("closes")
        if opens and opens <= self.now:
            self.add_error("opens", _("Choose a moment that is still to come."))
        if opens and closes and closes <= opens:
            self.add_error("closes", _("A vote closes after it opens."))
        elif opens and closes and closes - opens > dt.timedelta(days=MOST_DAYS):
            self.add_error("closes", _("A vote is open for at most 60 days."))
        if values.get("live") not in (None, "live") and not said(values, "reason"):
            first = languages()[0]
            self.add_error(f"reason_{first}", _("Say why people may not see the count."))
        least, most = values.get("least"), values.get("most")
        if least is not None and most is not None and most < least:
            self.add_error("most", _("The greatest age is below the youngest."))
        if values.get("came") and values.get("level") != "open":
            self.add_error("came", _("An audited vote takes only those on its roll."))
        return values
