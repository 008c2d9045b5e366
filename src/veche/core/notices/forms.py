"""The forms of notices; they check and never save."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.core.notices import matters
from veche.core.notices.models import Reader
from veche.core.notices.rules import AT_ONCE, CALLS, CHANNELS, DANGER, TOPICS, pace
from veche.core.notices.words import PACE_WORDS, TOPIC_WORDS
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.languages import here

RADII = (300, 500, 1000, 2000, 5000)
_DAY = [(f"{hour:02}:00", f"{hour:02}:00") for hour in range(24)]


class WaysForm(forms.Form):
    """How and when a reader is told: a row for each topic, and the quiet hours. ``called`` is
    whether they hold a role, so that something may call them to act."""

    quiet_from = forms.ChoiceField(
        label=_("Nothing is sent from"), required=False, choices=[("", _("no quiet hours")), *_DAY]
    )
    quiet_until = forms.ChoiceField(
        label=_("until"), required=False, choices=[("", "—"), *_DAY],
        help_text=_("By the city's clock. What happens meanwhile comes when they end."),
    )  # fmt: skip

    sure = forms.BooleanField(
        label=_("I know that I will not be woken or written to even when life is in danger here"),
        required=False,
    )

    def __init__(
        self, *args: Any, reader: Reader | None, called: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.before = ways = reader.ways if reader else {}
        self.topics = [one for one in TOPICS if called or one not in CALLS]
        for channel in CHANNELS:
            paces = PACE_WORDS if channel == "mail" else {k: PACE_WORDS[k] for k in ("now", "none")}
            for topic in self.topics:
                known = {k: PACE_WORDS[k] for k in ("now", "none")} if topic in AT_ONCE else paces
                self.fields[f"{channel}_{topic}"] = forms.ChoiceField(
                    label=TOPIC_WORDS[topic],
                    choices=list(known.items()),
                    initial=pace(ways, channel, topic),
                )
        for name, value in (
            ("quiet_from", reader.quiet_from if reader else None),
            ("quiet_until", reader.quiet_until if reader else None),
        ):
            self.fields[name].initial = value.strftime("%H:%M") if value else ""

        self.fields["sure"].initial = reader is not None and self._silent(
            pace(ways, "mail", DANGER), pace(ways, "push", DANGER)
        )

    @staticmethod
    def _silent(*paces: str) -> bool:
        return "none" in paces

    def clean(self) -> dict[str, Any]:
        """Nobody stops what is said of a danger to life by the way."""
        cleaned = super().clean() or self.cleaned_data
        chosen = [cleaned.get(f"{channel}_{DANGER}", "now") for channel in CHANNELS]
        if self._silent(*chosen) and not cleaned.get("sure"):
            self.add_error(
                "sure", _("Say that you know it, or leave “at once” where life is in danger.")
            )
        return cleaned

    def rows(self, channel: str) -> list[forms.BoundField]:
        """The fields of one channel."""
        return [self[f"{channel}_{topic}"] for topic in self.topics]

    @property
    def mail_rows(self) -> list[forms.BoundField]:
        """The fields of e-mail."""
        return self.rows("mail")

    @property
    def push_rows(self) -> list[forms.BoundField]:
        """The fields of the devices."""
        return self.rows("push")

    def ways(self) -> dict[str, dict[str, str]]:
        """What was chosen, as a reader keeps it."""
        return {
            channel: {
                **(self.before.get(channel) or {}),
                **{topic: self.cleaned_data[f"{channel}_{topic}"] for topic in self.topics},
            }
            for channel in CHANNELS
        }

    def quiet(self) -> tuple[dt.time, dt.time] | None:
        """The quiet hours; None for none."""
        begin, end = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_until"]
        if not begin or not end or begin == end:
            return None
        return dt.time.fromisoformat(begin), dt.time.fromisoformat(end)


def _places(places: Atlas) -> list[tuple[Any, Any]]:
    home = places.home()
    if home is None:
        return []
    rows: list[tuple[Any, Any]] = [(home.code, here(home.names))]
    for district in places.children(home):
        inside: list[Territory] = [district, *places.children(district)]
        rows.append((here(district.names), [(one.code, here(one.names)) for one in inside]))
    return rows


def _themes() -> list[tuple[Any, Any]]:
    known = matters.themes()
    rows: list[tuple[Any, Any]] = [("", _("anything"))]
    for group in [one for one in known if not one.group]:
        below = [one for one in known if one.group == group.code]
        if below:
            inside = [(one.code, here(one.names)) for one in [group, *below]]
            rows.append((here(group.names), inside))
        else:
            rows.append((group.code, here(group.names)))
    return rows


class SubscribeForm(forms.Form):
    """What somebody wants to hear of, and where to write to who has no account."""

    theme = forms.ChoiceField(label=_("What about"), required=False)
    place = forms.ChoiceField(label=_("Where"), required=False)
    street = forms.CharField(
        label=_("Only this street"), required=False, max_length=120,
        help_text=_("The name without a house number. The city is the one chosen above."),
    )  # fmt: skip
    radius = forms.TypedChoiceField(
        label=_("Only around this point"), required=False, coerce=int, empty_value=None,
        choices=[("", _("no: the whole place")), *((r, f"{r} m") for r in RADII)],
    )  # fmt: skip
    longitude = forms.FloatField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )
    case = forms.SlugField(required=False, max_length=20, widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("E-mail"), required=False, max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send one letter there and ask you to confirm."),
        error_messages={
            "invalid": _("This is not an e-mail address. It looks like this: name@example.org.")
        },
    )  # fmt: skip

    def __init__(self, *args: Any, places: Atlas, needs_email: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose = self.fields["place"]
        assert isinstance(choose, forms.ChoiceField)
        choose.choices = _places(places)
        theme = self.fields["theme"]
        assert isinstance(theme, forms.ChoiceField)
        theme.choices = _themes()
        if needs_email:
            self.fields["email"].required = True
            self.fields["email"].error_messages["required"] = _("Write your e-mail address.")
        else:
            del self.fields["email"]
