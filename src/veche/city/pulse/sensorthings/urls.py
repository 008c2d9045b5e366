"""The address of the SensorThings service; it stands outside the languages."""

from __future__ import annotations

from django.urls import path

from veche.city.pulse.sensorthings import views

app_name = "sensorthings"
urlpatterns = [
    path("v1.1", views.service, {"rest": ""}, name="root"),
    path("v1.1/", views.service, {"rest": ""}, name="landing"),
    path("v1.1/<path:rest>", views.service, name="service"),
]
