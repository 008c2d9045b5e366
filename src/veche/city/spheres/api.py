"""OGC SensorThings, part 2 (Tasking): what things can be told, and the orders, as JSON.

Read by whoever may read the source; written by the system of a thing with the key of its source:
it makes orders to its own things, and says of an order what became of it. What can hurt waits for
two persons on the pages of the city, whoever ordered it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from veche import clock
from veche.city.pulse.models import SourceKey
from veche.city.pulse.sensorthings.access import Caller, caller, writer
from veche.city.pulse.sensorthings.answers import NotThere, answered, base_of, refused
from veche.city.spheres.models import Actuator, Task, TaskingCapability
from veche.city.spheres.operations.tasks import BadParameters, order, tell_task
from veche.errors import Invalid, Refused

MOST = 100
LONGEST = 64_000
"""Bytes of a body."""


class BadBody(Invalid):
    """What was sent is no JSON object of this kind."""

    code = "tasking-body"
    status = 400
    sentence = _("This cannot be read: {what}.")


def _read_body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LONGEST:
        raise BadBody(what="too long")
    try:
        found = json.loads(request.body)
    except (UnicodeDecodeError, ValueError, RecursionError) as fault:
        raise BadBody(what="not JSON") from fault
    if not isinstance(found, dict):
        raise BadBody(what="not an object")
    return found


def _actuator(base: str, one: Actuator) -> dict[str, Any]:
    link = f"{base}/Actuators({one.pk})"
    return {
        "@iot.id": one.pk,
        "@iot.selfLink": link,
        "name": one.name,
        "description": one.description,
        "encodingType": one.encoding_type,
        "metadata": one.metadata,
        "properties": one.properties or {},
        "TaskingCapabilities@iot.navigationLink": f"{link}/TaskingCapabilities",
    }


def _capability(base: str, one: TaskingCapability) -> dict[str, Any]:
    link = f"{base}/TaskingCapabilities({one.pk})"
    return {
        "@iot.id": one.pk,
        "@iot.selfLink": link,
        "name": one.name,
        "description": one.description,
        "taskingParameters": one.parameters,
        "properties": {
            **(one.properties or {}),
            "code": one.code,
            "twoPersons": one.hurts,
            "seconds": one.seconds,
        },
        "Thing@iot.navigationLink": f"{base}/Things({one.thing_id})",
        "Actuator@iot.navigationLink": f"{base}/Actuators({one.actuator_id})",
        "Tasks@iot.navigationLink": f"{link}/Tasks",
    }


def _task(base: str, one: Task) -> dict[str, Any]:
    link = f"{base}/Tasks({one.pk})"
    return {
        "@iot.id": one.pk,
        "@iot.selfLink": link,
        "creationTime": one.created_at.isoformat().replace("+00:00", "Z"),
        "taskingParameters": one.parameters,
        "status": one.state,
        "until": one.until.isoformat().replace("+00:00", "Z"),
        "answer": one.answer,
        "TaskingCapability@iot.navigationLink": (
            f"{base}/TaskingCapabilities({one.capability_id})"
        ),
    }


SETS: dict[str, tuple[Callable[[], QuerySet[Any]], Callable[[str, Any], dict[str, Any]], str]] = {
    "Actuators": (lambda: Actuator.objects.select_related("source"), _actuator, "source"),
    "TaskingCapabilities": (
        lambda: TaskingCapability.objects.select_related("source"), _capability, "source",
    ),
    "Tasks": (
        lambda: Task.objects.select_related("capability__source"), _task, "capability__source",
    ),
}  # fmt: skip
PARENTS = {
    ("Actuators", "TaskingCapabilities"): "actuator",
    ("TaskingCapabilities", "Tasks"): "capability",
    ("Things", "TaskingCapabilities"): "thing",
}
"""Set and the set under it → the column that holds the number of the first."""


def _seen(rows: QuerySet[Any], who: Caller, path: str) -> QuerySet[Any]:
    """Those of a source that is public, or whose source the caller reads."""
    from django.db.models import Q

    if who.reads is None:
        return rows
    return rows.filter(Q(**{f"{path}__public": True}) | Q(**{f"{path}__in": who.reads}))


def _answer(view: Callable[[HttpRequest], HttpResponse], request: HttpRequest) -> HttpResponse:
    with translation.override("en"):
        try:
            return view(request)
        except Refused as refusal:
            answer = refused(refusal)
            if refusal.status == 401:
                answer["WWW-Authenticate"] = 'Basic realm="SensorThings"'
            return answer


def _not_so() -> HttpResponse:
    answer = answered({"code": 405, "type": "not-so", "message": "Not at this address."}, 405)
    answer["Allow"] = "GET, HEAD, POST, PATCH"
    return answer


@csrf_exempt  # a system proves itself by its key; a cookie gives no right to write here
def entities(
    request: HttpRequest, name: str, parent: str = "", number: str = "0"
) -> HttpResponse:  # fmt: skip
    """A set, whole or under another entity; POST makes an order."""
    above = int(number)

    def listed(request: HttpRequest) -> HttpResponse:
        of = PARENTS.get((parent, name)) if parent else None
        if (parent and of is None) or above >= 2**63:
            raise NotThere(what=f"{parent}/{name}")
        if request.method == "POST" and name == "Tasks":
            return _make(request, above if of else 0)
        if request.method not in ("GET", "HEAD"):
            return _not_so()
        rows, document, path = SETS[name]
        found = _seen(rows(), caller(request), path)
        if of:
            found = found.filter(**{of: above})
        top, skip = _page(request, "$top", MOST), _page(request, "$skip", 0)
        top = min(top, MOST)
        base, page = base_of(request), list(found.order_by("-pk")[skip : skip + top + 1])
        told: dict[str, Any] = {}
        if request.GET.get("$count") == "true":
            told["@iot.count"] = found.count()
        if len(page) > top:
            there = f"{base}/{parent}({number})/{name}" if parent else f"{base}/{name}"
            told["@iot.nextLink"] = f"{there}?$top={top}&$skip={skip + top}"
        told["value"] = [document(base, one) for one in page[:top]]
        return answered(told)

    return _answer(listed, request)


def _page(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, "")
    if not text:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadBody(what=name)
    return int(text)


def _words(given: object) -> str:
    """What somebody wrote, without what no text holds."""
    return str(given or "").replace("\x00", "")[:300]


def _make(request: HttpRequest, capability: int) -> HttpResponse:
    holder = writer(request)
    body = _read_body(request)
    if not capability:
        link = body.get("TaskingCapability")
        capability = link.get("@iot.id") if isinstance(link, dict) else 0  # type: ignore[assignment]
    given = body.get("taskingParameters")
    if not isinstance(capability, int) or isinstance(capability, bool) or not capability:
        raise BadBody(what="TaskingCapability")
    if not isinstance(given, dict) or capability >= 2**63:
        raise BadParameters(what="taskingParameters")
    made = order(
        by=None,
        at=clock.now(),
        capability=capability,
        parameters=given,
        why=_words(body.get("why")),
        key=SourceKey.objects.get(pk=holder.key),
    )
    base = base_of(request)
    answer = answered(_task(base, made), 201)
    answer["Location"] = f"{base}/Tasks({made.pk})"
    return answer


@csrf_exempt  # a system proves itself by its key; a cookie gives no right to write here
def entity(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """One entity; PATCH says what became of an order."""
    wanted = int(number)

    def one(request: HttpRequest) -> HttpResponse:
        if wanted >= 2**63:
            raise NotThere(what=f"{name}({number})")
        if request.method == "PATCH" and name == "Tasks":
            return _tell(request, wanted)
        if request.method not in ("GET", "HEAD"):
            return _not_so()
        rows, document, path = SETS[name]
        found = _seen(rows(), caller(request), path).filter(pk=wanted).first()
        if found is None:
            raise NotThere(what=f"{name}({number})")
        return answered(document(base_of(request), found))

    return _answer(one, request)


def _tell(request: HttpRequest, number: int) -> HttpResponse:
    holder = writer(request)
    body = _read_body(request)
    status = body.get("status")
    if not isinstance(status, str):
        raise BadBody(what="status")
    told = tell_task(
        by=None,
        at=clock.now(),
        task=number,
        source=holder.source,
        state=status,
        answer=_words(body.get("answer")),
    )
    return answered(_task(base_of(request), told))
