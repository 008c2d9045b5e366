"""Addresses of the spheres, under ``/spheres/``."""

from __future__ import annotations

from django.urls import path

from veche.city.spheres.views import (
    cameras,
    flows,
    losses,
    meters,
    safety,
    spheres,
    stops,
    switching,
    tariffs,
)  # fmt: skip

app_name = "spheres"

urlpatterns = [
    path("", spheres.index, name="index"),
    path("meters/", meters.mine, name="meters"),
    path("meters/meters.csv", meters.table, name="meters-csv"),
    path("meters/reminder.ics", meters.reminder, name="meters-reminder"),
    path("meters/add/", meters.add, name="meter-add"),
    path("meters/<int:pk>/", meters.meter, name="meter"),
    path("meters/<int:pk>/give/", meters.give, name="meter-give"),
    path("meters/<int:pk>/close/", meters.close, name="meter-close"),
    path("meters/numbers/<int:pk>/undo/", meters.undo, name="meter-undo"),
    path("meters/numbers/<int:pk>/photograph/", meters.picture, name="meter-picture"),
    path("tariffs/", tariffs.shown, name="tariffs"),
    path("tariffs/tariffs.csv", tariffs.table, name="tariffs-csv"),
    path("tariffs/set/", tariffs.change, name="tariff-set"),
    path("losses/", losses.zones, name="losses"),
    path("losses/<slug:code>/", losses.zone, name="zone"),
    path("losses/<slug:code>/losses.csv", losses.table, name="zone-csv"),
    path("stops/", stops.stops, name="stops"),
    path("stops/<int:pk>/", stops.stop, name="stop"),
    path("stops/<int:pk>/now/", stops.coming, name="coming"),
    path("flows/", flows.flows, name="flows"),
    path("flows/<str:day>.csv", flows.table, name="flows-csv"),
    path("cameras/", cameras.register, name="cameras"),
    path("cameras/cameras.csv", cameras.table, name="cameras-csv"),
    path("cameras/queue/", cameras.queue, name="camera-queue"),
    path("cameras/events/<int:pk>/", cameras.decide, name="camera-decide"),
    path("cameras/events/<int:pk>/undo/", cameras.undo, name="camera-undo"),
    path("cameras/<slug:code>/", cameras.camera, name="camera"),
    path("safety/", safety.places, name="safety"),
    path("safety/occurrences.csv", safety.table, name="safety-csv"),
    path("safety/<int:pk>/", safety.occurrence, name="occurrence"),
    path("safety/<int:pk>/link/", safety.link, name="occurrence-link"),
    path("safety/links/<int:pk>/part/", safety.part, name="occurrence-part"),
    path("switching/", switching.things, name="switching"),
    path("switching/<slug:code>/", switching.thing, name="capability"),
    path("switching/orders/<int:pk>/agree/", switching.agree, name="task-agree"),
    path("switching/orders/<int:pk>/refuse/", switching.refuse, name="task-refuse"),
    path("<slug:code>/", spheres.sphere, name="sphere"),
]
