"""What the page of a map shows, as it is kept: places on the paper, groups, numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from veche.city.ideas.opinion.chart import Chart
from veche.city.ideas.opinion.limits import FEWEST
from veche.city.ideas.opinion.votes import Floats

WIDTH, HEIGHT, EDGE = 640, 420, 28
"""The paper, and how much of it stays empty at each side."""


def picture(chart: Chart) -> dict[str, Any]:
    """The map as it is kept and drawn; participants and statements by their numbers.

    A group of fewer than :data:`FEWEST` is not shown: its people are points without a group, and
    no number tells what they said. ``mine`` says where each participant is; pages give it to
    nobody but them. Points come in an order that says nothing about who came when.
    """
    shown = [group for group, n in enumerate(chart.numbers.members.tolist()) if n >= FEWEST]
    places = _placed(chart.points, chart.labels >= 0)
    order = {group: place for place, group in enumerate(shown)}
    labels = [order.get(label, -1) for label in chart.labels.tolist()]
    grouped = [row for row, label in enumerate(chart.labels.tolist()) if label >= 0]
    mine = {
        chart.conversation.participants[row]: [*places[row].tolist(), labels[row]]
        for row in grouped
    }
    explained = chart.explained()
    return {
        "participants": len(chart.conversation.participants),
        "grouped": len(grouped),
        "votes": chart.conversation.votes,
        "points": sorted(mine.values()),
        "mine": mine,
        "groups": [
            {
                "id": chart.names[group],
                "members": int(chart.numbers.members[group]),
                **_outline(places[chart.labels == group]),
                "says": [
                    {"statement": int(one["statement"]), "says": one["says"]}
                    for one in explained[group]["statements"]
                ],
            }
            for group in shown
        ],
        "statements": _statements(chart, shown),
        "seconds": round(chart.seconds, 3),
    }


def _statements(chart: Chart, shown: list[int]) -> list[dict[str, Any]]:
    table = chart.numbers
    consensus, gap, against = table.consensus, table.gap, table.against
    return [
        {
            "number": int(statement.id),
            "consensus": float(consensus[column]),
            "against": float(against[column]),
            "gap": float(gap[column]),
            "all": bool((table.seen[:, column] > 0).all()),
            "cells": [
                [
                    int(table.agree[group, column]),
                    int(table.disagree[group, column]),
                    int(table.seen[group, column]),
                ]
                for group in shown
            ],
        }
        for column, statement in enumerate(chart.conversation.statements)
        if statement.counts
    ]


def _placed(points: Floats, drawn: Any) -> Any:
    """Whole places on the paper: the farthest of those that are drawn stand at its edges."""
    if not drawn.any():
        return np.zeros((len(points), 2), dtype=np.int64)
    low, high = points[drawn].min(axis=0), points[drawn].max(axis=0)
    room = np.array([WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE])
    # One measure for both axes: distances on the paper are those of the map.
    measure = float((room / np.maximum(high - low, 1e-9)).min())
    middle = (low + high) / 2
    places = (points - middle) * [measure, -measure] + [WIDTH / 2, HEIGHT / 2]
    return places.round().astype(np.int64)


def _outline(places: Any) -> dict[str, Any]:
    """The middle of a group and the corners of the narrowest outline around it."""
    corners = sorted({(int(x), int(y)) for x, y in places})
    return {"at": places.mean(axis=0).round().astype(int).tolist(), "hull": _hull(corners)}


def _hull(corners: list[tuple[int, int]]) -> list[list[int]]:
    """The outline of points in order (Andrew's monotone chain)."""
    if len(corners) < 3:
        return [list(one) for one in corners]
    halves = []
    for way in (corners, corners[::-1]):
        half: list[tuple[int, int]] = []
        for one in way:
            while len(half) > 1 and _turns_right(half[-2], half[-1], one):
                half.pop()
            half.append(one)
        halves += half[:-1]
    return [list(one) for one in halves]


def _turns_right(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0
