"""Migrations run without drawing every model anew at each of their steps.

Django keeps all models as they are at each step, and draws a changed one anew together with all it
is related to: in a program whose tables all lead to people and places, nearly every model, hundreds
of times; forty seconds of a first start against two that the database needs. A step asks of other
models no more than the names of their tables and keys, and most steps (a model, a field, an index
or a rule of a table more or less) change nothing of that: here such a step draws its own model
only. Before a migration with any other step, and for Python code in one, all models are drawn anew
in Django's own way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState, StateApps
from django.db.migrations.utils import field_is_referenced
from django.utils.functional import SimpleLazyObject

OWN: frozenset[type] = frozenset({
    operations.CreateModel,
    operations.AddField,
    operations.RemoveField,
    operations.AddIndex,
    operations.AddConstraint,
    operations.RemoveIndex,
    operations.RemoveConstraint,
    operations.AlterUniqueTogether,
    operations.AlterModelManagers,
    operations.AlterModelOptions,
    operations.RunPython,
})  # fmt: skip
"""Steps that change nothing which another model knows of theirs. One that runs Python code asks for
all models drawn anew, by `ProjectState.clear_delayed_apps_cache`."""

COLUMN = frozenset({"null", "blank", "default", "db_default", "db_index", "db_constraint"})
"""What a field that leads to another model says of its own column, and that model does not know."""


class OwnState(ProjectState):
    """The models between two steps that each change what is their own model's only."""

    def clone(self) -> OwnState:
        """The same models, to be changed apart."""
        other = OwnState({key: m.clone() for key, m in self.models.items()}, self.real_apps)
        if "apps" in self.__dict__:
            other.apps = self.apps.clone()
        other.is_delayed = self.is_delayed
        return other

    def reload_model(self, app_label: str, model_name: str, delay: bool = False) -> None:
        """Draw the one model anew; those related to it are left for whoever asks for them."""
        if "apps" in self.__dict__:
            self.is_delayed = True
            self._reload({(app_label, model_name)})  # type: ignore[attr-defined]

    def clear_delayed_apps_cache(self) -> None:
        """All models anew for Python code, drawn when it asks for the first: most asks for none."""
        self.__dict__["apps"] = SimpleLazyObject(
            lambda: StateApps(list(self.real_apps), self.models)
        )


class OwnExecutor(MigrationExecutor):
    """Runs a migration by `OwnState` where that will do, any other in Django's way."""

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        """Run one migration; the state after it."""
        kind = OwnState if own_only(state, migration) else ProjectState
        if type(state) is not kind:
            state = kind(state.models, state.real_apps)
            state.apps  # noqa: B018  drawn once for all steps, as the executor has it drawn
        return super().apply_migration(state, migration, fake, fake_initial)


def own_only(state: ProjectState, migration: Migration) -> bool:
    """Whether no step of a migration changes what other models know of the one it is about."""
    steps = migration.operations
    return all(_is_own(state, migration.app_label, step, alone=len(steps) == 1) for step in steps)


def _is_own(state: ProjectState, app: str, step: Operation, *, alone: bool) -> bool:
    if isinstance(step, operations.RunSQL):
        return all(_is_own(state, app, one, alone=alone) for one in step.state_operations)
    if type(step) is operations.AlterField:
        field = step.field
        if field.is_relation:
            return _leads_alike(state, app, step)
        # What may be led to: a primary key is unique too. What came into being by a step before
        # in the same migration is not in the state yet.
        led_to = (app, step.model_name_lower), (step.name, field)
        return not field.unique or (alone and not field_is_referenced(state, *led_to))
    return type(step) in OWN


def _leads_alike(state: ProjectState, app: str, step: operations.AlterField) -> bool:
    """Whether a field leads to the same model in the same way as before: it was in the state before
    the migration, and no more than its own column changes."""
    model = state.models.get((app, step.model_name_lower))
    before = model.fields.get(step.name) if model is not None else None
    if before is None or type(before) is not type(step.field):
        return False
    was, will = (
        {name: value for name, value in field.deconstruct()[3].items() if name not in COLUMN}
        for field in (before, step.field)
    )
    return was == will


@contextmanager
def quickly() -> Iterator[None]:
    """Within, Django's command ``migrate`` runs migrations by `OwnExecutor`."""
    command: Any = migrate  # looks the executor up under this name
    before, command.MigrationExecutor = command.MigrationExecutor, OwnExecutor
    try:
        yield
    finally:
        command.MigrationExecutor = before
