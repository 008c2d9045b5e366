"""What is published of sites: what they offer, when they are open, and what is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, is_null, total

_SITES = """
SELECT s.code, s.names->>'en' AS name, o.code AS owner, s.environment, t.code AS territory,
    s.latitude || ' ' || s.longitude AS place,
    (SELECT coalesce(string_agg(k, ' ' ORDER BY k), '') FROM jsonb_object_keys(s.offers) k)
        AS offers,
    (SELECT coalesce(string_agg(r, ' ' ORDER BY r), '')
        FROM jsonb_array_elements_text(s.requires) r) AS requires,
    (s.offers->>'people')::numeric::int AS people, s.published_at AS published_datetime,
    CASE WHEN s.closed_at <= %s THEN s.closed_at END AS closed_datetime,
    (SELECT count(*) FROM pilots_trial r WHERE r.site_id = s.id AND r.starts_at <= %s) AS trials
FROM pilots_site s JOIN organisations_organisation o ON o.id = s.owner_id
JOIN places_territory t ON t.id = s.territory_id
WHERE s.published_at <= %s
"""


def _sites(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _SITES, [at, at, at]


SITES = Dataset(
    name="pilot_sites",
    title=_("Sites for trials"),
    description=_("The places that offered themselves for trials of the pilot programme."),
    columns=(
        Column("code", "text", _("Code of the site.")),
        Column("name", "text", _("Its English name; empty: it has none."), True),
        Column("owner", "text", _("Code of the organisation that offers it.")),
        Column("environment", "text", _("Kind of place: street, indoors, clinic and so on.")),
        Column("territory", "text", _("Code of the neighbourhood or district.")),
        Column("place", "point", _("Where it is.")),
        Column("offers", "text", _("Codes of what is there, with spaces; empty: nothing."), True),
        Column("requires", "text", _("Codes of what it asks for, with spaces; empty: nothing."),
               True),
        Column("people", "integer", _("How many people come in a month; empty: unknown."), True),
        Column("published_datetime", "moment", _("Since when it offers itself.")),
        Column("closed_datetime", "moment", _("Since when it takes no trials; empty: it does."),
               True),
        Column("trials", "integer", _("How many trials have begun there.")),
    ),
    sql=_sites,
    key=("code",),
)  # fmt: skip

_WINDOWS = """
SELECT w.id AS number, s.code AS site, lower(w.during) AS since_datetime,
    upper(w.during) AS until_datetime, w.places,
    (SELECT count(*) FROM pilots_booking b
        WHERE b.window_id = w.id AND b.standing = 'booked' AND b.at <= %s) AS booked
FROM pilots_sitewindow w JOIN pilots_site s ON s.id = w.site_id
WHERE s.published_at <= %s
"""


def _windows(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _WINDOWS, [at, at]


WINDOWS = Dataset(
    name="pilot_site_windows",
    title=_("When sites take trials"),
    description=_("From when to when each site is open for trials, and how many fit at once."),
    columns=(
        Column("number", "integer", _("Number of the window.")),
        Column("site", "text", _("Code of the site.")),
        Column("since_datetime", "moment", _("Its beginning.")),
        Column("until_datetime", "moment", _("Its end, which is not in it.")),
        Column("places", "integer", _("How many trials fit at once.")),
        Column("booked", "integer", _("How many trials are booked in it.")),
    ),
    sql=_windows,
    key=("number",),
)  # fmt: skip

DATASETS: tuple[Dataset, ...] = (SITES, WINDOWS)
FIGURES: tuple[Figure, ...] = (
    Figure(
        "pilot_sites_open", _("Sites that take trials"), SITES.name,
        (count("sites", _("sites")), total("people", "people", title=_("people a month"))),
        by=("environment",), where=(is_null("closed_datetime"),),
    ),
)  # fmt: skip
