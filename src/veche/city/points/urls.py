"""Addresses of points."""

from __future__ import annotations

from django.urls import path

from veche.city.points.views import city, counter, mine, rewards

app_name = "points"

urlpatterns = [
    path("", mine.mine, name="mine"),
    path("points.csv", mine.table, name="csv"),
    path("on/", mine.turn_on, name="on"),
    path("off/", mine.turn_off, name="off"),
    path("how/", rewards.how, name="how"),
    path("rewards/", rewards.offered, name="rewards"),
    path("rewards/<slug:code>/", rewards.get, name="get"),
    path("codes/<int:pk>/undo/", mine.undo, name="undo"),
    path("codes/<int:pk>/renew/", mine.renew, name="renew"),
    path("counter/", counter.counter, name="counter"),
    path("city/rules/", city.rules, name="rules"),
    path("city/rewards/", city.reward_list, name="reward-list"),
    path("city/rewards/add/", city.reward, name="reward-add"),
    path("city/rewards/<slug:code>/", city.reward, name="reward-change"),
]
