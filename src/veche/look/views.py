"""The style page: every component in every state."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from veche.look.samples import samples


def style(request: HttpRequest) -> HttpResponse:
    """Every component, in three languages, light and dark; it reads no database."""
    return render(request, "look/style.html", samples())
