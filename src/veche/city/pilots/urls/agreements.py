"""Addresses: methodologies, agreements and signatures."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from veche.city.pilots.views import agreements, authorities, methodologies

urlpatterns: list[URLPattern] = [
    path("methodologies/<slug:number>/", methodologies.methodology, name="methodology"),
    path("methodologies/<slug:number>/write/", methodologies.write, name="methodology-write"),
    path("methodologies/<slug:number>/approve/", methodologies.approve, name="methodology-approve"),
    path(
        "methodologies/<slug:number>/indicators.csv",
        methodologies.indicators,
        name="methodology-csv",
    ),
    path("agreements/<slug:number>/", agreements.agreement, name="agreement"),
    path("agreements/<slug:number>/draw-up/", agreements.draw_up, name="agreement-draw-up"),
    path("agreements/<slug:number>/send-back/", agreements.send_back, name="agreement-send-back"),
    re_path(
        r"^agreements/(?P<number>[-a-zA-Z0-9_]+)/sign/(?P<part>company|site|agency)/$",
        agreements.sign,
        name="agreement-sign",
    ),
    re_path(
        r"^agreements/(?P<number>[-a-zA-Z0-9_]+)/(?P<version>[0-9]{1,4})/"
        r"(?P<what>text|signed|company|site|agency)/$",
        agreements.text,
        name="agreement-text",
    ),
    path("authorities/", authorities.authorities, name="authorities"),
    path("authorities/<int:root>/end/", authorities.distrust, name="authority-end"),
]
