"""The form of a ladder: a row for each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import EscalationStep
from veche.city.dispatch.operations.ladders import MOST_TIMES, Rung
from veche.city.dispatch.words_duty import ACTS, ROLES
from veche.core.people.models import Person

ROWS = 8
_NUMBER = {"invalid": _("Write a number.")}


def acts() -> list[tuple[str, Any]]:
    """What a step can do, roles one by one."""
    return [
        ("", _("no step")),
        ("duty", ACTS["duty"]),
        *((f"role:{role}", _("tell: {whom}").format(whom=word)) for role, word in ROLES.items()),
        ("person", ACTS["person"]),
        ("tier_up", ACTS["tier_up"]),
        ("repeat", ACTS["repeat"]),
        ("wait", ACTS["wait"]),
    ]


class LadderForm(forms.Form):
    """Steps in order; an empty row is no step."""

    use_required_attribute = False

    def __init__(
        self, *args: Any, steps: Sequence[EscalationStep], people: Sequence[Person], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(one.pk): one for one in people}
        self.count = max(ROWS, len(steps) + 2)
        for n in range(self.count):
            step = steps[n] if n < len(steps) else None
            act = "" if step is None else f"role:{step.role}" if step.role else step.act
            self._row(n + 1, step, act, people)

    def _row(self, n: int, step: EscalationStep | None, act: str, people: Sequence[Person]) -> None:
        def number(label: Any, initial: int | None, most: int) -> forms.IntegerField:
            return forms.IntegerField(
                label=label, required=False, min_value=1, max_value=most, initial=initial,
                error_messages=_NUMBER,
            )  # fmt: skip

        self.fields[f"act_{n}"] = forms.ChoiceField(
            label=_("What happens"), choices=acts(), required=False, initial=act
        )
        self.fields[f"percent_{n}"] = number(
            _("% of the term"), step.percent if step else None, 1000
        )
        self.fields[f"minutes_{n}"] = number(
            _("or minutes"), step.minutes if step else None, 129_600
        )
        self.fields[f"person_{n}"] = forms.ChoiceField(
            label=_("Whom"),
            choices=[("", _("nobody by name")), *((str(one.pk), str(one)) for one in people)],
            required=False,
            initial=str(step.person_id) if step and step.person_id else "",
        )
        again = step is not None and step.act == "repeat"
        self.fields[f"times_{n}"] = number(
            _("times"), step.times if step and again else None, MOST_TIMES
        )
        self.fields[f"every_{n}"] = number(
            _("every … minutes"), step.every if step and again else None, 1440
        )

    @property
    def rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each row."""
        names = ("act", "percent", "minutes", "person", "times", "every")
        return [(n, [self[f"{name}_{n}"] for name in names]) for n in range(1, self.count + 1)]

    def rungs(self) -> list[Rung]:
        """The steps that were set, in order."""
        data, found = self.cleaned_data, []
        for n in range(1, self.count + 1):
            act, _colon, role = (data.get(f"act_{n}") or "").partition(":")
            if not act:
                continue
            again = act == "repeat"
            found.append(
                Rung(
                    act=act,
                    percent=data.get(f"percent_{n}"),
                    minutes=data.get(f"minutes_{n}"),
                    role=role,
                    person=self.known.get(data.get(f"person_{n}") or "")
                    if act == "person"
                    else None,
                    times=(data.get(f"times_{n}") or 0) if again else 1,
                    every=(data.get(f"every_{n}") or 0) if again else 0,
                )
            )
        return found
