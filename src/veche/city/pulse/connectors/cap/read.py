"""Reads warnings of the Common Alerting Protocol 1.2, one or a feed of them.

An exercise, a test or a draft is told as such and under another name, so that nothing of the city
takes it for a real warning.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from veche.city.pulse.connectors.base import Asked, Fault, Found, Measured, Refusals, a_moment

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
NOT_XML = _("What stands at the address is no XML that may be read.")
NO_WARNINGS = _("What stands at the address is neither a warning nor a feed of them.")
SEVERITY = {"Unknown": 0, "Minor": 1, "Moderate": 2, "Severe": 3, "Extreme": 4}
URGENCY = {"Immediate", "Expected", "Future", "Past", "Unknown"}
CERTAINTY = {"Observed", "Likely", "Possible", "Unlikely", "Unknown"}
STATUS = {"Actual", "Exercise", "System", "Test", "Draft"}
KINDS = {"Alert", "Update", "Cancel", "Ack", "Error"}
SCOPE = {"Public", "Restricted", "Private"}
MOST_LINKS = 50
"""Warnings of a feed that are fetched one by one."""
REAL, DRILL = "warning-severity", "warning-exercise"


def _tree(body: bytes) -> Element:
    from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
    from defusedxml.ElementTree import (  # type: ignore[import-untyped]
        ParseError,
        fromstring,
    )

    try:
        found: Element = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as fault:
        raise Fault(NOT_XML) from fault
    return found


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _said(parent: Element, name: str) -> str:
    for child in parent:
        if _name(child) == name:
            return (child.text or "").strip()
    return ""


def read_alert(alert: Element) -> tuple[Measured | None, str]:
    """A warning as a reading, and what is wrong with it where it is none.

    What the standard asks for must be there and be one of its words.
    """
    head = {name: _said(alert, name) for name in ("identifier", "sender", "sent", "status")}
    kind, scope = _said(alert, "msgType"), _said(alert, "scope")
    at = a_moment(head["sent"])
    # The standard allows neither spaces nor commas in these, and asks for the offset of the time.
    plain = not any(sign in head["identifier"] + head["sender"] for sign in " ,<&")
    if not head["identifier"] or not head["sender"] or not plain:
        return None, "identifier"
    if at is None or dt.datetime.fromisoformat(head["sent"]).tzinfo is None:
        return None, "sent"
    if head["status"] not in STATUS or kind not in KINDS or scope not in SCOPE:
        return None, "status"
    infos = [child for child in alert if _name(child) == "info"]
    worst, told = _worst(infos)
    if told is None:
        return None, "info"
    over = kind in ("Cancel", "Ack", "Error")
    result: dict[str, Any] = {
        **head,
        "msgType": kind,
        "references": _said(alert, "references"),
        **told,
    }
    return (
        Measured(
            thing=head["sender"][:80],
            property=REAL if head["status"] == "Actual" else DRILL,
            at=at,
            number=0.0 if over else float(worst),
            result=result,
            unit="0–4",
            name=told.get("senderName", "") or head["sender"],
        ),
        "",
    )


def _worst(infos: list[Element]) -> tuple[int, dict[str, Any] | None]:
    """The severest part of a warning, in words; None where a word is none of the standard's."""
    told: dict[str, Any] = {}
    worst = 0
    for info in infos:
        severity = _said(info, "severity")
        known = (
            severity in SEVERITY
            and _said(info, "urgency") in URGENCY
            and _said(info, "certainty") in CERTAINTY
            and _said(info, "event")
        )
        if not known:
            return 0, None
        if told and SEVERITY[severity] <= worst:
            continue
        worst = SEVERITY[severity]
        names = ("event", "urgency", "severity", "certainty", "headline", "expires", "senderName")
        told = {name: _said(info, name)[:500] for name in names if _said(info, name)}
        areas = [one for one in info if _name(one) == "area"]
        told["areas"] = [_said(area, "areaDesc")[:200] for area in areas][:20]
        told["polygons"] = [
            (one.text or "").strip()
            for area in areas
            for one in area
            if _name(one) == "polygon" and len(one.text or "") < 20_000
        ][:20]
    return worst, told


def _links(feed: Element) -> list[str]:
    """The addresses of the warnings of an Atom or RSS feed."""
    found: list[str] = []
    for entry in feed.iter():
        if _name(entry) not in ("entry", "item"):
            continue
        for child in entry:
            if _name(child) == "link":
                found.append((child.get("href") or child.text or "").strip())
                break
    return [link for link in found if link][:MOST_LINKS]


def read(asked: Asked) -> Found:
    """The warnings that stand at the address now.

    Raises:
        Fault: there is no XML, or none of this standard.
    """
    root = _tree(asked.fetch(asked.text("address"), asked.headers()))
    refused = Refusals()
    alerts = [one for one in root.iter() if one.tag == f"{{{NAMESPACE}}}alert"]
    if not alerts and _name(root) not in ("feed", "rss", "RDF"):
        raise Fault(NO_WARNINGS)
    if not alerts:
        home = urlsplit(asked.text("address")).netloc
        for link in _links(root):
            # The token is for the machine it was given for, and for no other that a feed names.
            headers = asked.headers() if urlsplit(link).netloc == home else {}
            try:
                tree = _tree(asked.fetch(link, headers))
            except Fault as fault:  # one that cannot be had does not take the others with it
                refused.add("form", fault)
                continue
            alerts += [one for one in tree.iter() if one.tag == f"{{{NAMESPACE}}}alert"]
    measured: list[Measured] = []
    for alert in alerts[: asked.most]:
        one, wrong = read_alert(alert)
        if one is None:
            refused.add("form", f"{wrong}: {_said(alert, 'identifier')}")
        else:
            measured.append(one)
    return Found(_apart(measured), refused.found, heard=True)


def _apart(measured: list[Measured]) -> list[Measured]:
    """Warnings of one sender in the same second, told apart by their identifiers' order."""
    seen: dict[tuple[str, str, dt.datetime], list[str]] = {}
    for one in measured:
        key = (one.thing, one.property, one.at)
        seen.setdefault(key, []).append(one.result["identifier"])
    order = {key: sorted(set(names)) for key, names in seen.items()}
    return [
        one._replace(nth=order[one.thing, one.property, one.at].index(one.result["identifier"]))
        for one in measured
    ]
