"""Contracts: who is called to which objects of the registry, and how long they have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche.city.problems.operations import city_rules
from veche.city.problems.rule_books import Book, Row, RuleForm, length
from veche.core.cases.queries import UNIT_NAMES
from veche.core.cases.rules import Term, Unit
from veche.core.journal.models import Record
from veche.core.organisations.models import Organisation, SupplierRule
from veche.core.organisations.operations import end_supplier_rules, set_supplier
from veche.core.people.models import Person
from veche.core.places.queries.objects import kinds as object_kinds
from veche.languages import here
from veche.look import words


class ContractForm(RuleForm):
    """Who is called to which objects, and how long they have."""

    kind = forms.ChoiceField(label=_("Kind of objects"))
    theme = forms.ChoiceField(label=_("Category"), required=False)
    owner = forms.ChoiceField(label=_("Whose objects"), required=False)
    organisation = forms.ChoiceField(
        label=_("Who is called"), error_messages={"required": _("Choose who is called.")}
    )
    number = forms.IntegerField(
        label=_("How long they have"),
        required=False,
        min_value=1,
        max_value=365,
        help_text=_("Empty: the contract names no term."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Write a number from 1 to 365.")
        ),
    )
    unit = forms.ChoiceField(
        label=_("of what"), choices=[(u.value, w) for u, w in UNIT_NAMES.items()]
    )


class Contracts(Book):
    """Supplier rules."""

    code = "contracts"
    title = _("Contracts: who is called to what")
    sentence = _(
        "Who is called to a kind of objects instead of their owner, and how long they have. The "
        "narrower rule wins. The promise to the author of a report stays what it is."
    )
    heads = (
        _("Kind of objects"),
        _("Category"),
        _("Whose objects"),
        _("Who is called"),
        _("How long they have"),
        _("Since"),
        _("Until"),
    )
    kinds = ("organisations.supplier-set", "organisations.supplier-ended")

    def rows(self) -> list[Row]:
        """In force first; of what is over the last fifty."""
        every = SupplierRule.objects.select_related("kind", "owner", "organisation")
        now = every.filter(until__isnull=True).order_by("kind__code", "theme", "id")
        past = every.filter(until__isnull=False).order_by("-until", "-id")[:50]
        return [self._row(one) for one in (*now, *past)]

    def _row(self, one: SupplierRule) -> Row:
        term = Term(one.number, Unit(one.unit)) if one.number else None
        cells = (
            here(one.kind.names),
            self.theme(one.theme),
            str(one.owner) if one.owner else gettext("of any owner"),
            str(one.organisation),
            length(term) if term else "–",
            words.day(one.since, "short year"),
            words.day(one.until, "short year") if one.until else "–",
        )
        over = one.until is not None
        return Row(str(one.pk), cells, may_end=not over, over=over)

    def form(self, data: Any = None, key: str = "") -> forms.Form:
        """See `Book.form`."""
        one = _contract(key)
        start: dict[str, Any] = {"unit": Unit.WORKING_DAYS.value}
        if one is not None:
            start = {
                "kind": one.kind.code,
                "theme": one.theme,
                "owner": one.owner.code if one.owner else "",
                "organisation": one.organisation.code,
                "number": one.number,
                "unit": one.unit or Unit.WORKING_DAYS.value,
            }
        made = ContractForm(data, initial={**start, "key": key})
        offices = sorted(Organisation.objects.filter(imported=False), key=str)
        named = [(o.code, str(o)) for o in offices]
        choices = {
            "kind": [(k.code, here(k.names)) for k in object_kinds()],
            "theme": self.themes(),
            "owner": [("", gettext("of any owner")), *named],
            "organisation": [("", "–"), *named],
        }
        for name, values in choices.items():
            made.fields[name].choices = values  # type: ignore[attr-defined]
        return made

    def save(self, by: Person, at: dt.datetime, data: Mapping[str, Any]) -> None:
        """See `Book.save`."""
        offices = {o.code: o for o in Organisation.objects.filter(imported=False)}
        old = _contract(data["key"])
        kind = next(k for k in object_kinds() if k.code == data["kind"])
        about = {"kind": kind, "theme": data["theme"], "owner": offices.get(data["owner"])}
        if old is not None and (old.kind, old.theme, old.owner) != tuple(about.values()):
            self.end(by, at, data["key"])
        number = data["number"]
        set_supplier(
            by=by,
            at=at,
            **about,
            organisation=offices[data["organisation"]],
            number=number,
            unit=data["unit"] if number else "",
        )

    def end(self, by: Person, at: dt.datetime, key: str) -> None:
        """See `Book.end`."""
        one = _contract(key)
        if one is None or one.until is not None:
            raise city_rules.NoSuchRule
        end_supplier_rules(by=by, at=at, kind=one.kind, theme=one.theme, owner=one.owner)

    def told(self, record: Record) -> str:
        """See `Book.told`."""
        said = record.public
        kind = next((k for k in object_kinds() if k.code == said.get("kind")), None)
        named = here(kind.names) if kind else record.subject.partition(":")[2]
        theme = self.theme(said.get("theme", ""))
        if record.kind.endswith("-ended"):
            return gettext("{kind}, {theme}: the contract was ended.").format(
                kind=named, theme=theme
            )
        code = record.subject.partition(":")[2]
        office = Organisation.objects.filter(code=code).first()
        return gettext("{kind}, {theme}: {office} is called.").format(
            kind=named, theme=theme, office=office or code
        )


def _contract(key: str) -> SupplierRule | None:
    if not (key.isdecimal() and len(key) < 19):
        return None
    rows = SupplierRule.objects.select_related("kind", "owner", "organisation")
    return rows.filter(pk=int(key)).first()
