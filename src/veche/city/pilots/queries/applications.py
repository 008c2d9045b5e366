"""One application as its page tells it, and lists of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from veche.city.pilots.access.applications import Standing, is_public
from veche.city.pilots.models import Application
from veche.city.pilots.sections import SECTIONS

if TYPE_CHECKING:
    from django.http import HttpRequest


@dataclass(frozen=True)
class Drawn:
    """One section of the page, drawn."""

    part: str
    html: SafeString


def sections(
    request: HttpRequest | None, stand: Standing, at: dt.datetime, **more: Any
) -> Iterator[Drawn]:
    """The sections that a reader is shown, in their order."""
    application = stand.application
    decided = is_public(application)
    for one in SECTIONS:
        if not one.shown(application.case.state, stand.relations, decided=decided):
            continue
        told = one.context(application, stand.person, at)
        if told is None:
            continue
        context = {
            "application": application,
            "case": application.case,
            "relations": stand.relations,
            "now": at,
            **more,
            **told,
        }
        html = render_to_string(one.template, context, request)
        yield Drawn(one.part, mark_safe(html))


def address(application: Application) -> str:
    """The page of an application."""
    return reverse("pilots:application", args=[application.case.number])
