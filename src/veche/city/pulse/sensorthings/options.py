"""The options of a request."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import QueryDict

from veche.city.pulse.sensorthings.answers import BadQuery
from veche.city.pulse.sensorthings.grammar import Options, Parser

FORMS = {"dataarray": "dataArray", "geojson": "GeoJSON", "csv": "CSV"}
_READ = ("$filter", "$orderby", "$select", "$expand", "$top", "$skip", "$count")


@dataclass
class Asked:
    """Everything that was asked of an address."""

    options: Options = field(default_factory=Options)
    token: str = ""
    form: str = ""
    """dataArray, GeoJSON or CSV; empty for the usual JSON."""


def asked(query: QueryDict) -> Asked:
    """Read the options after the question mark.

    Raises:
        BadQuery: one is unknown, comes twice, or cannot be read.
        TooMuch: one is longer or deeper than anybody needs.
    """
    found = Asked()
    for name, values in query.lists():
        if not name.startswith("$"):
            continue  # not of the standard: for whoever stands between
        text = str(values[-1])
        if len(values) > 1:
            raise BadQuery(what=f"{name[:40]} comes twice")
        if "\x00" in text:
            raise BadQuery(what=f"{name[:40]} holds a character that is none")
        found.options.raw[name] = text
        if name == "$skiptoken":
            found.token = text
        elif name == "$resultFormat":
            found.form = FORMS.get(text.lower(), "")
            if not found.form:
                raise BadQuery(what=f"there is no format {text[:40]!r}")
        elif name in _READ:
            parser = Parser(text)
            parser.option(found.options, name, 0)
            parser.end()
        else:
            raise BadQuery(what=f"there is no option {name[:40]}")
    return found
