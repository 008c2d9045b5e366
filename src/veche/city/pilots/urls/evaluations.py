"""Addresses: reports, roll-out and contracts."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.acts_evaluations import ACTS
from veche.city.pilots.views import contract_documents, contracts, evaluations

_ONE = "evaluations/<slug:number>/"
_CONTRACT = "contracts/<int:pk>/"
urlpatterns: list[URLPattern] = [
    path(_ONE, evaluations.evaluation, name="evaluation"),
    path(f"{_ONE}results.csv", evaluations.csv, name="evaluation-csv"),
    path(f"{_ONE}report.pdf", evaluations.pdf, name="evaluation-pdf"),
    path(f"{_ONE}write/", evaluations.write, name="evaluation-write"),
    path(f"{_ONE}preview/", evaluations.preview, name="evaluation-preview"),
    *(
        path(f"{_ONE}{one.code}/", evaluations.act, {"code": one.code}, name=f"pilot-{one.code}")
        for one in ACTS
    ),
    path("contracts/", contracts.contracts, name="contracts"),
    path("contracts/contracts.csv", contracts.csv, name="contracts-csv"),
    path("contracts/new/<slug:number>/", contracts.new, name="contract-new"),
    path(_CONTRACT, contracts.contract, name="contract"),
    path(f"{_CONTRACT}amend/", contracts.amend, name="contract-amend"),
    path(f"{_CONTRACT}pay/", contracts.pay, name="contract-pay"),
    path(f"{_CONTRACT}documents/new/", contract_documents.new, name="contract-document-new"),
    path(
        f"{_CONTRACT}documents/<int:place>/", contract_documents.document, name="contract-document"
    ),
    path(
        f"{_CONTRACT}documents/<int:place>/take-off/",
        contract_documents.take_off,
        name="contract-document-off",
    ),
    path("ocds/releases.json", contracts.releases, name="ocds-releases"),
    path("ocds/records.json", contracts.records, name="ocds-records"),
    path("ocds/<path:ocid>/releases.json", contracts.releases, name="ocds-process"),
    path("ocds/<path:ocid>/record.json", contracts.records, name="ocds-record"),
]
