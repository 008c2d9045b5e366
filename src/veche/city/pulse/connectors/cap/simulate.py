"""A weather service that warns of wind each afternoon and exercises each noon."""

from __future__ import annotations

import datetime as dt

SETTINGS = {"address": "https://warnings.example.org/feed.xml"}
_ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>wind-{day}-{status}</identifier><sender>weather@example.org</sender><sent>{sent}</sent>
<status>{status}</status><msgType>Alert</msgType><scope>Public</scope>
<info><language>en</language><category>Met</category><event>Wind</event><urgency>Expected</urgency>
<severity>{severity}</severity><certainty>Likely</certainty><expires>{until}</expires>
<senderName>Weather office</senderName><headline>Gusts of 20 m/s</headline>
<area><areaDesc>The whole city</areaDesc></area></info></alert>"""


def answer(address: str, at: dt.datetime) -> bytes:
    """The feed of this moment: the exercise and the warning of the last day that has them."""
    parts = []
    for hour, status, severity in ((8, "Exercise", "Extreme"), (11, "Actual", "Moderate")):
        sent = at.astimezone(dt.UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
        if sent > at:
            sent -= dt.timedelta(days=1)
        until = (sent + dt.timedelta(hours=6)).isoformat()
        alert = _ALERT.format(
            day=f"{sent:%Y%m%d}",
            sent=sent.isoformat(),
            status=status,
            severity=severity,
            until=until,
        )
        parts.append(f"<entry><content type='application/cap+xml'>{alert}</content></entry>")
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(parts)}</feed>".encode()
