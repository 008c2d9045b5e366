"""Ideas of another platform come in: one operation, one transaction, one journal record.

The rows are checked and put into a temporary table, and the database finds what is new, changed or
the same. What came in is kept as it stood there: it can be read and found, and is like others; no
step is invented and nobody is told. Who supported it there is shown as a number and counted
nowhere, since nobody here can know who they were.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.imports.mapping import Mapping, of_decidim, read_mapping
from veche.city.ideas.imports.rows import Entry, Fault, Translator
from veche.city.ideas.models import Call
from veche.city.ideas.operations.calls import THEME
from veche.core.journal.operations import record
from veche.core.organisations.models import Organisation
from veche.core.organisations.operations import add_organisations
from veche.core.places.queries import atlas
from veche.imported import CannotImport, Rejects, Table, check_apart, sha256
from veche.languages import everywhere
from veche.operation import inside, operation

if TYPE_CHECKING:
    from veche.core.places.models import Territory

FORMATS = ("decidim", "csv")
_PERSONS = ("author", "authors", "user_endorsements", "endorsements/user_endorsements")
"""Columns that name people: never read, and left out of the file of rejects."""

_STAGE = """
DROP TABLE IF EXISTS pg_temp.brought_rows, pg_temp.brought_new;
CREATE TEMPORARY TABLE brought_rows (
    line integer, number text, title text, body text, language text, published timestamptz,
    address text, state text, supports integer, comments integer, longitude float8,
    latitude float8, digest bytea, territory_id bigint
) ON COMMIT DROP
"""
_FILL = """COPY brought_rows (line, number, title, body, language, published, address, state,
    supports, comments, longitude, latitude, digest, territory_id) FROM STDIN"""
_COUNTS = """
SELECT count(*) FILTER (WHERE b.idea_id IS NULL), count(*) FILTER (WHERE b.digest = r.digest)
FROM brought_rows r LEFT JOIN ideas_brought b ON b.source = %s AND b.number = r.number
"""
_NEW = """
CREATE TEMPORARY TABLE brought_new ON COMMIT DROP AS
SELECT nextval('cases_case_id_seq') AS case_id, nextval('cases_number')::text AS n, x.* FROM (
    SELECT r.* FROM brought_rows r WHERE NOT EXISTS (
        SELECT FROM ideas_brought b WHERE b.source = %(source)s AND b.number = r.number)
    ORDER BY r.published, r.line
) x
"""
_INSERTS = (
    """
INSERT INTO cases_birth (id, number, procedure, theme, territory_id, opened_at)
SELECT case_id, to_char(published AT TIME ZONE 'UTC', 'YYYY') || '-'
    || lpad(n, greatest(6, length(n)), '0'), 'idea', %(theme)s, territory_id, published
FROM brought_new
""",
    """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, batch, public)
SELECT case_id, 1, 'bring', '', 'brought', %(office)s, published, %(batch)s, '{}'::jsonb
FROM brought_new
""",
    """
INSERT INTO ideas_idea (case_id, kind, call_id, title, text, language, answers, longitude,
    latitude, promise, version)
SELECT case_id, 'idea', %(call)s, title, body, language, '{}', longitude, latitude, '', 1
FROM brought_new ORDER BY case_id
""",
    """
INSERT INTO ideas_brought (idea_id, source, number, address, state, supports, comments, digest)
SELECT case_id, %(source)s, number, address, state, supports, comments, digest FROM brought_new
""",
)
# What was taken up here in the meantime is this city's: its words stay as they are; so do those of
# which a moderator hid a part.
_REWRITE = (
    """
UPDATE ideas_idea i SET title = r.title, text = r.body, language = r.language,
    longitude = r.longitude, latitude = r.latitude
FROM brought_rows r JOIN ideas_brought b ON b.source = %(source)s AND b.number = r.number
    JOIN cases_case c ON c.id = b.idea_id AND c.state = 'brought'
WHERE i.case_id = b.idea_id AND b.digest <> r.digest
    AND NOT EXISTS (SELECT FROM moderation_original o WHERE o.case_id = c.id)
""",
    """
UPDATE ideas_brought b SET address = r.address, state = r.state, supports = r.supports,
    comments = r.comments, digest = r.digest
FROM brought_rows r WHERE b.source = %(source)s AND b.number = r.number AND b.digest <> r.digest
""",
)
_CALL_BORN = """
INSERT INTO cases_birth (id, number, procedure, theme, territory_id, opened_at)
SELECT nextval('cases_case_id_seq'), to_char(%(at)s AT TIME ZONE 'UTC', 'YYYY') || '-'
    || lpad(n, greatest(6, length(n)), '0'), 'call', %(theme)s, %(territory)s, %(at)s
FROM (SELECT nextval('cases_number')::text AS n) x RETURNING id
"""
_CALL_BROUGHT = """
INSERT INTO cases_caseevent (case_id, seq, move, source, target, organisation_id, at, batch, public)
VALUES (%(case)s, 1, 'bring', '', 'answered', %(office)s, %(at)s, %(batch)s, '{}'::jsonb)
"""


@operation
def import_ideas(
    *,
    by: None,
    at: dt.datetime,
    file: Path,
    form: str,
    source: str,
    columns: Path | None = None,
    call: Call | None = None,
    rejects: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _all: None,
) -> dict[str, Any]:
    """Bring ideas in; a second time only what changed there is written.

    Gives ``read``, ``imported``, ``updated``, ``unchanged`` and ``rejected``, and ``call``: the
    number of the call they stand under, made for them where none was named.

    Args:
        by: an import is made by nobody.
        at: the city's moment.
        file: CSV in UTF-8, plain or packed by gzip.
        form: ``decidim``, an export of proposals, or ``csv``, any table.
        source: what the platform is called here; its ids are known by it.
        columns: ``MAP.toml`` of a table.
        call: the call they belong to; None: one of its own, answered already.
        rejects: where the rows go that cannot be taken, with line and reason.
        progress: is told what is going on, how much is done and of how much.

    Raises:
        CannotImport: the file or its description cannot be used; nothing was written.
    """
    check_apart(file, rejects)
    table = _open(file, progress)
    try:
        mapping = (
            of_decidim(table.header, source)
            if form == "decidim"
            else read_mapping(columns, table.header, source)
        )
        places = atlas()
        area = call.case.territory if call is not None else places.home()
        if area is None:
            raise CannotImport(why=_("there is no city yet: import its outlines first."))
        refused = Rejects(rejects, table.header, None)
        stage = _Stage(mapping, at, area, refused, table.header)
        try:
            with connection.cursor() as cursor:
                # Two imports of one source wait for each other.
                cursor.execute(
                    "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"ideas {mapping.source}"]
                )
                cursor.execute(_STAGE)
            stage.fill(table)
        finally:
            refused.close()
    finally:
        table.close()
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON brought_rows (number)")
        cursor.execute("ANALYZE brought_rows")
        cursor.execute(_COUNTS, [mapping.source])
        new, unchanged = cursor.fetchone()
    found = {
        "read": stage.read,
        "imported": new,
        "updated": stage.read - refused.count - new - unchanged,
        "unchanged": unchanged,
        "rejected": refused.count,
    }
    batch = record(
        kind="ideas.brought",
        by=by,
        at=at,
        subject=f"import:{mapping.source}",
        public={**found, "source": mapping.source, "format": form, "sha256": sha256(file)},
    )
    if call is None:
        call = call_of(mapping.source, area, batch, at) if new else _known_call(mapping.source)
    values: dict[str, Any] = {
        "source": mapping.source,
        "theme": THEME,
        "batch": batch,
        "call": call.pk if call else None,
        "office": call.office_id if call else None,
    }
    with connection.cursor() as cursor:
        if found["updated"]:
            for statement in _REWRITE:
                cursor.execute(statement, values)
        if new:
            progress("write", 0, 1)
            cursor.execute(_NEW, values)
            cursor.execute("ANALYZE brought_new")
            for statement in _INSERTS:
                cursor.execute(statement, values)
            for name in ("cases_case", "cases_caseevent", "ideas_idea"):
                cursor.execute(f"ANALYZE {name}")
    return {**found, "call": call.case.number if call else ""}


def _open(file: Path, progress: Callable[[str, int, int], None]) -> Table:
    """The table; Decidim and spreadsheets of many countries put semicolons between the cells."""

    def tell(done: int, size: int) -> None:
        progress("read", done, size)

    table = Table(file, ",", tell)
    if table.header[0].count(";") >= 1 and len(table.header) < 3:
        table.close()
        return Table(file, ";", tell)
    return table


class _Stage:
    """The temporary table of the rows that can be taken."""

    def __init__(
        self,
        mapping: Mapping,
        at: dt.datetime,
        area: Territory,
        refused: Rejects,
        header: Sequence[str],
    ) -> None:
        self.translator, self.area, self.refused = Translator(mapping, at), area, refused
        self.places = atlas()
        self.city = self.places.home()
        self.read = 0
        self._named = [
            place for place, cell in enumerate(header)
            if cell in _PERSONS or cell.split("/")[0] in _PERSONS
        ]  # fmt: skip

    def fill(self, table: Table) -> None:
        """Read the whole file into the table, row by row."""
        with (
            connection.cursor() as cursor,
            connection.wrap_database_errors,
            cursor.copy(_FILL) as out,
        ):
            for row in self._rows(table):
                out.write_row(row)

    def _rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        for row in table:
            self.read += 1
            try:
                if row.fault:
                    raise Fault(row.fault)
                entry = self.translator.entry(row.cells, row.line)
                territory = self._territory(entry)
            except Fault as fault:
                self.refused.add(row.line, str(fault), self._without_names(row.cells))
                continue
            yield (row.line, *entry, entry.digest, territory)

    def _territory(self, entry: Entry) -> int:
        if entry.longitude is None or entry.latitude is None:
            return self.area.pk
        place = self.places.at(
            entry.longitude, entry.latitude, city=self.city.pk if self.city else None
        )
        if place is None or self.area.pk not in (place.pk, place.district_id, place.city_id):
            raise Fault(_("The point lies outside the area."))
        return place.pk

    def _without_names(self, cells: Sequence[str]) -> list[str]:
        return ["" if place in self._named else cell for place, cell in enumerate(cells)]


def code_of(source: str) -> str:
    """The code of the organisation that stands for a platform."""
    return f"platform/{source}"


def _known_call(source: str) -> Call | None:
    return (
        Call.objects.select_related("case").filter(office__code=code_of(source)).order_by("pk")
    ).first()


@inside
def call_of(source: str, area: Territory, batch: int, at: dt.datetime) -> Call:
    """The call under which what came from a platform stands; made when there is none.

    To be called within an import: its record speaks for the call as well.
    """
    known = _known_call(source)
    if known is not None:
        return known
    offices = add_organisations(
        by=None,
        at=at,
        organisations=[
            Organisation(
                code=code_of(source),
                kind=Organisation.Kind.DEPARTMENT,
                names=everywhere(source),
                imported=True,
            )
        ],
    )
    office = offices[code_of(source)]
    values: dict[str, Any] = {
        "at": at, "theme": THEME, "territory": area.pk, "office": office.pk, "batch": batch,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_CALL_BORN, values)
        pk = cursor.fetchone()[0]
        cursor.execute(_CALL_BROUGHT, {**values, "case": pk})
    call = Call(
        case_id=pk,
        office=office,
        titles=everywhere(source),
        texts={
            "en": f"What was written on {source} before, brought in as it stood there.",
            "ru": f"Написанное раньше на {source}; перенесено, как было.",
            "zh": f"此前发表在{source}上的内容，原样导入。",
        },
        promises={
            "en": "It stays to be read; nothing more was promised here.",
            "ru": "Это можно читать; больше здесь ничего не обещано.",
            "zh": "内容供阅读，此处未作其他承诺。",
        },
    )
    call.save(force_insert=True)
    return Call.objects.select_related("case").get(pk=pk)
