"""Switching from afar."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.spheres import access, words
from veche.city.spheres.forms import OrderForm
from veche.city.spheres.models import Task
from veche.city.spheres.operations import tasks as operations
from veche.city.spheres.queries import switching as queries
from veche.city.spheres.rules import tasking
from veche.core.organisations.guard import signed_in
from veche.core.organisations.middleware import asker
from veche.core.people.models import Person
from veche.errors import NotFound, Refused
from veche.look.http import sent


@require_safe
@signed_in("operator", access.NotTheWatch)
def things(request: HttpRequest, person: Person) -> HttpResponse:
    """What can be switched, and the orders that are open."""
    at = clock.now()
    found = queries.capabilities(access.watching(asker(request).holdings))
    open_now = queries.open_orders(at, [one.pk for one in found])
    rows = [
        (one, task := open_now.get(one.pk), words.STATES[task.state] if task else "")
        for one in found
    ]
    context = {"rows": rows, "waits": sum(1 for _c, task, _w in rows if task and _waits(task))}
    return render(request, "spheres/switching.html", context)


def _waits(task: Task) -> bool:
    return bool(task.state == Task.State.WAITS)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in("operator", access.NotTheWatch)
def thing(request: HttpRequest, person: Person, code: str) -> HttpResponse:
    """Order a thing; the log of its orders.

    Raises:
        NotFound: there is no such capability.
        NotTheWatch: the person is no operator there.
    """
    one = queries.capability_of(code)
    at = clock.now()
    access.check_operates(person, at, one.thing.territory)
    posted, status = request.method == "POST", 200
    form = OrderForm(tasking.fields_of(one.parameters), sent(request) if posted else None)
    if posted:
        status = 422
        if form.is_valid():
            try:
                task = operations.order(
                    by=person, at=at, capability=one.pk, parameters=form.parameters(),
                    why=form.cleaned_data["why"],
                )  # fmt: skip
            except Refused as fault:
                form.add_error(None, str(fault))
                status = fault.status
            else:
                messages.success(
                    request,
                    gettext("Ordered. A second operator must agree within 15 minutes.")
                    if _waits(task)
                    else gettext("Ordered. What became of it stands below."),
                )
                return redirect("spheres:capability", code)
    pending = queries.open_orders(at, [one.pk]).get(one.pk)
    context = {
        "one": one,
        "form": form,
        "task": pending,
        "task_word": words.STATES[pending.state] if pending else "",
        "can_agree": pending is not None and _waits(pending) and pending.by_id != person.pk,
        "orders": [
            (row, words.STATES[row.state],
             [(change, words.STATES[change.state]) for change in row.changes.all()])
            for row in queries.orders(one)
        ],
    }  # fmt: skip
    return render(request, "spheres/capability.html", context, status=status)


def _back(pk: int) -> HttpResponse:
    task = Task.objects.select_related("capability").filter(pk=pk).first()
    if task is None:
        raise NotFound
    return redirect("spheres:capability", task.capability.code)


@require_POST
@signed_in("operator", access.NotTheWatch)
def agree(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """A second person agrees to an order."""
    try:
        operations.agree(by=person, at=clock.now(), task=pk)
    except (operations.TaskOver, operations.SamePerson) as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, gettext("Agreed: the thing may fetch the order now."))
    return _back(pk)


@require_POST
@signed_in("operator", access.NotTheWatch)
def refuse(request: HttpRequest, person: Person, pk: int) -> HttpResponse:
    """An order is refused or taken back."""
    try:
        operations.refuse_task(by=person, at=clock.now(), task=pk)
    except operations.TaskOver as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, gettext("Refused: nothing is switched."))
    return _back(pk)
