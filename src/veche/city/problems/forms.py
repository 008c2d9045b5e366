"""Forms of residents: what is typed is checked and kept, never saved here."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.problems import rules
from veche.city.problems.models import Category
from veche.city.problems.queries.categories import Kinds
from veche.core.files.fields import FilesField
from veche.core.places.models import Territory
from veche.core.places.queries import Atlas
from veche.languages import here

PREFIX = "q-"
"""Before the code of a category's question in the names of its fields."""


def category_choices(kinds: Kinds) -> list[tuple[str, Any]]:
    """The categories residents can choose, under their groups."""
    choices: list[tuple[str, Any]] = [("", _("Choose what it is about"))]
    for group, rows in kinds.groups:
        pairs = [(row.code, str(row)) for row in rows]
        choices += [(str(group), pairs)] if group else pairs
    return choices


def neighbourhood_choices(places: Atlas, city: Territory | None) -> list[tuple[str, Any]]:
    """The neighbourhoods of a city under their districts."""
    choices: list[tuple[str, Any]] = [("", _("Not chosen"))]
    for district in places.children(city) if city else []:
        below = [(t.code, str(t)) for t in places.children(district)]
        choices.append((str(district), below or [(district.code, str(district))]))
    return choices


def _question_field(question: dict[str, Any]) -> forms.Field:
    kind, label = question.get("kind"), here(question.get("names") or {})
    required = bool(question.get("required"))
    told: dict[str, Any] = {"required": gettext("Answer: %(question)s") % {"question": label}}
    if kind in ("choice", "yesno"):
        pairs = [(c["code"], here(c.get("names") or {})) for c in question.get("choices", ())]
        if kind == "yesno":
            pairs = [("yes", gettext("yes")), ("no", gettext("no"))]
        if not required:
            pairs.append(("", gettext("I do not know")))
        told["invalid_choice"] = _("Choose one of the answers.")
        return forms.ChoiceField(
            label=label,
            choices=pairs,
            required=required,
            widget=forms.RadioSelect,
            error_messages=told,
        )
    if kind == "number":
        told["invalid"] = _("Write a number.")
        return forms.DecimalField(
            label=label, required=required, localize=True, error_messages=told
        )
    return forms.CharField(label=label, required=required, max_length=400, error_messages=told)


class ReportForm(forms.Form):
    """What is wrong and where."""

    use_required_attribute = False

    submission = forms.UUIDField(widget=forms.HiddenInput)
    category = forms.ChoiceField(
        label=_("What is it about?"),
        error_messages={
            "required": _("Choose what it is about."),
            "invalid_choice": _("There is no such category. Choose one from the list."),
        },
    )
    longitude = forms.FloatField(
        required=False, widget=forms.HiddenInput, min_value=-180, max_value=180
    )
    latitude = forms.FloatField(
        required=False, widget=forms.HiddenInput, min_value=-90, max_value=90
    )
    neighbourhood = forms.ChoiceField(
        label=_("Neighbourhood"),
        required=False,
        help_text=_(
            "Without the map: choose the neighbourhood and write the address; the pin then stands "
            "in the middle of the neighbourhood."
        ),
        error_messages={"invalid_choice": _("Choose a neighbourhood from the list.")},
    )
    address = forms.CharField(
        label=_("Address or landmark"),
        required=False,
        max_length=240,
        help_text=_("Street and house, or what stands near: the crew will look for it."),
    )
    text = forms.CharField(
        label=_("What is wrong?"),
        widget=forms.Textarea,
        strip=True,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_TEXT,
        help_text=_("Everybody can read it: leave out names, telephone numbers and flat numbers."),
        error_messages={"required": _("Write what is wrong: one sentence is enough.")},
    )
    photographs = FilesField(
        label=_("Photographs"),
        required=False,
        help_text=_(
            "Up to five, JPEG, PNG or WebP, 20 MB each. We take the place and the device out of "
            "them before anything is kept."
        ),
    )
    not_urgent = forms.BooleanField(
        label=_("Nobody is in danger now: send it to the office."), required=False
    )

    def __init__(
        self,
        *args: Any,
        kinds: Kinds,
        places: Atlas,
        kind: Category | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._kind, self._places, self._city = kind, places, places.home()
        choose = self.fields["category"]
        assert isinstance(choose, forms.ChoiceField)
        choose.choices = category_choices(kinds)
        where = self.fields["neighbourhood"]
        assert isinstance(where, forms.ChoiceField)
        where.choices = neighbourhood_choices(places, self._city)
        self.questions = [f"{PREFIX}{q['code']}" for q in (kind.questions if kind else ())]
        for question in kind.questions if kind else ():
            self.fields[f"{PREFIX}{question['code']}"] = _question_field(question)
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4())

    @property
    def asked(self) -> list[BoundField]:
        """The fields of the category's questions."""
        return [self[name] for name in self.questions]

    def answers(self) -> dict[str, str]:
        """What was answered to the questions, by their code."""
        given = {name: self.cleaned_data.get(name) for name in self.questions}
        return {
            name.removeprefix(PREFIX): str(value)
            for name, value in given.items()
            if value not in (None, "")
        }

    def point(self) -> tuple[float, float] | None:
        """The chosen point, else the middle of the neighbourhood when an address is given."""
        data = self.cleaned_data
        if data.get("longitude") is not None and data.get("latitude") is not None:
            return data["longitude"], data["latitude"]
        area = self._places.by_code.get(data.get("neighbourhood") or "")
        if area is None or not data.get("address"):
            return None
        return middle(area)

    def clean(self) -> dict[str, Any]:
        """One place or another must be told, and it must lie in the city."""
        data = super().clean() or {}
        # Hidden fields have no place for an error: a broken number is a point not chosen.
        broken = self.errors.keys() & {"longitude", "latitude", "submission"}
        for name in broken:
            del self._errors[name]  # type: ignore[attr-defined]
            data[name] = uuid.uuid4() if name == "submission" else None
        point = self.point()
        if point is None:
            self.add_error(
                "neighbourhood",
                _("Show the place on the map, or choose the neighbourhood and write the address."),
            )
        elif self._city is not None and not self._places.at(*point, city=self._city.pk):
            self.add_error(
                "neighbourhood",
                gettext(
                    "This point lies outside {city}. Choose a place inside the outline on the map."
                ).format(city=self._city),
            )
        return data


def middle(area: Territory) -> tuple[float, float]:
    """A point surely inside a territory, near its middle."""
    import json

    import shapely

    point = shapely.from_geojson(json.dumps(area.outline)).representative_point()
    return round(point.x, 6), round(point.y, 6)


class ReturnForm(forms.Form):
    """The author says what is missing."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("What is not done?"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
        error_messages={"required": _("Write what is not done: one sentence is enough.")},
    )
    photographs = FilesField(label=_("Photographs"), required=False)


class SeenForm(forms.Form):
    """A step without words; ``seen`` is the number of steps the author saw."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("A word to the office"), required=False, max_length=rules.LONGEST_REASON
    )
