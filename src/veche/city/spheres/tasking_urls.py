"""Addresses of SensorThings Tasking, beside those of Sensing under ``/sensorthings/``."""

from __future__ import annotations

from django.urls import re_path

from veche.city.spheres import api

app_name = "tasking"
_SETS = "(?P<name>Actuators|TaskingCapabilities|Tasks)"
urlpatterns = [
    re_path(rf"^v1\.1/{_SETS}$", api.entities, name="set"),
    re_path(rf"^v1\.1/{_SETS}\((?P<number>\d{{1,19}})\)$", api.entity, name="one"),
    re_path(
        rf"^v1\.1/(?P<parent>Actuators|TaskingCapabilities|Things)\((?P<number>\d{{1,19}})\)/{_SETS}$",
        api.entities,
        name="under",
    ),
]
