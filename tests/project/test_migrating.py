"""Migrations are run quicker than Django runs them, and make the same tables."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations import operations
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState, StateApps

from veche.project.migrating import OwnExecutor, OwnState, own_only


@pytest.mark.django_db
def test_the_tables_hold_what_the_models_declare() -> None:
    """The database of the tests was made so."""
    said = connection.introspection
    seen = 0
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            meta = model._meta
            if not meta.managed or meta.proxy or meta.swapped:
                continue
            seen += 1
            columns = {str(c.name): c for c in said.get_table_description(cursor, meta.db_table)}
            fields = {str(f.column): f for f in meta.local_concrete_fields}
            assert columns.keys() == fields.keys(), meta.label
            for name, field in fields.items():
                assert columns[name].null_ok == field.null, f"{meta.label}.{name}"
            rules = said.get_constraints(cursor, meta.db_table)
            for declared in (*meta.constraints, *meta.indexes):
                assert declared.name in rules, meta.label
            leads = {
                str(rule["columns"][0]): rule["foreign_key"]
                for rule in rules.values()
                if rule["foreign_key"]
            }
            for name, field in fields.items():
                if field.is_relation and getattr(field, "db_constraint", False):
                    target = field.target_field  # type: ignore[attr-defined]
                    wanted = (target.model._meta.db_table, target.column)
                    assert leads[name] == wanted, f"{meta.label}.{name}"
                elif field.unique:
                    assert any(
                        rule["unique"] and rule["columns"] == [name] for rule in rules.values()
                    ), f"{meta.label}.{name}"
    assert seen > 100


def _state(kind: type[ProjectState]) -> ProjectState:
    state = kind()
    number = ("id", models.BigAutoField(primary_key=True))
    code = ("code", models.CharField(max_length=9, unique=True))
    state.add_model(ModelState("places", "House", [number, code]))
    lead = models.ForeignKey("places.House", models.CASCADE, to_field="code")
    state.add_model(ModelState("places", "Door", [("id", models.BigAutoField(primary_key=True)),
                                                  ("house", lead)]))  # fmt: skip
    return state


def _one(*steps: Operation) -> Migration:
    kind: type[Migration] = type("One", (Migration,), {"operations": steps})
    return kind("one", "places")


def test_what_others_know_of_a_model_is_changed_in_djangos_way() -> None:
    state = _state(ProjectState)
    longer = models.CharField(max_length=12, unique=True)
    plain = models.CharField(max_length=12)
    code = operations.AlterField("House", "code", longer)
    assert not own_only(state, _one(code)), "doors lead to it"
    assert not own_only(state, _one(operations.RenameModel("House", "Building")))
    assert not own_only(state, _one(operations.RenameField("House", "code", "number")))
    assert not own_only(state, _one(operations.AlterModelTable("House", "houses")))
    assert not own_only(state, _one(operations.DeleteModel("Door")))
    beside = operations.AddField("Door", "colour", plain)
    assert own_only(state, _one(beside, operations.AlterField("Door", "colour", plain)))
    unique = operations.AlterField("Door", "colour", longer)
    assert own_only(state, _one(unique)) and not own_only(state, _one(beside, unique))
    assert not own_only(state, _one(operations.RunSQL("", state_operations=[code])))


def test_where_a_field_leads_is_what_the_other_model_knows() -> None:
    state = _state(ProjectState)

    def leads(kind: type[Any] = models.ForeignKey, **said: Any) -> Migration:
        values: dict[str, Any] = {
            "to": "places.House",
            "on_delete": models.CASCADE,
            "to_field": "code",
            **said,
        }
        return _one(operations.AlterField("Door", "house", kind(**values)))

    assert own_only(state, leads(null=True, db_index=False, db_constraint=False))
    assert not own_only(state, leads(to_field="id"))
    assert not own_only(state, leads(to="places.Door"))
    assert not own_only(state, leads(related_name="doors"))
    assert not own_only(state, leads(models.OneToOneField))
    added = operations.AddField("House", "gate", models.ForeignKey("places.Door", models.CASCADE))
    again = models.ForeignKey("places.Door", models.CASCADE, null=True)
    assert not own_only(state, _one(added, operations.AlterField("House", "gate", again)))


@pytest.mark.django_db
def test_python_code_in_a_migration_sees_all_models_as_they_are_then() -> None:
    state = _state(OwnState)
    state.apps  # noqa: B018  drawn
    seen: list[object] = []

    def look(apps: StateApps, _editor: object) -> None:
        house, door = (apps.get_model("places", name) for name in ("House", "Door"))
        seen.append(house._meta.get_field("floors"))
        assert door._meta.get_field("house").remote_field.model is house

    floors = operations.AddField("House", "floors", models.IntegerField(default=1))
    known = operations.SeparateDatabaseAndState(state_operations=[floors])
    OwnExecutor(connection).apply_migration(state, _one(known, operations.RunPython(look)))
    assert len(seen) == 1


@pytest.mark.django_db
def test_what_is_drawn_alone_is_drawn_whole_before_a_step_that_asks_for_more() -> None:
    state = _state(OwnState)
    state.apps  # noqa: B018  drawn
    step = operations.AddField("House", "floors", models.IntegerField(default=1))
    step.state_forwards("places", state)
    house, door = (state.apps.get_model("places", name) for name in ("House", "Door"))
    assert house._meta.get_field("floors")
    assert door._meta.get_field("house").remote_field.model is not house
    rename = operations.RenameModel("House", "Building")
    known = operations.SeparateDatabaseAndState(state_operations=[rename])
    after = OwnExecutor(connection).apply_migration(state, _one(known))
    building, door = (after.apps.get_model("places", name) for name in ("Building", "Door"))
    assert door._meta.get_field("house").remote_field.model is building
    assert building._meta.get_field("floors") and len(building._meta.related_objects) == 1
