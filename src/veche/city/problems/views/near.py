"""The part of the report form that asks which object is meant and on which side of a border."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from veche import clock
from veche.city.problems.queries.categories import category
from veche.city.problems.queries.near import nearby
from veche.core.places.queries import atlas


@require_GET
def near(request: HttpRequest) -> HttpResponse:
    """Objects of the category's kind near the pin, and the sides of a near border."""
    kind = category(request.GET.get("category", "").replace("\x00", ""))
    found = nearby(request.GET, kind, atlas(), clock.now().date())
    return render(request, "problems/parts/near.html", {"near": found})
