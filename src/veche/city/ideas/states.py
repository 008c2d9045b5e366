"""The state of a case of this module → the state it is shown as (`veche.look.states`)."""

from __future__ import annotations

from collections.abc import Mapping

CALL: Mapping[str, str] = {
    "draft": "call-draft",
    "running": "call-running",
    "answering": "call-answering",
    "answered": "call-answered",
    "cancelled": "call-cancelled",
    "dropped": "dropped",
}
IDEA: Mapping[str, str] = {
    "open": "idea-open",
    "shortlisted": "idea-shortlisted",
    "at_vote": "idea-at-vote",
    "accepted": "idea-accepted",
    "objected": "idea-objected",
    "promised": "idea-promised",
    "combined": "idea-combined",
    "refused": "idea-refused",
    "brought": "idea-brought",
    "called_off": "call-cancelled",
    "collecting": "initiative-collecting",
    "reached": "initiative-reached",
    "answered": "initiative-answered",
    "lapsed": "initiative-lapsed",
}
"""Of ideas and initiatives; what is not here is shown under its own code."""


def shown(procedure: str, state: str) -> str:
    """The state as it is shown."""
    return (CALL if procedure == "call" else IDEA).get(state, state)
