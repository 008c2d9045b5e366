"""The roles somebody can hold, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROLES: dict[str, str | Promise] = {
    "moderator": _("Moderator"),
    "head_moderator": _("Head moderator"),
    "dispatcher": _("District dispatcher"),
    "officer": _("Officer of a department"),
    "head": _("Head of an office"),
    "arbiter": _("Arbiter"),
    "controller": _("Control department"),
    "clerk": _("Clerk"),
    "registrar": _("Keeper of the city's data"),
    "volunteer": _("Volunteer"),
    "organiser": _("Organiser of votes"),
    "commissioner": _("Member of the voting commission"),
    "poll_clerk": _("Poll clerk"),
    "facilitator": _("Facilitator"),
    "planner": _("Planner of the strategy"),
    "steward": _("Steward of data"),
    "operator": _("Operator on watch"),
    "analyst": _("Analyst"),
    "pilot_officer": _("Officer of the pilot programme"),
    "expert": _("Expert"),
    "panellist": _("Member of a panel"),
    "founder": _("Founder of a company"),
    "site_owner": _("Keeper of a site"),
    "mayor": _("Mayor"),
    "commander": _("Commander in a crisis"),
    "administrator": _("Administrator"),
}
"""Code → word, in the order they are offered in."""
NEEDS_OFFICE = frozenset({"officer", "head", "pilot_officer", "founder", "site_owner"})
"""Roles that are held in an organisation; the others in a territory, or in the whole city."""


_LOOK_ON: dict[str, str | Promise] = {
    "auditor": _("Auditor"),
    "doctor": _("Doctor"),
    "inspector": _("Inspector"),
    "pupil": _("Pupil"),
}
"""Whom the demo town knows, and who may do no more than anybody."""


def role_word(role: str) -> str | Promise:
    """The word of a role; its code where it is none of ours."""
    return _LOOK_ON.get(role) or ROLES.get(role, role)
