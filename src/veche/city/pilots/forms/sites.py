"""Forms of sites, windows, needs and matching; they save nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.operations.matching import NeedsGiven
from veche.city.pilots.operations.sites import SiteGiven
from veche.city.pilots.rules import sites as rules
from veche.city.pilots.words import sites as words
from veche.core.organisations.choices import territories
from veche.languages import said
from veche.look.fields import Worded

if TYPE_CHECKING:
    from veche.city.pilots.models import Site, SiteNeeds
    from veche.core.organisations.models import Organisation
    from veche.core.places.models import Territory
    from veche.core.places.queries import Atlas

YES = [one for one in rules.OFFERED if not one.number]
NUMBERS = [one for one in rules.OFFERED if one.number]
NEAR = [group for group in rules.GROUPS if group != "everybody"]


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Write the day as 2026-12-31."),
        },
        **more,
    )


def _number(label: Any, help_text: Any = "") -> forms.FloatField:
    return forms.FloatField(
        label=label, required=False, min_value=0, max_value=rules.MOST_NUMBER,
        help_text=help_text, error_messages={"invalid": _("Write a number.")},
    )  # fmt: skip


def _several(label: Any, choices: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )  # fmt: skip


def _labelled(code: str) -> Any:
    unit = words.UNITS.get(rules.BY_CODE[code].unit)
    word = words.FEATURES[code]
    return _("{what}, {unit}").format(what=word, unit=unit) if unit else word


class _Features(forms.Form):
    """What is there or needed: ticks, and numbers with their units."""

    prefix_of: str = ""

    def add_features(self, ticks: Any, *, numbers: bool = True) -> None:
        """Add the fields; ``ticks`` labels the yes-or-no ones."""
        self.fields["features"] = _several(ticks, [(o.code, words.FEATURES[o.code]) for o in YES])
        for one in NUMBERS if numbers else ():
            self.fields[f"n_{one.code}"] = _number(_labelled(one.code))

    def features(self) -> dict[str, Any]:
        """What was ticked and written, by code."""
        values = self.cleaned_data
        found: dict[str, Any] = dict.fromkeys(values["features"], True)
        for one in NUMBERS:
            if values.get(f"n_{one.code}"):
                found[one.code] = values[f"n_{one.code}"]
        return found

    @property
    def numbered(self) -> list[forms.BoundField]:
        """For templates: the fields of numbers."""
        return [self[f"n_{one.code}"] for one in NUMBERS]


class SiteForm(Worded, _Features):
    """What a site is, where it lies, what it offers and asks for."""

    spoken = (
        ("name", _("Name of the site"), False, True),
        ("text", _("What the site is"), True, False),
    )

    def __init__(self, *args: Any, owners: list[Organisation], **kwargs: Any) -> None:
        """``owners`` are the organisations for which a site may be written down."""
        super().__init__(*args, **kwargs)
        self.owners = {one.code: one for one in owners}
        self.fields["owner"] = forms.ChoiceField(
            label=_("Whose site it is"), choices=[(c, str(one)) for c, one in self.owners.items()]
        )
        self.fields["environment"] = forms.ChoiceField(
            label=_("Kind of place"), choices=list(words.ENVIRONMENTS.items())
        )
        self.fields["territory"] = forms.ChoiceField(
            label=_("In which neighbourhood or district"),
            choices=[("", _("Choose a place")), *territories(city=True)],
            help_text=_("Without a pin on the map the site stands in its middle."),
        )
        self.fields["address"] = forms.CharField(
            label=_("Street and house"), max_length=200, required=False
        )
        self.fields["contact"] = forms.CharField(
            label=_("Whom to ask"), max_length=200, required=False,
            help_text=_("An office and its telephone, not a person: everybody can read it."),
        )  # fmt: skip
        self.add_features(_("What is there"))
        self.fields["requires"] = _several(
            _("What you ask of whoever tests there"),
            [(one.code, words.FEATURES[one.code]) for one in rules.ASKED],
        )
        for group in NEAR:
            self.fields[f"g_{group}"] = _number(words.GROUPS[group])
        for name, least in (("longitude", -180), ("latitude", -90)):
            self.fields[name] = forms.FloatField(
                required=False, widget=forms.HiddenInput, min_value=least, max_value=-least
            )
        self.fields["submission"] = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=32
        )

    @property
    def grouped(self) -> list[forms.BoundField]:
        """For templates: how many people of each group it reaches."""
        return [self[f"g_{group}"] for group in NEAR]

    def given(self, places: Atlas) -> SiteGiven:
        """What was said."""
        values = self.cleaned_data
        place = places.by_code[values["territory"]]
        longitude, latitude = values["longitude"], values["latitude"]
        if longitude is None or latitude is None:
            longitude, latitude = middle(place)
        return SiteGiven(
            names=said(values, "name"),
            texts=said(values, "text"),
            territory=place,
            longitude=longitude,
            latitude=latitude,
            environment=values["environment"],
            offers=self.features(),
            requires=values["requires"],
            reaches={g: values[f"g_{g}"] for g in NEAR if values[f"g_{g}"]},
            address=values["address"],
            contact=values["contact"],
        )


def middle(place: Territory) -> tuple[float, float]:
    """The middle of a territory."""
    west, south, east, north = place.bounds
    return (west + east) / 2, (south + north) / 2


def initial_of(site: Site, mark: str) -> dict[str, Any]:
    """What a form about a site shows at first."""
    found: dict[str, Any] = {
        "owner": site.owner.code, "environment": site.environment,
        "territory": site.territory.code, "address": site.address, "contact": site.contact,
        "requires": site.requires, "longitude": site.longitude, "latitude": site.latitude,
        "seen": mark, **features_initial(site.offers),
        **{f"g_{group}": count for group, count in site.reaches.items()},
    }  # fmt: skip
    for name, texts in (("name", site.names), ("text", site.texts)):
        found |= {f"{name}_{code}": text for code, text in texts.items()}
    return found


def features_initial(offers: dict[str, Any]) -> dict[str, Any]:
    """Features as the fields of a form hold them."""
    ticked = {one.code for one in YES}
    return {
        "features": [code for code in offers if code in ticked],
        **{f"n_{one.code}": offers[one.code] for one in NUMBERS if one.code in offers},
    }


class WindowForm(forms.Form):
    """From which day to which day a site takes trials, and how many at once."""

    use_required_attribute = False
    begins_on = _day(_("First day"))
    ends_on = _day(_("Last day"))
    places = forms.IntegerField(
        label=_("How many trials fit at once"), min_value=1, max_value=rules.MOST_PLACES, initial=1
    )


class ReasonForm(forms.Form):
    """Why, in words that are read by whom it concerns."""

    use_required_attribute = False
    because = forms.CharField(
        label=_("Why"), widget=forms.Textarea, min_length=3, max_length=500,
        error_messages={"required": _("Say why: whom it concerns is told.")},
    )  # fmt: skip


class NoneForm(forms.Form):
    """Why no site is found for an application."""

    use_required_attribute = False
    because = forms.CharField(
        label=_("Why no site fits"), widget=forms.Textarea, min_length=10, max_length=2_000,
        help_text=_("Everybody can read it. The company may object once."),
        error_messages={"required": _("Say why no site fits.")},
    )  # fmt: skip
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ChooseForm(forms.Form):
    """Which days at which site; how is said by the button."""

    window = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**62)
    begins_on = _day(_("First day"))
    days = forms.IntegerField(label=_("Days"), min_value=1, max_value=366)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


class NeedsForm(_Features):
    """What a trial needs of a site."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = [("", _("does not matter"))]
        self.fields["environment"] = forms.ChoiceField(
            label=_("Kind of place"), required=False,
            choices=[*nothing, *words.ENVIRONMENTS.items()],
        )  # fmt: skip
        self.fields["target_group"] = forms.ChoiceField(
            label=_("Whom it is meant for"), required=False,
            choices=[*nothing, *words.GROUPS.items()],
        )  # fmt: skip
        self.fields["days"] = forms.IntegerField(
            label=_("How many days the trial takes"), min_value=1, max_value=366, initial=60
        )
        self.fields["first_day"] = _day(_("Not before"), required=False)
        self.fields["last_day"] = _day(_("Over by"), required=False)
        self.fields["months"] = forms.TypedMultipleChoiceField(
            label=_("Only in these months"), coerce=int, required=False,
            choices=list(MONTHS.items()), widget=forms.CheckboxSelectMultiple,
            help_text=_("Leave it empty if it can be tested all year."),
        )  # fmt: skip
        self.add_features(_("What must be there"))
        self.fields["wishes"] = _several(
            _("What would be good to have"), [(o.code, words.FEATURES[o.code]) for o in YES]
        )
        self.fields["brings"] = _several(
            _("What the company brings"),
            [(one.code, words.FEATURES[one.code]) for one in rules.ASKED],
        )
        self.fields["territory"] = forms.ChoiceField(
            label=_("Near which place"), required=False,
            choices=[("", _("does not matter")), *territories(city=False)],
        )  # fmt: skip

    def given(self, places: Atlas, kept: SiteNeeds | None) -> NeedsGiven:
        """What was said; the place stays where it was while nobody chooses another."""
        values = self.cleaned_data
        place = places.by_code.get(values["territory"])
        longitude = latitude = None
        if place is not None:
            longitude, latitude = middle(place)
            if kept and kept.longitude is not None and kept.latitude is not None:
                same = places.at(kept.longitude, kept.latitude)
                if same is not None and same.pk == place.pk:
                    longitude, latitude = kept.longitude, kept.latitude
        needs = self.features()
        return NeedsGiven(
            environment=values["environment"],
            needs=needs,
            wishes={code: True for code in values["wishes"] if code not in needs},
            brings=values["brings"],
            target_group=values["target_group"],
            months=values["months"],
            days=values["days"],
            first_day=values["first_day"],
            last_day=values["last_day"],
            longitude=longitude,
            latitude=latitude,
        )


def needs_initial(needs: SiteNeeds | None, places: Atlas) -> dict[str, Any]:
    """What the form about needs shows at first."""
    if needs is None:
        return {}
    place = None
    if needs.longitude is not None and needs.latitude is not None:
        place = places.at(needs.longitude, needs.latitude)
    return {
        "environment": needs.environment, "target_group": needs.target_group, "days": needs.days,
        "first_day": needs.first_day, "last_day": needs.last_day, "months": needs.months,
        "wishes": list(needs.wishes), "brings": needs.brings,
        "territory": place.code if place else "", **features_initial(needs.needs),
    }  # fmt: skip


class WeightsForm(forms.Form):
    """What the parts of a score weigh."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in rules.CRITERIA:
            self.fields[code] = forms.DecimalField(
                label=str(words.CRITERIA[code]), min_value=0, max_value=100, decimal_places=2,
                required=False,
            )  # fmt: skip

    def weights(self) -> dict[str, Decimal]:
        """What was written; empty counts as nothing."""
        return {code: self.cleaned_data[code] or Decimal(0) for code in rules.CRITERIA}


def last_day(begins: dt.date, days: int) -> dt.date:
    """The last day of a trial that begins on a day and takes so many."""
    return begins + dt.timedelta(days=days - 1)
