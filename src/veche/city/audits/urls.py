"""Addresses of audits."""

from __future__ import annotations

from django.urls import path

from veche.city.audits import views

app_name = "audits"

urlpatterns = [
    path("", views.audits, name="list"),
    path("audits.csv", views.table, name="csv"),
    path("<slug:number>/", views.audit, name="audit"),
    path("<slug:number>/proof/", views.proof, name="proof"),
]
