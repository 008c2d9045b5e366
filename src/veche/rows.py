"""Rows read by statements written by hand, as the objects of their models.

The mapper asks well but not cheaply: for the few questions that begin every page, what a row names
(its office, its place) is asked for as a column of its own, which the database plans by itself,
and objects are made of what comes back.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Field, JSONField, Model

Fields = Sequence["Field[Any, Any]"]


def fields_of(model: type[Model], *without: str) -> Fields:
    """The columns of a model; what is left out is asked for by itself when somebody wants it."""
    return [field for field in model._meta.concrete_fields if field.name not in without]


def columns(alias: str, fields: Fields) -> str:
    """The columns as they stand after SELECT."""
    return ", ".join(f"{alias}.{field.column}" for field in fields)


def named(model: type[Model], fields: Fields, key: str) -> str:
    """A row of another table as one column, as :func:`made_named` takes it; ``key``: its number."""
    table = model._meta.db_table
    return f"(SELECT json_build_array({columns('x', fields)}) FROM {table} x WHERE x.id = {key})"


def made(model: type[Model], fields: Fields, values: Sequence[Any]) -> Any:
    """The object of a row of the statement itself."""
    given = [
        json.loads(value) if isinstance(field, JSONField) and isinstance(value, str) else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], given)


def made_named(model: type[Model], fields: Fields, values: Sequence[Any] | None) -> Any:
    """The object of what :func:`named` gave; none where there is none."""
    if values is None:
        return None
    given = [  # as JSON moments are texts
        dt.datetime.fromisoformat(value)
        if isinstance(field, DateTimeField) and value is not None
        else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], given)
