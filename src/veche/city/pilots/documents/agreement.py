"""The words of an agreement of three, in the language it is made in, and its PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from veche.city.pilots.documents.render import render
from veche.city.pilots.rules.methodologies import IndicatorGiven, MethodologyGiven, digest
from veche.city.pilots.words import agreements as said
from veche.look import words

PARTS = ("company", "site", "agency")
"""The three parties, in the order in which the text and the page name them."""
_PT = 72 / 25.4
PLACES = {
    part: (24 * _PT, (297 - 24 - 62 - 52 * number - 8 - 32) * _PT, 134 * _PT,
           (297 - 24 - 62 - 52 * number - 8) * _PT)
    for number, part in enumerate(PARTS)
}  # fmt: skip
"""Where each party signs on the last page: left, low, right, high in points."""


@dataclass(frozen=True)
class Terms:
    """All that an agreement says, as plain values."""

    number: str
    """The number of the application."""
    version: int
    title: str
    """What is tested."""
    programme: str
    parties: Mapping[str, str]
    """The names of the organisations by `PARTS`."""
    department: str
    """Who supervises the trial, and may buy; empty: nobody yet."""
    site: str
    address: str
    since: dt.datetime
    until: dt.datetime
    """From when to when the site is booked."""
    methodology: int
    """Its version."""
    given: MethodologyGiven
    currency: str
    at: dt.datetime


def locale(language: str) -> str:
    """The language of the settings that a short code means: ``zh`` → ``zh-hans``."""
    found = (code for code, _name in settings.LANGUAGES if code.partition("-")[0] == language)
    return next(found, "en")


def make(terms: Terms, language: str) -> bytes:
    """The PDF of an agreement, with empty places for three signatures on its last page.

    Raises:
        veche.city.pilots.documents.render.NoFont: it holds Chinese, and there is no font.
    """
    from veche.city.pilots.engines.places import with_places  # slow to load

    with override(locale(language)):
        data = _data(terms)
    pdf = render("agreement.typ", data, at=terms.at, language=language)
    return with_places(pdf, PLACES)


def _data(terms: Terms) -> dict[str, Any]:
    return {
        "title": _("Agreement on the trial of a solution"),
        "subject": _("“{title}”, application {number}, text {version}").format(
            title=terms.title, number=terms.number, version=terms.version
        ),
        "foot": _("{programme} · agreement {number}, text {version}").format(
            programme=terms.programme, number=terms.number, version=terms.version
        ),
        "party_head": [_("Party"), _("Organisation")],
        "parties": [
            {"part": str(said.PARTIES[part]), "name": terms.parties[part]} for part in PARTS
        ],
        "articles": [_subject(terms), *_judged(terms), *_care(terms), _duties(terms), _end(terms)],
        "sign": {
            "title": _("Signatures"),
            "lines": [
                _(
                    "Each party signs this file with its own program and certificate: inside the"
                    " PDF, or in a file beside it. A signature is over every byte before it."
                ),
                _("The trial begins only when all three signatures are found valid."),
            ],
        },
    }


def _subject(terms: Terms) -> dict[str, Any]:
    name = terms.parties
    lines = [
        _(
            "{company} tests the solution “{title}” at {site} ({owner}). {agency} runs the"
            " programme and sees to it that the trial is fair."
        ).format(
            company=name["company"], title=terms.title, site=terms.site, owner=name["site"],
            agency=name["agency"],
        ),
        _("Place: {address}.").format(address=terms.address or terms.site),
        _("The site is kept free from {since} to {until}; the trial takes {days}.").format(
            since=words.moment(terms.since, "year"), until=words.moment(terms.until, "year"),
            days=words.days(terms.given.days),
        ),
    ]  # fmt: skip
    if terms.department:
        lines.append(
            _(
                "{department} supervises the trial and may buy the solution afterwards. This is"
                " said openly, and it is no party to this agreement."
            ).format(department=terms.department)
        )
    return {"title": _("What is agreed"), "lines": lines}


def _number(value: float | None) -> str:
    return "—" if value is None else words.number(value)


def _row(one: IndicatorGiven) -> list[str]:
    limit = said.LIMITS[one.direction] % {"number": f"{_number(one.threshold)} {one.unit}"}
    name = one.name
    if one.by_testers:
        name = _("{name} (residents are asked)").format(name=name)
    return [
        name,
        str(said.MEASURES[one.measure]),
        "—" if one.baseline is None else f"{_number(one.baseline)} {one.unit}",
        str(limit),
    ]


def _judged(terms: Terms) -> list[dict[str, Any]]:
    given = terms.given
    return [
        {
            "title": _("What is expected"),
            "lines": [],
            "list": list(given.hypotheses),
        },
        {
            "title": _("By what it is judged"),
            "lines": [
                _(
                    "The thresholds below are fixed by the first signature. After it nobody can"
                    " change them, and the report compares each with what was measured."
                )
            ],
            "head": [
                _("What is measured"),
                _("How it is counted"),
                _("Without the solution"),
                _("Success is"),
            ],
            "rows": [_row(one) for one in given.indicators],
            "after": [
                _("Methodology {version}, SHA-256 {digest}").format(
                    version=terms.methodology, digest=digest(given)
                )
            ],
        },
        {
            "title": _("Who and what is measured"),
            "lines": [
                *_paragraphs(given.sample),
                _("Residents who test: {count}.").format(count=words.number(given.testers)),
            ],
        },
    ]


def _care(terms: Terms) -> list[dict[str, Any]]:
    cost = (
        _("Nothing is paid from the city's money for the trial itself.")
        if not terms.given.cost
        else _("The trial is expected to cost the city {cost} {currency}.").format(
            cost=words.number(terms.given.cost, 2), currency=terms.currency
        )
    )
    return [
        {"title": _("Safety"), "lines": _paragraphs(terms.given.safety)},
        {"title": _("Personal data"), "lines": _paragraphs(terms.given.data_protection)},
        {"title": _("Cost"), "lines": [cost]},
    ]


def _duties(terms: Terms) -> dict[str, Any]:
    name = terms.parties
    lines = [
        _(
            "{company} brings the solution in working order, shows how it is used, mends it during"
            " the trial and takes it away afterwards."
        ).format(company=name["company"]),
        _(
            "{owner} gives the place at the times above, tells of every incident at once and may"
            " stop a test that is dangerous."
        ).format(owner=name["site"]),
        _(
            "{agency} collects the measurements, asks the residents who test, and publishes this"
            " methodology, every measurement and the report, whatever they show."
        ).format(agency=name["agency"]),
    ]
    return {"title": _("What each party does"), "lines": lines}


def _end(terms: Terms) -> dict[str, Any]:
    return {
        "title": _("How it ends"),
        "lines": [
            _(
                "The agreement ends with the trial. Each party can end it before with a written"
                " reason, which is published. Another text needs three new signatures."
            ),
            _("It promises no purchase: the city buys, if it does, by its rules for buying."),
        ],
    }


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
