"""Addresses of the registry of objects."""

from __future__ import annotations

from django.urls import path

from veche.core.places.views import objects

app_name = "places"

urlpatterns = [
    path("objects/", objects.objects, name="objects"),
    path("objects.csv", objects.csv, name="objects-csv"),
    path("objects.geojson", objects.geojson, name="objects-geojson"),
    path("picture.svg", objects.picture, name="picture"),
    path("objects/<str:kind>/<str:identifier>/", objects.thing, name="object"),
]
