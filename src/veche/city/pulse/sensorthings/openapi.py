"""The service in OpenAPI 3.1, made from the very tables that it is read and written by."""

from __future__ import annotations

from typing import Any, Final

from veche.city.pulse.sensorthings.entities import KINDS, VERSION, Field, Form, Kind
from veche.city.pulse.sensorthings.shapes import LONGEST, RULES

_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "$filter": {"type": "string"},
    "$orderby": {"type": "string"},
    "$select": {"type": "string"},
    "$expand": {"type": "string"},
    "$top": {"type": "integer", "minimum": 0},
    "$skip": {"type": "integer", "minimum": 0},
    "$count": {"type": "boolean"},
    "$resultFormat": {"type": "string", "enum": ["dataArray", "GeoJSON", "CSV"]},
}
_OF_ONE: Final = ("$select", "$expand")
_SAID: Final = {
    "400": "It cannot be so; the sentence says what is wrong.",
    "401": "A key was not shown, or is not good.",
    "403": "It belongs to another source, or the source is switched off.",
    "404": "There is nothing here.",
    "405": "This cannot be done here.",
    "409": "Something stands against it.",
    "413": "More was sent than is taken at once.",
    "503": "It could not be written just now.",
}
_READ_SAID: Final = ("400", "401", "404")


def document(base: str) -> dict[str, Any]:
    """The whole description of the service at ``base``."""
    paths: dict[str, Any] = {}
    for kind in KINDS.values():
        paths[f"/{kind.plural}"] = _set(kind)
        paths[f"/{kind.plural}({{id}})"] = _entity(kind)
        for link in kind.links:
            path = f"/{kind.plural}({{id}})/{link.name}"
            target = KINDS[link.target]
            options = tuple(_OPTIONS) if link.many else _OF_ONE
            paths[path] = {
                "parameters": [_ID],
                "get": _get(f"{link.name} of a {kind.name}", options),
            }
            if not link.many:
                paths[path]["get"]["responses"]["204"] = {"description": "It has none."}
            elif link.name != "ObservedProperties":
                paths[path]["post"] = _post(target)
    paths["/CreateObservations"] = {"post": _arrays()}
    paths["/$batch"] = {"post": _batch()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OGC SensorThings API",
            "version": VERSION.removeprefix("v"),
            "description": "Things that measure, what they measure, and their readings.",
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "source": {"type": "http", "scheme": "basic"},
            },
            "schemas": {kind.name: _schema(kind) for kind in KINDS.values()}
            | {"Refusal": _REFUSAL, "Link": _LINK},
        },
    }


_ID: Final = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
_LINK: Final = {
    "type": "object",
    "required": ["@iot.id"],
    "properties": {"@iot.id": {"type": "integer"}},
}
_REFUSAL: Final = {
    "type": "object",
    "required": ["code", "type", "message"],
    "properties": {
        "code": {"type": "integer"},
        "type": {"type": "string"},
        "message": {"type": "string"},
    },
}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _named(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _said(good: dict[str, Any], codes: tuple[str, ...] = tuple(_SAID)) -> dict[str, Any]:
    """The answers: those that are good, and the refusals."""
    refusals = {
        code: {"description": _SAID[code], "content": _json(_named("Refusal"))} for code in codes
    }
    return good | refusals


def _get(what: str, options: tuple[str, ...]) -> dict[str, Any]:
    return {
        "summary": f"Read: {what}",
        "parameters": [{"name": name, "in": "query", "schema": _OPTIONS[name]} for name in options],
        "responses": _said({"200": {"description": "What was asked for."}}, _READ_SAID),
    }


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": _json(schema)}


def _post(kind: Kind) -> dict[str, Any]:
    return {
        "summary": f"Make a {kind.name}, with all that is sent inside it",
        "security": [{"key": []}, {"source": []}],
        "requestBody": _body(_named(kind.name)),
        "responses": _said({"201": {"description": "Made; Location leads to it."}}),
    }


def _set(kind: Kind) -> dict[str, Any]:
    return {"get": _get(kind.plural, tuple(_OPTIONS)), "post": _post(kind)}


def _entity(kind: Kind) -> dict[str, Any]:
    security: list[dict[str, list[str]]] = [{"key": []}, {"source": []}]
    changed = _said({"200": {"description": "Changed."}})
    # What must be there when it is made may be left out when it is changed.
    part = {k: v for k, v in _schema(kind).items() if k != "required"}
    patch = _body(part)
    patch["content"]["application/json-patch+json"] = {
        "schema": {"type": "array", "items": {"type": "object"}}
    }
    return {
        "parameters": [_ID],
        "get": _get(f"a {kind.name}", _OF_ONE),
        "patch": {
            "summary": "Change some of it",
            "security": security,
            "requestBody": patch,
            "responses": changed,
        },
        "put": {
            "summary": "Change all of it",
            "security": security,
            "requestBody": _body(_named(kind.name)),
            "responses": changed,
        },
        "delete": {
            "summary": "Remove it, and what cannot be without it",
            "security": security,
            "responses": _said({"200": {"description": "Removed."}}),
        },
    }


def _schema(kind: Kind) -> dict[str, Any]:
    """What is sent of an entity."""
    rules = RULES[kind.name]
    properties = {
        field.name: _value(field) for field in kind.fields[1:] if field.name not in rules.made
    }
    for link in kind.links:
        one: dict[str, Any] = {"anyOf": [_named("Link"), _named(link.target)]}
        properties[link.name] = {"type": "array", "items": one} if link.many else one
    return {"type": "object", "required": list(rules.needs), "properties": properties}


def _value(field: Field) -> dict[str, Any]:
    if field.form is Form.TEXT:
        return {"type": "string", "maxLength": LONGEST.get(field.name, 20_000)}
    if field.form is Form.MOMENT:
        return {"type": "string", "format": "date-time"}
    if field.form is Form.SPAN:
        return {"type": "string", "description": "A time, or two with a slash between them."}
    if field.name in ("properties", "parameters", "unitOfMeasurement"):
        return {"type": "object"}
    if field.name == "unitOfMeasurements":
        return {"type": "array", "items": {"type": "object"}}
    if field.name == "multiObservationDataTypes":
        return {"type": "array", "items": {"type": "string"}}
    return {}


def _arrays() -> dict[str, Any]:
    array = {
        "type": "object",
        "required": ["components", "dataArray"],
        "properties": {
            "Datastream": _named("Link"),
            "MultiDatastream": _named("Link"),
            "components": {"type": "array", "items": {"type": "string"}},
            "dataArray": {"type": "array", "items": {"type": "array"}},
        },
    }
    return {
        "summary": "Take many readings; a link or an error for each",
        "security": [{"key": []}, {"source": []}],
        "requestBody": _body({"type": "array", "items": array}),
        "responses": _said({"201": {"description": "One answer a row, in their order."}}),
    }


def _batch() -> dict[str, Any]:
    request = {
        "type": "object",
        "required": ["id", "method", "url"],
        "properties": {
            "id": {"type": "string"},
            "method": {"type": "string", "enum": ["get", "post", "patch", "put", "delete"]},
            "url": {"type": "string"},
            "atomicityGroup": {"type": "string"},
            "headers": {"type": "object"},
            "body": {},
        },
    }
    body = {
        "type": "object",
        "required": ["requests"],
        "properties": {"requests": {"type": "array", "items": request}},
    }
    return {
        "summary": "Several requests in one",
        "requestBody": _body(body),
        "responses": _said({"200": {"description": "One answer a request, in their order."}}),
    }
