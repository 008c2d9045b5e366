"""What is published of modes and of command: roles and offices, never names; of drills nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset

_MODES = """
SELECT m.id AS mode, t.code AS place, m.level, m.since AS since_datetime,
    a.until AS until_datetime,
    CASE WHEN least(m.ended_at, m.until) <= %s THEN least(m.ended_at, m.until) END
        AS ended_datetime,
    f.role AS entered_as, f.reason
FROM dispatch_citymode m JOIN places_territory t ON t.id = m.territory_id
JOIN LATERAL (SELECT role, reason FROM dispatch_modeact
    WHERE mode_id = m.id AND kind = 'entered' LIMIT 1) f ON true
JOIN LATERAL (SELECT until FROM dispatch_modeact
    WHERE mode_id = m.id AND until IS NOT NULL AND at <= %s ORDER BY at DESC, id DESC LIMIT 1) a
    ON true
WHERE NOT m.drill AND m.since <= %s
"""


def _modes(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _MODES, [at, at, at]


MODES = Dataset(
    name="city_modes",
    title=_("Modes of the city"),
    description=_("Every mode above the usual one, of the city and of its districts."),
    columns=(
        Column("mode", "integer", _("Number of the mode.")),
        Column("place", "text", _("Code of the city or of the district.")),
        Column("level", "integer", _("2 risk, 3 impacts, 4 many severe, 5 beyond strength.")),
        Column("since_datetime", "moment", _("When it was entered.")),
        Column("until_datetime", "moment", _("When it ends by itself, as last written.")),
        Column("ended_datetime", "moment", _("When it was over; empty: it lasts."), True),
        Column(
            "entered_as", "text",
            _("As what it was entered: dispatcher, mayor, commander or machine."),
        ),
        Column("reason", "text", _("Why, as it was written for everybody.")),
    ),
    sql=_modes,
    key=("mode",),
)  # fmt: skip

_ACTS = """
SELECT a.id AS act, a.command_id AS command, o.code AS office, a.kind,
    nullif(a.what, '') AS what, nullif(a.subject, '') AS subject, a.at AS act_datetime,
    a.until AS until_datetime, nullif(a.reason, '') AS reason
FROM dispatch_commandact a JOIN dispatch_command c ON c.id = a.command_id
LEFT JOIN organisations_organisation o ON o.id = c.organisation_id
WHERE a.at <= %s
"""


def _acts(at: dt.datetime) -> tuple[str, Sequence[object]]:
    return _ACTS, [at]


COMMAND = Dataset(
    name="command_acts",
    title=_("Command in a crisis"),
    description=_("Every act about a command, and every one that was done for the mayor."),
    columns=(
        Column("act", "integer", _("Number of the act.")),
        Column("command", "integer", _("Number of the command.")),
        Column("office", "text", _("Code of the commander's office."), True),
        Column(
            "kind", "text",
            _("named, extended, ended, over, seconded, recalled or acted, for the mayor."),
        ),
        Column("what", "text", _("What was done, or the role somebody was seconded as."), True),
        Column("subject", "text", _("Code of the place or office, number of the incident."), True),
        Column("act_datetime", "moment", _("When it was done.")),
        Column("until_datetime", "moment", _("Until when, where the act says so."), True),
        Column("reason", "text", _("Why, as it was written for everybody."), True),
    ),
    sql=_acts,
    key=("act",),
)  # fmt: skip

DATASETS = (MODES, COMMAND)
