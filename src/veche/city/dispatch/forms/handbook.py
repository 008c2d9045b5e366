"""The form of an entry of the handbook."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from veche.city.dispatch.models import EssentialService, HandbookEntry, IncidentKind
from veche.city.dispatch.operations.handbook import Written
from veche.city.dispatch.words_duty import TIERS
from veche.core.organisations.choices import offices
from veche.core.organisations.models import Organisation
from veche.languages import LANGUAGES, here, said
from veche.look.fields import LANGUAGE_WORDS, Worded, languages

_CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
HELPERS = 6


def lines(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class EntryForm(Worded):
    """What is done first, what to keep in mind, who leads and who helps."""

    spoken = (
        ("steps", _("What is done first, a step on each line"), True, True),
        ("text", _("How to know it, and what to keep in mind"), True, False),
        ("vulnerable", _("Of whom to think first"), True, False),
    )

    def __init__(self, *args: Any, kind: IncidentKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = offices()
        themes = {kind.theme: str(kind)} | {
            one.theme: str(one) for one in IncidentKind.objects.filter(until__isnull=True)
        }
        self.fields["lead_theme"] = forms.ChoiceField(
            label=_("Who leads: whoever answers for"),
            choices=list(themes.items()),
            error_messages=_CHOOSE,
        )
        for tier, word in TIERS.items():
            self.fields[f"lead_{tier}"] = forms.ChoiceField(
                label=_("At the tier of {tier} always").format(tier=word),
                choices=[("", _("as said above")), *known],
                required=False,
                error_messages=_CHOOSE,
            )
        for n in range(1, HELPERS + 1):
            self.fields[f"helper_{n}"] = forms.ChoiceField(
                label=_("Helping office {n}").format(n=n),
                choices=[("", _("nobody")), *known],
                required=False,
                error_messages=_CHOOSE,
            )
            for code in languages():
                self.fields[f"asked_{n}_{code}"] = forms.CharField(
                    label=f"{_('What it is asked for')} · {LANGUAGE_WORDS[code]}",
                    max_length=300,
                    required=False,
                )
        self.fields["services"] = forms.MultipleChoiceField(
            label=_("Services that must go on and that it can stop"),
            choices=[
                (one.code, str(one)) for one in EssentialService.objects.filter(until__isnull=True)
            ],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["why"] = forms.CharField(
            label=_("Why this version is written"), max_length=300, required=False
        )
        self.fields["seen"] = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @staticmethod
    def first(kind: IncidentKind, entry: HandbookEntry | None) -> dict[str, Any]:
        """What stands in the form when it opens: the version in force."""
        values: dict[str, Any] = {"lead_theme": kind.theme, "seen": 0}
        if entry is None:
            return values
        values |= {"lead_theme": entry.lead_theme, "seen": entry.version}
        for code in LANGUAGES:
            steps = [step.words for step in entry.steps.all()]
            # A language that has only some of them is filled up, so that lines stay together.
            known = any(code in words for words in steps)
            lines_of = [here(words, code) for words in steps] if known else []
            values[f"steps_{code}"] = "\n".join(lines_of)
            values[f"text_{code}"] = entry.text.get(code, "")
            values[f"vulnerable_{code}"] = entry.vulnerable.get(code, "")
        for lead in entry.leads.all():
            values[f"lead_{lead.tier}"] = lead.organisation.code
        for n, one in enumerate(entry.helpers.all(), 1):
            values[f"helper_{n}"] = one.organisation.code
            for code in LANGUAGES:
                values[f"asked_{n}_{code}"] = one.asked.get(code, "")
        values["services"] = [one.code for one in entry.services.all()]
        return values

    def clean(self) -> dict[str, Any]:
        """Steps are told by their line: every language that has some has as many."""
        values = super().clean()
        counts = {
            code: len(lines(values.get(f"steps_{code}") or ""))
            for code in LANGUAGES
            if values.get(f"steps_{code}")
        }
        if len(set(counts.values())) > 1:
            self.add_error(
                f"steps_{languages()[0]}",
                _("Each language needs as many steps as the others, or none."),
            )
        for n in range(1, HELPERS + 1):
            if values.get(f"helper_{n}") and not said(values, f"asked_{n}"):
                self.add_error(
                    f"asked_{n}_{languages()[0]}", _("Say what the office is asked for.")
                )
        return values

    def written(self) -> Written:
        """What the form says, as it is written."""
        data = self.cleaned_data
        found = {one.code: one for one in Organisation.objects.filter(imported=False)}
        by_language = {code: lines(data.get(f"steps_{code}") or "") for code in LANGUAGES}
        longest = max(len(rows) for rows in by_language.values())
        return Written(
            steps=[
                {code: rows[n] for code, rows in by_language.items() if n < len(rows)}
                for n in range(longest)
            ],
            lead_theme=data["lead_theme"],
            leads={tier: found[data[f"lead_{tier}"]] for tier in TIERS if data.get(f"lead_{tier}")},
            helpers=[
                (found[data[f"helper_{n}"]], said(data, f"asked_{n}"))
                for n in range(1, HELPERS + 1)
                if data.get(f"helper_{n}")
            ],
            text=said(data, "text"),
            vulnerable=said(data, "vulnerable"),
            services=list(EssentialService.objects.filter(code__in=data["services"])),
            why=data["why"],
        )

    @property
    def helpers(self) -> list[tuple[forms.BoundField, list[forms.BoundField]]]:
        """The fields of each helping office."""
        return [
            (self[f"helper_{n}"], [self[f"asked_{n}_{code}"] for code in languages()])
            for n in range(1, HELPERS + 1)
        ]

    @property
    def leads(self) -> list[forms.BoundField]:
        """The fields of the offices that always lead at a tier."""
        return [self[f"lead_{tier}"] for tier in TIERS]
