"""Forms of reports, answers, roll-outs and contracts; they save nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.pilots.models import Contract, Evaluation, Payment
from veche.city.pilots.operations.rollout import RollOutGiven
from veche.city.pilots.rules import evaluations as rules
from veche.city.pilots.words import evaluations as said
from veche.core.desk.adapter import DeskForm
from veche.core.moderation.pointed import Pointed
from veche.core.organisations.choices import territories
from veche.core.places.queries import atlas

if TYPE_CHECKING:
    from veche.city.pilots.models import Application
    from veche.city.pilots.queries.evaluations import Judged

EVERYBODY = _("Everybody can read it.")


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, as browsers and people write it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": _("Choose the date."),
            "invalid": _("Write the date like this: 2026-12-03."),
        },
    )


def words_field(
    label: Any, hint: Any = EVERYBODY, *, least: int, most: int, required: bool = True
) -> forms.CharField:
    """Words that everybody will read."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.Textarea,
        min_length=least or None,
        max_length=most,
        error_messages={"required": _("Write it: one sentence is enough.")},
    )


def money_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DecimalField:
    """A sum of money."""
    return forms.DecimalField(
        label=label,
        help_text=hint,
        required=required,
        max_digits=18,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        localize=False,
        error_messages={
            "required": _("Write the sum."),
            "invalid": _("Write a sum such as 1500000.00."),
        },
    )


class ReportForm(Pointed):
    """The agency's words around what was measured: the values themselves are never typed."""

    use_required_attribute = False
    public_words = "summary"
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    summary = words_field(
        _("What came of the trial"),
        least=rules.SHORTEST_SUMMARY, most=rules.LONGEST_SUMMARY,
    )  # fmt: skip
    residents = words_field(
        _("What residents said, in words"),
        _("How many were content is reckoned from their answers. Name nobody."),
        least=0, most=rules.LONGEST_SUMMARY, required=False,
    )  # fmt: skip
    cost = money_field(_("What the trial cost the city"), required=False)
    recommendation = forms.ChoiceField(
        label=_("What the agency recommends"),
        choices=[(code, said.ANSWERS_LONG[code]) for code in rules.ANSWERS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one: buy, extend or stop.")},
    )

    def __init__(
        self,
        *args: Any,
        judged: Sequence[Judged] = (),
        draft: Evaluation | None = None,
        **kwargs: Any,
    ) -> None:
        """``judged`` are the indicators as they stand; those missed or unmeasured want words."""
        initial: dict[str, Any] = {"revision": draft.revision if draft else 0}
        if draft is not None:
            initial |= {
                "summary": draft.summary, "residents": draft.residents, "cost": draft.cost,
                "recommendation": draft.recommendation,
            }  # fmt: skip
        self.judged = [one for one in judged if one.needs_words]
        initial |= {_why(one): one.words for one in self.judged}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        for one in self.judged:
            self.fields[_why(one)] = words_field(
                gettext("Why: {name} ({state})").format(
                    name=one.indicator.name, state=said.MET[one.state]
                ),
                least=rules.SHORTEST_WHY, most=rules.LONGEST_WHY,
            )  # fmt: skip

    def step(self) -> dict[str, Any]:
        """What the operation takes."""
        data = self.cleaned_data
        return {
            "summary": data["summary"],
            "residents": data["residents"],
            "cost": data["cost"],
            "recommendation": data["recommendation"],
            "said": {one.indicator.code: data[_why(one)] for one in self.judged},
            "seen": data["revision"] or 0,
        }


def _why(one: Judged) -> str:
    return f"why_{one.indicator.pk}"


class _RollOutFields(Pointed, DeskForm):
    """Where the city uses it."""

    words = public_words = "scope"
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    scope = words_field(
        _("What the city uses, and for what"),
        least=rules.SHORTEST_SCOPE, most=rules.LONGEST_SCOPE,
    )  # fmt: skip
    territory = forms.ChoiceField(
        label=_("Where"), error_messages={"required": _("Choose a place.")}
    )
    units = forms.IntegerField(
        label=_("How many pieces, places or licences"), required=False,
        min_value=1, max_value=rules.MOST_UNITS,
    )  # fmt: skip
    since = day_field(_("From when on"))
    promise = forms.BooleanField(
        label=_("Make it a promise of the city"), required=False,
        help_text=_("The department then writes its steps, and residents say whether it is kept."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        field = self.fields["territory"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("Choose a place")), *territories(city=True)]

    def given(self) -> RollOutGiven:
        """What the operation takes."""
        data = self.cleaned_data
        return RollOutGiven(
            scope=data["scope"],
            territory=atlas().by_code[data["territory"]],
            since=data["since"],
            units=data["units"],
            promise=data["promise"],
        )

    def step(self) -> dict[str, Any]:
        """What the operation takes."""
        return {"given": self.given(), "submission": self.cleaned_data["submission"]}


class RollOutForm(_RollOutFields):
    """Another place where the city uses it."""


class UseForm(_RollOutFields):
    """It is used after all, and why."""

    words = public_words = "because"
    because = words_field(
        _("Why it is used after all"), least=rules.SHORTEST_WHY, most=rules.LONGEST_WHY
    )
    field_order = ("seen", "because", "scope", "territory", "units", "since", "promise")

    def step(self) -> dict[str, Any]:
        """With the reason."""
        data = self.cleaned_data
        return {**super().step(), "because": data["because"], "seen": data["seen"]}


class AnswerForm(_RollOutFields):
    """Buy, extend or stop, because; and where, for who buys."""

    words = public_words = "because"
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[(code, said.ANSWERS_LONG[code]) for code in rules.ANSWERS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one: buy, extend or stop.")},
    )
    because = words_field(_("Because"), least=rules.SHORTEST_WHY, most=rules.LONGEST_WHY)
    field_order = (
        "seen", "answer", "because", "scope", "territory", "units", "since", "promise",
    )  # fmt: skip
    where = ("scope", "territory", "units", "since", "promise")
    """Asked of who buys alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.where:
            self.fields[name].required = False
            if name in ("scope", "territory", "since"):
                self.fields[name].help_text = gettext("Needed if you buy.")

    def clean(self) -> dict[str, Any]:
        """Who buys says where and from when on."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == "buy":
            for name in ("scope", "territory", "since"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def step(self) -> dict[str, Any]:
        """The answer."""
        data = self.cleaned_data
        return {
            "answer": data["answer"],
            "because": data["because"],
            "rollout": self.given() if data["answer"] == "buy" else None,
            "seen": data["seen"],
            "submission": data["submission"],
        }


class _Pressed(forms.Form):
    use_required_attribute = False
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def step(self) -> dict[str, Any]:
        """What the operation takes."""
        return dict(self.cleaned_data)


class ContractForm(_Pressed):
    """A contract that follows a pilot."""

    number = forms.CharField(label=_("Number of the contract"), max_length=rules.LONGEST_NUMBER)
    title = forms.CharField(
        label=_("What it is about"), min_length=5, max_length=rules.LONGEST_TITLE
    )
    method = forms.ChoiceField(
        label=_("How it was awarded"),
        choices=[
            ("", _("Choose")),
            *((code, said.METHODS[code]) for code in Contract.Method.values),
        ],
        error_messages={"required": _("Choose how it was awarded.")},
    )
    amount = money_field(_("Sum"), _("In the currency of the programme, taxes included."))
    signed_on = day_field(_("Signed on"))
    starts_on = day_field(_("Begins on"), required=False)
    ends_on = day_field(_("Ends on"), required=False)
    standing = forms.ChoiceField(
        label=_("Where it stands"),
        choices=[(code, said.STANDINGS[code]) for code in ("active", "pending")],
    )
    buyer = forms.ChoiceField(label=_("Who buys"))

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency = application.programme.agency
        offices = [one for one in (application.department, agency) if one is not None]
        self.offices = {one.code: one for one in offices}
        field = self.fields["buyer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, str(one)) for code, one in self.offices.items()]

    def step(self) -> dict[str, Any]:
        """With the organisation that buys."""
        return {**super().step(), "buyer": self.offices[self.cleaned_data["buyer"]]}


class AmendForm(_Pressed):
    """What changes in a contract; what is left as it stands does not."""

    amount = money_field(_("New sum"), _("Leave it as it is if it does not change."))
    ends_on = day_field(_("New end"), required=False)
    standing = forms.ChoiceField(label=_("Where it stands"), choices=list(said.STANDINGS.items()))
    on = day_field(_("Day of the change"))
    because = words_field(_("Why"), least=rules.SHORTEST_WHY, most=rules.LONGEST_WHY)

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        initial = {
            "amount": contract.amount, "ends_on": contract.ends_on, "standing": contract.standing,
            **(kwargs.pop("initial", None) or {}),
        }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)


class PayForm(_Pressed):
    """A payment, or the right one in the place of a wrong one."""

    number = forms.CharField(label=_("Number of the payment"), max_length=rules.LONGEST_NUMBER)
    amount = money_field(_("Sum that was paid"), _("Below zero where money came back."))
    on = day_field(_("Paid on"))
    instead = forms.ChoiceField(label=_("In the place of"), required=False)
    because = words_field(
        _("Why it takes the place of the other"), least=0, most=500, required=False
    )

    def __init__(self, *args: Any, payments: Sequence[Payment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["instead"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext("a new payment")),
            *((str(one.pk), f"{one.number}: {one.amount}") for one in payments),
        ]

    def clean(self) -> dict[str, Any]:
        """A correction has its reason."""
        cleaned = super().clean() or self.cleaned_data
        short = len((cleaned.get("because") or "").strip()) < rules.SHORTEST_WHY
        if cleaned.get("instead") and short:
            self.add_error("because", _("Say why another payment stood here, in a sentence."))
        return cleaned

    def step(self) -> dict[str, Any]:
        """With the payment whose place it takes."""
        given = super().step()
        given["instead"] = int(given["instead"]) if given["instead"] else None
        return given
