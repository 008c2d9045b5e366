"""A conversation of Polis comes in: its statements, and what each participant said to them.

A statement is known by its number, a participant by theirs; who they were, nobody here knows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.ideas.imports.mapping import checked_source
from veche.city.ideas.imports.rows import Fault, words
from veche.city.ideas.models import Participant, Statement
from veche.city.ideas.operations.imports import call_of
from veche.city.ideas.operations.opinion import LONGEST, opinions_came
from veche.city.ideas.operations.opinion_forget import GONE
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.imported import CannotImport, Rejects, Table, check_apart, sha256
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.ideas.models import Call

COMMENTS, MATRIX, VOTES = "comments.csv", "participants-votes.csv", "votes.csv"
_NUMBER = ("comment-id", "comment_id", "statement_id", "tid")
_TEXT = ("comment-body", "comment", "txt", "text", "body")
_MODERATED = ("moderated", "mod")
_MOMENT = ("timestamp", "created")
_META = ("is-meta", "is_meta", "meta")
_PARTICIPANT = ("voter-id", "voter_id", "participant", "participant_id", "pid")
_VOTE = ("vote", "value")
_SIDES = {"1": 1, "0": 0, "-1": -1}
_SHOWN = ("", "1", "0", "accepted", "unmoderated")
_REJECTED = ("-1", "rejected")
_LINE = _("{path}, line {line}: {why}")
Said: TypeAlias = tuple[int, int, int, dt.datetime | None]
"""Statement, participant, value and moment of a vote."""
LARGEST = 1_000_000
"""Statements and participants of one conversation are numbered below this."""

_STAGE = """
DROP TABLE IF EXISTS pg_temp.polis_votes;
CREATE TEMPORARY TABLE polis_votes (
    number integer, participant integer, value smallint, at timestamptz, place integer
) ON COMMIT DROP
"""
_NEWEST = """
SELECT DISTINCT ON (v.number, v.participant) s.id AS statement_id, v.participant, v.value,
    coalesce(v.at, s.at) AS at
FROM polis_votes v JOIN ideas_statement s ON s.matter_id = %(matter)s AND s.number = v.number
ORDER BY v.number, v.participant, v.at DESC NULLS LAST, v.place DESC
"""
_CHANGED = f"""
UPDATE ideas_statementvote w SET value = n.value, at = n.at FROM ({_NEWEST}) n
WHERE w.statement_id = n.statement_id AND w.participant = n.participant AND w.value <> n.value
"""
_ADDED = f"""
INSERT INTO ideas_statementvote (statement_id, participant, value, at)
SELECT n.statement_id, n.participant, n.value, n.at FROM ({_NEWEST}) n
WHERE NOT EXISTS (SELECT FROM ideas_statementvote w
    WHERE w.statement_id = n.statement_id AND w.participant = n.participant)
"""


@operation
def import_conversation(
    *,
    by: None,
    at: dt.datetime,
    file: Path,
    source: str,
    call: Call | None = None,
    rejects: Path | None = None,
) -> dict[str, Any]:
    """Bring the statements of a conversation into a call, from its folder with its votes.

    Gives the same counts as `veche.city.ideas.operations.imports.import_ideas`, of statements, and
    ``votes``: how many came or changed.

    Raises:
        CannotImport: the file cannot be read, or people of this city have spoken in the call
            already, so that the numbers would mean two things.
    """
    path = file / COMMENTS if file.is_dir() else file
    source = checked_source(source)
    area = call.case.territory if call is not None else atlas().home()
    if area is None:
        raise CannotImport(why=_("there is no city yet: import its outlines first."))
    check_apart(path, rejects)
    table = Table(path)
    try:
        columns = _columns(table.header)
        refused = Rejects(rejects, table.header, None)
        try:
            rows = _Rows(table, columns, refused, at)
            given = {one["number"]: one for one in rows}
        finally:
            refused.close()
    finally:
        table.close()
    digest = sha256(path)
    batch = record(
        kind="ideas.brought",
        by=by,
        at=at,
        subject=f"import:{source}",
        public={"read": rows.read, "rejected": refused.count, "source": source,
                "format": "polis", "sha256": digest},
    )  # fmt: skip
    call = call or call_of(source, area, batch, at)
    if Statement.objects.filter(matter_id=call.pk, author__isnull=False).exists():
        raise CannotImport(why=_("people have written statements in this call already."))
    if Participant.objects.filter(matter_id=call.pk).exists():
        # Their numbers follow those that came; a newer file would mean others by them.
        raise CannotImport(why=_("people of this city have voted in this call already."))
    new, changed = _statements(call.pk, given)
    votes = _votes(file, call.pk) if file.is_dir() else 0
    opinions_came(call.pk)
    return {
        "read": rows.read,
        "imported": new,
        "updated": changed,
        "unchanged": len(given) - new - changed,
        "rejected": refused.count,
        "votes": votes,
        "call": call.case.number,
    }


def _columns(header: list[str]) -> dict[str, int]:
    """Where what we read stands.

    Raises:
        CannotImport: a column that is needed is not there.
    """
    places = {}
    for ours, names in (("number", _NUMBER), ("text", _TEXT), ("moderated", _MODERATED),
                        ("moment", _MOMENT), ("meta", _META)):  # fmt: skip
        place = next((header.index(name) for name in names if name in header), None)
        if place is not None:
            places[ours] = place
        elif ours in ("number", "text"):
            raise CannotImport(why=_no_column(names[0], header))
    return places


class _Rows:
    """The statements of a file; what cannot be one goes to the rejects."""

    def __init__(
        self, table: Table, columns: Mapping[str, int], refused: Rejects, at: dt.datetime
    ) -> None:
        self.table, self.columns, self.refused, self.at = table, columns, refused, at
        self.read = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        met: dict[int, int] = {}
        for row in self.table:
            self.read += 1
            try:
                if row.fault:
                    raise Fault(row.fault)
                one = self._statement(row.cells)
                if one["number"] in met:
                    raise Fault(
                        _("The id stands in the file already, in line {line}.").format(
                            line=met[one["number"]]))  # fmt: skip
            except Fault as fault:
                self.refused.add(row.line, str(fault), row.cells)
                continue
            met[one["number"]] = row.line
            yield one

    def _statement(self, cells: list[str]) -> dict[str, Any]:
        number = _whole("comment-id", cells[self.columns["number"]])
        text = " ".join(words(cells[self.columns["text"]]).split())
        said = cells[self.columns["moderated"]].strip() if "moderated" in self.columns else ""
        moderated = said.lower().removesuffix(".0")
        if moderated not in (*_SHOWN, *_REJECTED):
            raise Fault(_("“moderated” is 1, 0 or -1, not “{value}”.").format(value=said[:40]))
        rejected = moderated in _REJECTED
        if rejected:
            # Nobody reads its words, and published files leave them out; its votes count as there.
            text = text[:LONGEST] or GONE
        if not text:
            raise Fault(_("“{name}” is missing.").format(name="comment-body"))
        if len(text) > LONGEST:
            raise Fault(
                _("“{name}” is too long: {count} characters, at most {most}.").format(
                    name="comment-body", count=len(text), most=LONGEST))  # fmt: skip
        standing = Statement.Standing.REJECTED if rejected else Statement.Standing.SHOWN
        meta = cells[self.columns["meta"]].strip().lower() if "meta" in self.columns else ""
        return {
            "number": number,
            "text": text,
            "standing": standing,
            "meta": meta in ("1", "true", "t"),
            "at": self._moment(cells),
        }

    def _moment(self, cells: list[str]) -> dt.datetime:
        said = cells[self.columns["moment"]].strip() if "moment" in self.columns else ""
        return min(moment_of(said) or self.at, self.at)


def moment_of(said: str) -> dt.datetime | None:
    """The moment of a time stamp in seconds or thousandths; None where it is none."""
    try:
        number = float(said)
        return dt.datetime.fromtimestamp(number / 1000 if number > 1e11 else number, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _statements(matter: int, given: Mapping[int, dict[str, Any]]) -> tuple[int, int]:
    """Write what is new and what says something else; how many of each."""
    known = {one.number: one for one in Statement.objects.filter(matter_id=matter)}
    fresh = [
        Statement(matter_id=matter, **one) for number, one in given.items() if number not in known
    ]
    Statement.objects.bulk_create(fresh, batch_size=1000)
    changed = []
    for number, one in given.items():
        old = known.get(number)
        if old is None:
            continue
        if old.reader_id is not None:  # somebody here has read it: what they decided stands
            one = {**one, "standing": old.standing}
        if (old.text, old.standing, old.meta) != (one["text"], one["standing"], one["meta"]):
            old.text, old.standing, old.meta = one["text"], one["standing"], one["meta"]
            changed.append(old)
    Statement.objects.bulk_update(changed, ["text", "standing", "meta"], batch_size=1000)
    return len(fresh), len(changed)


def _votes(folder: Path, matter: int) -> int:
    """Bring in who said what, the newest word of each on each; how many came or changed."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        with (
            connection.wrap_database_errors,
            cursor.copy(
                "COPY polis_votes (number, participant, value, at, place) FROM STDIN"
            ) as out,
        ):
            for place, vote in enumerate(_said(folder)):
                out.write_row((*vote, place))
        cursor.execute(_CHANGED, {"matter": matter})
        changed = cursor.rowcount
        cursor.execute(_ADDED, {"matter": matter})
        return int(changed + cursor.rowcount)


def _said(folder: Path) -> Iterator[Said]:
    """Every vote of a folder, row by row.

    Raises:
        CannotImport: a file is not what its name says.
    """
    path = next((folder / name for name in (MATRIX, VOTES) if (folder / name).is_file()), None)
    if path is None:
        return
    table = Table(path)
    try:
        read = _matrix(table) if path.name == MATRIX else _votes_of(table)
        for row in table:
            if row.fault:
                raise CannotImport(why=_LINE.format(path=path, line=row.line, why=row.fault))
            try:
                yield from read(row.cells)
            except Fault as fault:
                raise CannotImport(why=_LINE.format(path=path, line=row.line, why=fault)) from fault
    finally:
        table.close()


def _matrix(table: Table) -> Callable[[list[str]], Iterator[Said]]:
    """How a row is read that holds all that one participant said, a column a statement."""
    who = _needed(table.header, _PARTICIPANT)
    numbers = [(place, name) for place, name in enumerate(table.header) if name.isdecimal()]

    def read(cells: list[str]) -> Iterator[Said]:
        person = _whole("participant", cells[who])
        for place, name in numbers:
            if cells[place].strip():
                yield _whole("comment-id", name), person, _side(cells[place]), None

    return read


def _votes_of(table: Table) -> Callable[[list[str]], Iterator[Said]]:
    """How a row is read that holds one vote."""
    number, who, value = (_needed(table.header, one) for one in (_NUMBER, _PARTICIPANT, _VOTE))
    moments = [table.header.index(name) for name in _MOMENT if name in table.header]

    def read(cells: list[str]) -> Iterator[Said]:
        at = moment_of(cells[moments[0]].strip()) if moments else None
        said = _whole("comment-id", cells[number])
        yield said, _whole("voter-id", cells[who]), _side(cells[value]), at

    return read


def _needed(header: list[str], names: tuple[str, ...]) -> int:
    place = next((header.index(name) for name in names if name in header), None)
    if place is None:
        raise CannotImport(why=_no_column(names[0], header))
    return place


def _no_column(name: str, header: list[str]) -> str:
    sentence = _("the file has no column “{name}”; it has {all}.")
    return sentence.format(name=name, all=", ".join(header)[:400])


def _whole(name: str, said: str) -> int:
    """A number below `LARGEST`; ``7.0`` is one too, as some programs write it."""
    text = said.strip().removesuffix(".0")
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) >= LARGEST:
        sentence = _("“{name}” is not a number: “{value}”.")
        raise Fault(sentence.format(name=name, value=said[:40]))
    return int(text)


def _side(said: str) -> int:
    value = _SIDES.get(said.strip().removesuffix(".0"))
    if value is None:
        raise Fault(_("A vote is 1, 0 or -1, not “{value}”.").format(value=said[:40]))
    return value
