"""Addresses of work on site."""

from __future__ import annotations

from django.urls import path

from veche.city.field import views

app_name = "field"

urlpatterns = [
    path("", views.spots, name="list"),
    path("link/<str:secret>/", views.by_link, name="link"),
    path("reports/<int:pk>/", views.draft, name="draft"),
    path("reports/<int:pk>/<int:n>.jpg", views.picture, name="picture"),
    path("links/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("<slug:number>/", views.spot, name="spot"),
    path("<slug:number>/forward/", views.forward, name="forward"),
]
