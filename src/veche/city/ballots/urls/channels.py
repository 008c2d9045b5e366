"""Addresses of the service centre: kiosk, help at the counter, paper."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ballots.views import counter, kiosk, paper

urlpatterns: list[URLPattern] = [
    path("kiosk/", kiosk.start, name="kiosk"),
    path("kiosk/<int:place>/", kiosk.question, name="kiosk-question"),
    path("kiosk/review/", kiosk.review, name="kiosk-review"),
    path("kiosk/cast/", kiosk.cast, name="kiosk-cast"),
    path("kiosk/receipt/", kiosk.receipt, name="kiosk-receipt"),
    path("counter/", counter.mine, name="channels"),
    path("<slug:number>/counter/", counter.counter, name="counter"),
    path("<slug:number>/counter/<int:entry>/", counter.entry, name="counter-entry"),
    path("<slug:number>/counter/<int:entry>/look/", counter.look, name="counter-look"),
    path("<slug:number>/counter/<slug:code>/done/", counter.done, name="booth-done"),
    path("<slug:number>/counter/<slug:code>/name/", counter.name, name="booth-name"),
    path("<slug:number>/counter/<slug:code>/begin/", paper.begin, name="pile-begin"),
    path("<slug:number>/counter/<slug:code>/<int:nth>/", paper.pile, name="pile"),
    path("<slug:number>/counter/<slug:code>/<int:nth>/scan.pdf", paper.scan, name="pile-scan"),
    path("<slug:number>/papers/", paper.papers, name="papers"),
]
