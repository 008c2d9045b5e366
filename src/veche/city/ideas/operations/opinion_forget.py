"""What becomes of statements and votes when a person is forgotten, and what they may take along."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from veche.city.ideas.models import Participant, Statement, StatementVote
from veche.core.journal.operations import record
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person

GONE = "—"
"""What stands in place of words that nobody may read."""


@operation
def forget_opinions(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Forget who stands behind numbers, and who wrote statements.

    What was said stays under its number, which nobody can lead back any more; a statement that
    nobody has read, or that was rejected, loses its words.
    """
    written = Statement.objects.filter(author=person)
    written.exclude(standing=Statement.Standing.SHOWN).update(
        text=GONE, words="", standing=Statement.Standing.REJECTED
    )
    statements = written.update(author=None)
    Statement.objects.filter(reader=person).update(reader=None)
    talks, _by_table = Participant.objects.filter(person=person).delete()
    record(
        kind="ideas.opinions-forgotten",
        by=by,
        at=at,
        subject="ideas",
        public={"statements": statements, "conversations": talks},
    )


def opinions_of(person: Person) -> dict[str, Any]:
    """What a person wrote and said for opinion maps, for their download."""
    said = []
    for mine in Participant.objects.filter(person=person).select_related("matter"):
        votes = StatementVote.objects.filter(
            statement__matter=mine.matter, participant=mine.number
        ).select_related("statement")
        said += [
            {
                "matter": mine.matter.number,
                "statement": one.statement.text,
                "value": one.value,
                "at": one.at.isoformat(),
            }
            for one in votes.order_by("id")
        ]
    written = Statement.objects.filter(author=person).select_related("matter").order_by("id")
    return {
        "statements": [
            {
                "matter": one.matter.number,
                "at": one.at.isoformat(),
                "text": one.text,
                "standing": one.standing,
            }
            for one in written
        ],
        "said_to_statements": said,
    }
