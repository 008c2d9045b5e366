"""Addresses of everybody, and of the voter."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.ballots.views import ballot, check, files, receipt, results, vote
from veche.city.ballots.views import list as lists

urlpatterns: list[URLPattern] = [
    path("", lists.listed, name="list"),
    path("votes.csv", lists.csv, name="csv"),
    path("<slug:number>/", vote.vote, name="vote"),
    path("<slug:number>/config.json", vote.config, name="config"),
    path("<slug:number>/ballot/", ballot.begin, name="ballot"),
    path("<slug:number>/ballot/<int:place>/", ballot.question, name="question"),
    path("<slug:number>/ballot/review/", ballot.review, name="review"),
    path("<slug:number>/ballot/cast/", ballot.cast, name="cast"),
    path("<slug:number>/receipt/", receipt.receipt, name="receipt"),
    path("<slug:number>/receipt.txt", receipt.file, name="receipt-file"),
    path("<slug:number>/check/", check.check, name="check"),
    path("<slug:number>/result/", results.result, name="result"),
    path("<slug:number>/result.json", results.result_json, name="result-json"),
    path("<slug:number>/result.csv", results.result_csv, name="result-csv"),
    path("<slug:number>/turnout.csv", results.turnout_csv, name="turnout-csv"),
    path("<slug:number>/files.zip", files.files, name="files"),
    path("<slug:number>/certificate.txt", results.certificate, name="certificate"),
]
