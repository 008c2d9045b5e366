"""A measure is written out of the ideas of others, and says where the words of each went."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.city.ideas.choosing import (
    LEAST_MEASURE,
    LEAST_QUOTE,
    LEAST_TITLE,
    LEAST_WORDS,
    MOST_MEASURE,
    MOST_QUOTE,
    MOST_SOURCES,
    MOST_TITLE,
    MOST_WORDS,
    flat,
    paragraphs,
)
from veche.city.ideas.models import Call, Citation, Comment, HelpAsked, Idea
from veche.city.ideas.operations.calls import answered_until
from veche.city.ideas.operations.independent import check_facilitates, check_independent
from veche.core.cases.models import Case
from veche.core.cases.operations import open_case
from veche.core.journal.operations import record
from veche.core.notices.operations import tell_followers
from veche.core.notices.operations.telling import make_readers, numbers_of_tellings, queue, tell
from veche.errors import Invalid, Refused
from veche.operation import operation
from veche.texts import TextLength, sized

if TYPE_CHECKING:
    from veche.core.people.models import Person
    from veche.core.places.models import Territory

THEME = "ideas"
WRITTEN_IN = ("running", "answering")
"""States of a call in which measures are written."""
_WHOM = "SELECT DISTINCT person_id FROM unnest(%(people)s::bigint[]) w (person_id)"
_TOLD = """
SELECT DISTINCT r.id AS reader_id, 'own' AS topic, %(case)s AS case_id,
    %(details)s AS details, %(telling)s::bigint AS telling
FROM unnest(%(people)s::bigint[]) w (person_id) JOIN notices_reader r ON r.person_id = w.person_id
"""


@dataclass(frozen=True)
class Cited:
    """Words of an idea or of a comment, and the paragraph that took them up, from one."""

    words: str
    passage: int
    idea: int | None = None
    comment: int | None = None


class TitleLength(TextLength):
    """The title of a measure is too short or too long."""

    code = "title-length"
    field = "title"


class NoSources(Invalid):
    """A measure cites the ideas it was written out of."""

    code = "measure-without-sources"
    sentence = _("Cite between 1 and {most} ideas or comments: a measure is written out of them.")
    field = "sources"


class NotItsWords(Invalid):
    """The words are not those of the source, or the measure has no such paragraph."""

    code = "not-its-words"
    sentence = _("{number} does not say “{words}”, or the measure has no paragraph {passage}.")
    field = "sources"


class UnknownSource(Invalid):
    """The source cannot be read in this call."""

    code = "unknown-source"
    sentence = _("Everybody must be able to read what is cited, in this call: {number}")
    field = "sources"


class CallOver(Refused):
    """Nothing is written for this call any more."""

    code = "call-over"
    sentence = _("This call has ended or has not begun: no measure is written for it now.")


@operation
def synthesise(
    *,
    by: Person,
    at: dt.datetime,
    call: Call,
    title: str,
    text: str,
    sources: Sequence[Cited],
    language: str = "en",
    territory: Territory | None = None,
) -> Idea:
    """A facilitator writes a measure out of what others said, and cites it word by word.

    The authors of what is cited are told, and read there which words went where. The measure is
    supported like an idea; nobody's support is moved to it.

    Raises:
        NotAFacilitator, NotIndependent: this person may not.
        CallOver: the call has ended.
        NoSources, UnknownSource, NotItsWords: what is cited is not so.
        TitleLength, TextLength: title or text are too short or too long.
    """
    case = Case.objects.select_related("territory").get(pk=call.pk)
    check_facilitates(by, at, case)
    if case.state not in WRITTEN_IN:
        raise CallOver
    title = sized(" ".join(title.split()), LEAST_TITLE, MOST_TITLE, TitleLength)
    text = sized(text, LEAST_MEASURE, MOST_MEASURE)
    cited, authors = _checked(by, at, call, text, sources)
    made = open_case(
        by=by,
        at=at,
        procedure="idea",
        move="synthesise",
        theme=THEME,
        territory=territory or case.territory,
        organisation=call.office,
        until=answered_until(call, at),
        public={"sources": len(cited)},
    )
    measure = Idea(
        case=made, kind=Idea.Kind.MEASURE, call=call, title=title, text=text, language=language
    )
    measure.save(force_insert=True)
    for one in cited:
        one.measure = measure
    Citation.objects.bulk_create(cited)
    _tell_cited(by, at, measure, authors)
    return measure


def _checked(
    by: Person, at: dt.datetime, call: Call, text: str, sources: Sequence[Cited]
) -> tuple[list[Citation], list[int]]:
    """The citations as they are kept, and whose words they are."""
    if not 1 <= len(sources) <= MOST_SOURCES:
        raise NoSources(most=MOST_SOURCES)
    ideas = {
        one.pk: one
        for one in Idea.objects.filter(
            pk__in=[s.idea for s in sources if s.idea], call=call, public=True
        ).select_related("case")
    }
    comments = {
        one.pk: one
        for one in Comment.objects.filter(
            pk__in=[s.comment for s in sources if s.comment], shown=True
        ).select_related("matter")
    }
    under = set(
        Idea.objects.filter(
            pk__in=[one.matter_id for one in comments.values()], call=call, public=True
        ).values_list("pk", flat=True)
    )
    check_independent(by, at, [one.case for one in ideas.values()])
    last = len(paragraphs(text))
    found, authors = [], set()
    for source in sources:
        idea, comment = ideas.get(source.idea or 0), comments.get(source.comment or 0)
        if comment is not None and comment.matter_id not in under | {call.pk}:
            comment = None
        if idea is None and comment is None:
            raise UnknownSource(number=source.idea or source.comment or "–")
        words = sized(source.words, LEAST_QUOTE, MOST_QUOTE)
        said = comment.text if comment is not None else f"{idea.title}\n{idea.text}" if idea else ""
        number = comment.matter.number if comment is not None else idea.case.number if idea else ""
        if flat(words) not in flat(said) or not 1 <= source.passage <= last:
            raise NotItsWords(number=number, words=words[:80], passage=source.passage)
        author = comment.author_id if comment is not None else idea.case.author_id if idea else None
        if author is not None:
            authors.add(author)
        found.append(
            Citation(
                idea=idea if comment is None else None,
                comment=comment,
                words=words,
                passage=source.passage,
            )
        )
    return found, sorted(authors)


def _tell_cited(by: Person, at: dt.datetime, measure: Idea, people: Sequence[int]) -> None:
    values: dict[str, Any] = {
        "kind": "ideas.cited",
        "case": measure.pk,
        "details": json.dumps({"title": measure.title}),
        "at": at,
        "by": by.pk,
        "people": list(people),
        "telling": numbers_of_tellings(1)[0],
    }
    make_readers(_WHOM, values)
    told, letters, pushes = tell(_TOLD, values)
    subject = f"idea:{measure.case.number}"
    record(kind="notices.told", by=by, at=at, subject=subject, public={"people": told})
    queue(letters, pushes)


@operation
def ask_help(*, by: Person, at: dt.datetime, case: Case, text: str) -> HelpAsked:
    """A facilitator asks the author and the supporters of an idea something, openly: it stands on
    its page, and whoever follows it is told.

    Raises:
        NotAFacilitator: this person facilitates nothing here.
        TextLength: the question is too short or too long.
    """
    case = Case.objects.select_related("territory").get(pk=case.pk)
    check_facilitates(by, at, case)
    text = sized(text, LEAST_WORDS, MOST_WORDS)
    asked = HelpAsked(idea=Idea.objects.get(case=case), by=by, at=at, text=text)
    asked.save(force_insert=True)
    record(kind="ideas.help-asked", by=by, at=at, subject=f"idea:{case.number}")
    tell_followers(by=by, at=at, case=case, kind="ideas.help")
    return asked
