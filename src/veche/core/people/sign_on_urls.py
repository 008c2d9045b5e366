"""Addresses of the city's sign-on; the same in all languages."""

from __future__ import annotations

from django.urls import path

from veche.core.people import views

urlpatterns = [
    path("<slug:provider_id>/login/", views.to_sign_on, name="openid_connect_login"),
    path("<slug:provider_id>/back/", views.from_sign_on, name="openid_connect_callback"),
]
