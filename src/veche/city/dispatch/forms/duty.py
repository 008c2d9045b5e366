"""Forms of duty: lists, turns, rotations, standing in, handing over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch import rules_duty as rules
from veche.core.organisations.choices import offices, territories
from veche.look.fields import Worded, moment_field

if TYPE_CHECKING:
    from veche.city.dispatch.models import Incident
    from veche.core.people.models import Person

_CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
_NUMBER = {"required": _("Write a number."), "invalid": _("Write a number.")}
WEEKDAYS = (
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")),
    (5, _("Friday")), (6, _("Saturday")), (7, _("Sunday")),
)  # fmt: skip
ORDER = 8
"""Places for people in the form of a rotation; a longer order gets two more than it has."""


def of_people(people: Iterable[Person], empty: Any = None) -> list[tuple[str, Any]]:
    """People to choose from, by number and name."""
    first = [("", empty)] if empty is not None else []
    return first + [(str(one.pk), str(one)) for one in people]


class ListForm(Worded):
    """A duty list: its names, whose it is, where it answers."""

    spoken = (("name", _("Name of the duty list"), False, True),)
    field_order = ("code", "whose", "telephone", "ended")
    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Letters, digits and hyphens; it stands in the address and stays."),
        error_messages={"required": _("Write a code."), "invalid": _("Letters, digits, hyphens.")},
    )
    whose = forms.ChoiceField(label=_("Whose list it is"), error_messages=_CHOOSE)
    telephone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        help_text=_("Where whoever is on duty answers: everybody may read it."),
    )
    ended = forms.BooleanField(label=_("No longer in use"), required=False)

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)
        whose.choices = [
            (_("Dispatchers of a place"), [(f"place:{c}", n) for c, n in territories(city=True)]),
            (_("An office"), [(f"office:{code}", name) for code, name in offices()]),
        ]
        if known:
            for name in ("code", "whose"):
                self.fields[name].disabled = True
        else:
            del self.fields["ended"]


class TurnForm(forms.Form):
    """Somebody is put on duty."""

    use_required_attribute = False
    person = forms.ChoiceField(label=_("Who"), error_messages=_CHOOSE)
    since = moment_field(_("From when"))
    until = moment_field(_("To what hour"))
    second = forms.BooleanField(
        label=_("Second: called when the first does not answer"), required=False
    )
    telephone = forms.CharField(
        label=_("How they are reached"),
        max_length=40,
        required=False,
        help_text=_("Only the staff reads it, and looks are written down."),
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = of_people(people)  # type: ignore[attr-defined]


class StandInForm(forms.Form):
    """Who stands in, and why."""

    use_required_attribute = False
    person = forms.ChoiceField(label=_("Who stands in"), error_messages=_CHOOSE)
    why = forms.CharField(
        label=_("Why"), max_length=200, required=False, help_text=_("Only the staff reads it.")
    )

    def __init__(self, *args: Any, people: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = of_people(people)  # type: ignore[attr-defined]


class SwapForm(forms.Form):
    """For which turn of another."""

    use_required_attribute = False
    theirs = forms.ChoiceField(
        label=_("For which turn"), widget=forms.RadioSelect, error_messages=_CHOOSE
    )

    def __init__(self, *args: Any, turns: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["theirs"].choices = list(turns)  # type: ignore[attr-defined]


class RotationForm(forms.Form):
    """The order of people, the length of a turn, when it changes."""

    use_required_attribute = False
    hours = forms.IntegerField(
        label=_("Hours of a turn"),
        min_value=1,
        max_value=168,
        error_messages=_NUMBER,
        help_text=_("12 or 24 go round the clock; 168 is a week; 9 is one turn a day."),
    )
    hour = forms.IntegerField(
        label=_("Hour at which a turn begins"), min_value=0, max_value=23, error_messages=_NUMBER
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Days on which turns begin"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: every day."),
    )
    begins = forms.DateField(
        label=_("First day of the order"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
    )
    ahead = forms.IntegerField(
        label=_("Days for which turns are made ahead"),
        min_value=1,
        max_value=120,
        error_messages=_NUMBER,
    )

    def __init__(
        self, *args: Any, people: Sequence[Person], order: Sequence[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people = {one.pk: one for one in people}
        for n in range(max(ORDER, len(order) + 2)):
            self.fields[f"person_{n + 1}"] = forms.TypedChoiceField(
                label=_("Place {n}").format(n=n + 1) if n == 0 else str(n + 1),
                choices=of_people(people, _("nobody")),
                coerce=int,
                required=False,
                empty_value=None,
                initial=order[n] if n < len(order) else "",
                error_messages=_CHOOSE,
            )

    @property
    def places(self) -> list[forms.BoundField]:
        """The fields of the order."""
        return [self[name] for name in self.fields if name.startswith("person_")]

    @property
    def order(self) -> list[Person]:
        """The people in order, without empty places."""
        chosen = [self.cleaned_data.get(name) for name in self.fields if name.startswith("person_")]
        return [self.people[pk] for pk in chosen if pk in self.people]


class HandOverForm(forms.Form):
    """What the next shift must know: a note for each open incident, and a word besides."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("What the next shift must know besides"),
        max_length=rules.LONGEST_WORDS,
        required=False,
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, incidents: Sequence[Incident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incidents = list(incidents)
        for one in self.incidents:
            self.fields[f"note_{one.pk}"] = forms.CharField(
                label=_("Note"), max_length=rules.LONGEST_NOTE, required=False
            )

    @property
    def notes(self) -> dict[int, str]:
        """The notes that were written, by the number of the incident."""
        return {one.pk: str(self.cleaned_data.get(f"note_{one.pk}", "")) for one in self.incidents}

    @property
    def rows(self) -> list[tuple[Incident, forms.BoundField]]:
        """Every incident with its field."""
        return [(one, self[f"note_{one.pk}"]) for one in self.incidents]
