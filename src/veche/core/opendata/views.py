"""The open data pages: what is published, how each figure is defined, how to check it."""

from __future__ import annotations

import itertools
import json

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from veche import clock, module
from veche.core.opendata import publish, queries, words

MOST_ROWS = 200
"""Groups shown on a page; the JSON has them all."""

REMEMBERED = 30
"""Seconds for which a page may be answered from memory to visitors who carry no cookie."""


def _remembered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if not request.COOKIES:
        response["X-Veche-Cache"] = str(REMEMBERED)
    return response


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All datasets and figures, and how to check a publication."""
    figures = module.figures()
    datasets = [
        {"dataset": d, "figures": [f for f in figures if f.dataset == d.name]}
        for d in module.datasets()
    ]
    return _remembered(request, render(request, "opendata/index.html", {"datasets": datasets}))


@require_safe
def dataset(request: HttpRequest, name: str) -> HttpResponse:
    """One dataset with its columns described. Raises: NoSuchDataset."""
    found = queries.dataset(name)
    figures = [f for f in module.figures() if f.dataset == name]
    context = {"dataset": found, "figures": figures}
    return _remembered(request, render(request, "opendata/dataset.html", context))


@require_safe
def dataset_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """The rows as they stand now, streamed. Raises: NoSuchDataset."""
    lines = queries.csv_lines(queries.dataset(name), clock.now())
    first = next(lines)  # a fault must show before the answer has begun
    response = StreamingHttpResponse(
        itertools.chain([first], lines), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_safe
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure: its question, its definition in words, its present values."""
    found, over = queries.figure(name)
    known = queries.remembered(found, over, clock.now())
    at, cells = known.at, known.value
    rows = [
        {
            "group": [words.group(v) for v in cell["group"]],
            "values": [
                words.value(m, over, v) for m, v in zip(found.measures, cell["values"], strict=True)
            ],
        }
        for cell in cells[:MOST_ROWS]
    ]
    measures = [
        {"heading": words.heading(m), "name": m.name, "sentence": words.measure(m)}
        for m in found.measures
    ]
    context = {
        "figure": found,
        "dataset": over,
        "at": at,
        "rows": rows,
        "all": len(cells),
        "measures": measures,
        "by": [words.grouping(by) for by in found.by],
        "rows_of": words.rows_of(found),
    }
    return _remembered(request, render(request, "opendata/figure.html", context))


@require_safe
def figure_json(request: HttpRequest, name: str) -> HttpResponse:
    """The figure's definition and exact present values, as in a publication."""
    found, over = queries.figure(name)
    known = queries.remembered(found, over, clock.now())
    answer = {
        "title": publish.said(found.title),
        "measures": {m.name: publish.said(m.title) for m in found.measures},
        "computed_at": known.at.isoformat(timespec="seconds"),
        "definition": found.to_json(),
        "cells": known.value,
    }
    text = json.dumps(answer, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    return _remembered(request, response)
