"""The page that shows a code, once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from veche.city.points.operations.spending import Got
from veche.look.qr import qr


def code_page(request: HttpRequest, got: Got) -> HttpResponse:
    """A code as text and as a picture; it is in this answer and nowhere else."""
    context = {
        "got": got,
        "picture": qr(got.code, gettext("QR code: the code for the reward")),
    }
    response = render(request, "points/code.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
