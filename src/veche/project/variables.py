"""Every environment variable the program reads, with what it means."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One environment variable that the program reads."""

    name: str
    default: str
    sentence: str
    inner: bool = False
    """Set by one of our processes for another; nobody else should."""


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL",
        "our own cluster under VECHE_HOME",
        "A city's PostgreSQL 15 or later: `postgresql://user:password@host:5432/name`.",
    ),
    Setting(
        "VECHE_CITY",
        "the demo town's",
        "The city's name on every page: `en=Our city;ru=Наш город;zh=我们的城市`; one is enough.",
    ),
    Setting(
        "VECHE_ADDRESS",
        "the first of VECHE_HOSTS",
        "What stands before a path in letters: `https://city.example`.",
    ),
    Setting(
        "VECHE_PUSH_HOSTS",
        "the large browsers' services",
        "Further push services that may be spoken to, separated by commas.",
    ),
    Setting("EMAIL_URL", "letters are written to files", "`smtp+tls://user:password@host:587`."),
    Setting("VECHE_EMAIL_FROM", "`veche@localhost`", "The sender of letters."),
    Setting(
        "VECHE_HOME", "`var/demo`", "The folder of photographs, letters, the secret, the cluster."
    ),
    Setting(
        "VECHE_HOSTS",
        "this machine only",
        "Names the pages answer to, separated by commas.",
    ),
    Setting("VECHE_HTTPS", "off", "`1` behind a proxy that speaks HTTPS: secure cookies, HSTS."),
    Setting("VECHE_LANGUAGE", "`ru`", "Language of those who chose none: `ru`, `en`, `zh-hans`."),
    Setting("VECHE_LOG", "`WARNING`", "How much is said: `DEBUG`, `INFO`, `WARNING`, `ERROR`."),
    Setting("VECHE_OIDC_CLIENT", "`veche`", "What the sign-on calls this site."),
    Setting(
        "VECHE_OIDC_LEVEL",
        "`email`",
        "How far the sign-on is believed: `email`, `resident`, `identified`.",
    ),
    Setting(
        "VECHE_OIDC_LEVEL_CLAIM",
        "",
        "A claim that says it for each person: `acr:high=identified;low=email`.",
    ),
    Setting("VECHE_OIDC_NAME", "the host's name", "What the sign-on is called on the button."),
    Setting("VECHE_OIDC_PLACE_CLAIM", "", "A claim that holds the code of the home territory."),
    Setting("VECHE_OIDC_BIRTH_CLAIM", "", "A claim that holds the day of birth, as 2001-12-31."),
    Setting("VECHE_OIDC_SECRET_FILE", "", "File with the secret the sign-on gave this site."),
    Setting("VECHE_OIDC_URL", "no sign-on", "The issuer of the city's or the country's sign-on."),
    Setting(
        "VECHE_PG_BIN",
        "the wheel's, else the host's",
        "Folder of the PostgreSQL programs for our own cluster.",
    ),
    Setting("VECHE_POOL", "10", "Connections one web process may hold."),
    Setting(
        "VECHE_SECOND_FACTOR",
        "`1`",
        "`0`: the staff may work without a second factor; only for a town that tries things out.",
    ),
    Setting("VECHE_SECRET_KEY", "made once in VECHE_HOME", "Signs cookies; equal on all machines."),
    Setting("VECHE_THREADS", "8", "Requests one web process answers at the same time."),
    Setting("VECHE_TIME_ZONE", "`Europe/Samara`", "The city's time zone."),
    Setting("VECHE_BIND", "", "The address the web process is bound to.", inner=True),
    Setting("VECHE_DEMO", "", "This process belongs to a demo.", inner=True),
    Setting("VECHE_SUPERVISED", "", "The process ends with its supervisor.", inner=True),
    Setting("VECHE_TEST_DATABASE", "", "The database of one test run.", inner=True),
)
"""Every variable of ours that is read anywhere; a test looks for others in the source."""
