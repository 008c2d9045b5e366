"""Addresses: the board of promises, the strategy, its portfolio and its road maps."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.delivery.views import board, feeds, planning, strategy

_ONE = "strategy/<slug:code>/"
_KNOT = f"{_ONE}goals/<str:goal>/"

urlpatterns: list[URLPattern] = [
    path("", board.board, name="board"),
    path("promises.csv", feeds.csv, name="csv"),
    path("feed.atom", feeds.atom, name="feed"),
    path("strategy/", strategy.portfolio, name="strategies"),
    path("strategy/new/", planning.new, name="strategy-new"),
    path(_ONE, strategy.tree, name="strategy"),
    path(f"{_ONE}road-map/", strategy.road_map, name="road-map"),
    path(f"{_ONE}years/", strategy.years, name="years"),
    path(f"{_ONE}strategy.csv", strategy.csv, name="strategy-csv"),
    path(f"{_ONE}add/", planning.add, name="goal-add"),
    path(_KNOT, strategy.knot, name="goal"),
    path(f"{_KNOT}change/", planning.change, name="goal-change"),
    path(f"{_KNOT}measure/", planning.measure, name="goal-measure"),
]
