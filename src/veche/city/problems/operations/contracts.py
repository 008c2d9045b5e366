"""How long an office has by the contract under which it is called to an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veche.city.problems.models import Problem
from veche.core.cases.rules import Term, Unit
from veche.core.organisations.queries import supplier_rule
from veche.core.places.queries.objects import object_by_id

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.models import Organisation, SupplierRule


def term_by(rule: SupplierRule | None) -> Term | None:
    """The term of a contract; None where it names none."""
    if rule is None or rule.number is None:
        return None
    return Term(rule.number, Unit(rule.unit))


def contract_for(case: Case, office: Organisation | None) -> Term | None:
    """How long this office has for a problem by its contract; None where it answers by none."""
    if office is None:
        return None
    thing = object_by_id(Problem.objects.values_list("object_id", flat=True).get(case=case))
    rule = supplier_rule(thing, case.theme) if thing is not None else None
    return term_by(rule) if rule is not None and rule.organisation_id == office.pk else None
