"""Addresses: companies, what they make, what was scouted, and support."""

from __future__ import annotations

from django.urls import URLPattern, path

from veche.city.pilots.views import companies, company_work, scouting

urlpatterns: list[URLPattern] = [
    path("company/", companies.own, name="own-companies"),
    path("company/register/", companies.register, name="register"),
    path("company/<slug:code>/", companies.own_company, name="own-company"),
    path("company/<slug:code>/change/", companies.change, name="company-change"),
    path("company/<slug:code>/products/new/", company_work.product, name="product-new"),
    path("company/<slug:code>/products/<int:number>/", company_work.product, name="product"),
    path(
        "company/<slug:code>/products/<int:number>/retire/",
        company_work.retire,
        name="product-retire",
    ),
    path("company/<slug:code>/invite/", company_work.invite, name="colleague-invite"),
    path(
        "company/<slug:code>/invite/<int:number>/back/",
        company_work.uninvite,
        name="colleague-uninvite",
    ),
    path("company/<slug:code>/people/<int:number>/end/", company_work.end, name="colleague-end"),
    path("joined/<str:word>/", company_work.joined, name="joined"),
    path("companies/", companies.listed, name="companies"),
    path("companies/companies.csv", companies.listed_csv, name="companies-csv"),
    path("companies/<slug:code>/", companies.company, name="company"),
    path("companies/<slug:code>/confirm/", companies.confirm, name="company-confirm"),
    path("companies/<slug:code>/support/", company_work.support, name="support"),
    path("companies/<slug:code>/support.csv", companies.support_csv, name="support-csv"),
    path(
        "companies/<slug:code>/support/<int:number>/",
        company_work.support,
        name="support-supersede",
    ),
    path("scouting/", scouting.listed, name="scouted"),
    path("scouting/scouted.csv", scouting.csv, name="scouted-csv"),
    path("scouting/new/", scouting.scout, name="scout"),
    path("scouting/<int:number>/invite/", scouting.invite, name="scouted-invite"),
    path("invited/<str:word>/", scouting.invited, name="invited"),
]
