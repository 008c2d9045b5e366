"""Addresses of what offices are held to."""

from __future__ import annotations

from django.urls import path

from veche.portal.public import views

urlpatterns = [
    path("red-list/", views.red_list_page, name="red-list"),
    path("red-list.csv", views.red_list_csv, name="red-list-csv"),
    path("red-list.atom", views.red_list_feed, name="red-list-feed"),
    path("offices/", views.offices, name="offices"),
    path("offices.csv", views.offices_csv, name="offices-csv"),
    path("offices/<slug:code>/", views.office, name="office"),
]
