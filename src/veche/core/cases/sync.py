"""Bring the declared procedures into the database, where the trigger reads them."""

from __future__ import annotations

from django.db import transaction

from veche.core.cases.models import AllowedMove, ClimbStep, TermRule
from veche.core.cases.procedure import PROCEDURES, declare
from veche.core.cases.rules import LEVELS
from veche.module import load, resolve


def load_procedures() -> None:
    """Import every procedure that a manifest names."""
    for manifest in load():
        for path in manifest.procedures:
            procedure = resolve(path)
            declare(procedure)  # type: ignore[arg-type]


@transaction.atomic
def sync_procedures() -> int:
    """Write the declared moves, and the declared terms that the city has not set itself.

    Runs after every migration, under no operation: it changes what is possible, not what
    happened, and says the same as the code. Returns the number of moves.
    """
    load_procedures()
    wanted = {
        (p.code, m.name, source): AllowedMove(
            procedure=p.code,
            move=m.name,
            source=source,
            target=m.target,
            role=m.role,
            scope=m.scope,
            final=p.by_code[m.target].final,
        )
        for p in PROCEDURES.values()
        for m in p.moves
        for source in m.sources
    }
    for row in AllowedMove.objects.all():
        key = (row.procedure, row.move, row.source)
        new = wanted.pop(key, None)
        if new is None:
            row.delete()
        elif (row.target, row.role, row.scope, row.final) != (
            new.target,
            new.role,
            new.scope,
            new.final,
        ):
            new.pk = row.pk
            new.save(force_update=True)
    AllowedMove.objects.bulk_create(wanted.values())
    TermRule.objects.bulk_create(
        (
            TermRule(procedure=p.code, state=s.code, number=s.term.number, unit=s.term.unit.value)
            for p in PROCEDURES.values()
            for s in p.timed
            if s.term is not None
        ),
        ignore_conflicts=True,
    )
    ClimbStep.objects.bulk_create(
        (ClimbStep(level=level, days=days, role=role) for level, days, role in LEVELS),
        ignore_conflicts=True,
    )
    return AllowedMove.objects.count()
