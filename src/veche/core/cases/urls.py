"""Addresses of cases: the terms and the calendar."""

from __future__ import annotations

from django.urls import path

from veche.core.cases import views

app_name = "cases"

urlpatterns = [
    path("terms/", views.terms, name="terms"),
    path("terms.csv", views.terms_csv, name="terms-csv"),
    path("calendar.csv", views.calendar_csv, name="calendar-csv"),
]
