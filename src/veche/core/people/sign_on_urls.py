"""Addresses of the city's sign-on; the same in all languages."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect import views
from django.urls import path

urlpatterns = [
    path("<slug:provider_id>/login/", views.login, name="openid_connect_login"),
    path("<slug:provider_id>/back/", views.callback, name="openid_connect_callback"),
]
