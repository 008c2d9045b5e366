"""Addresses of my page."""

from __future__ import annotations

from django.urls import path

from veche.portal.me import proofs, views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/name/", views.name, name="me-name"),
    path("me/looks/", views.looks, name="me-looks"),
    path("me/looks.csv", views.looks_csv, name="me-looks-csv"),
    path("me/receipts/", proofs.receipts, name="me-receipts"),
    path("me/sign-ins/", views.sign_ins, name="me-sign-ins"),
    path("me/data/", views.data, name="me-data"),
    path("me/data.zip", views.download, name="me-download"),
    path("me/erase/", views.erase, name="me-erase"),
]
