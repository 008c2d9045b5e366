"""Addresses of cases: the terms and the calendar."""

from __future__ import annotations

from django.urls import path

from veche.core.cases import views, way_views

app_name = "cases"

urlpatterns = [
    path("procedures/", way_views.procedures, name="procedures"),
    path("procedures/<slug:code>.csv", way_views.procedure_csv, name="procedure-csv"),
    path("procedures/<slug:code>/", way_views.procedure, name="procedure"),
    path("terms/", views.terms, name="terms"),
    path("terms.csv", views.terms_csv, name="terms-csv"),
    path("calendar.csv", views.calendar_csv, name="calendar-csv"),
]
