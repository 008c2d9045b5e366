"""Addresses of letters and corrections."""

from __future__ import annotations

from django.urls import path, re_path

from veche.city.appeals.views import corrections, enclosures, letters, proof, writing

app_name = "appeals"

urlpatterns = [
    path("", letters.letters, name="list"),
    path("letters.csv", letters.csv, name="csv"),
    path("write/", writing.write, name="write"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections.csv", corrections.csv, name="corrections-csv"),
    path("correct/", corrections.correct, name="correct"),
    path("corrections/<slug:number>/", corrections.correction, name="correction"),
    path("corrections/<slug:number>/proof/", proof.of_correction, name="correction-proof"),
    path("corrections/<slug:number>/withdraw/", corrections.withdraw, name="withdraw-correction"),
    path("<slug:number>/", letters.matter, name="matter"),
    re_path(
        r"^(?P<number>[-\w]+)/photographs/(?P<address>[0-9a-f]{24})-(?P<size>small|large)\.jpg$",
        enclosures.photograph,
        name="photograph",
    ),
    path("<slug:number>/documents/<int:enclosure>/", enclosures.document, name="document"),
    path("<slug:number>/proof/", proof.proof, name="proof"),
    path("<slug:number>/rate/", letters.rate, name="rate"),
    path("<slug:number>/withdraw/", letters.withdraw, name="withdraw"),
    path("<slug:number>/address/", letters.forget_address, name="forget-address"),
]
