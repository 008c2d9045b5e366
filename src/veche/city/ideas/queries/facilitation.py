"""What became of an idea among others: what was joined, where its words went, what experts and
offices said. One query for all of it, whatever there is."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from veche.city.ideas import answers
from veche.city.ideas.choosing import CRITERIA, flat, paragraphs
from veche.city.ideas.models import CommentVersion, Idea, Version
from veche.city.ideas.procedure import FACILITATOR, SUPPORTED
from veche.core.cases.operations import in_scope
from veche.languages import here

if TYPE_CHECKING:
    from veche.core.cases.models import Case
    from veche.core.organisations.middleware import Asker

_ALL = """
SELECT
 (SELECT json_agg(json_build_object('number', c.number, 'title', i.title, 'reason', m.reason,
    'supporters', i.supporters, 'at', m.at) ORDER BY m.id)
  FROM ideas_merge m JOIN ideas_idea i ON i.case_id = m.child_id
  JOIN cases_case c ON c.id = m.child_id
  WHERE m.parent_id = %(id)s AND m.undone_at IS NULL AND i.public),
 (SELECT json_build_object('number', c.number, 'title', i.title, 'reason', m.reason, 'at', m.at)
  FROM ideas_merge m JOIN ideas_idea i ON i.case_id = %(into)s
  JOIN cases_case c ON c.id = i.case_id WHERE m.child_id = %(id)s AND m.undone_at IS NULL
    AND i.public),
 (SELECT json_agg(json_build_object('words', t.words, 'passage', t.passage, 'number', c.number,
    'title', i.title, 'comment', t.comment_id, 'idea', t.idea_id,
    'said', coalesce(k.text, i.title || E'\n' || i.text)) ORDER BY t.passage, t.id)
  FROM ideas_citation t LEFT JOIN ideas_comment k ON k.id = t.comment_id
  LEFT JOIN ideas_idea i ON i.case_id = coalesce(t.idea_id, k.matter_id)
  LEFT JOIN cases_case c ON c.id = coalesce(t.idea_id, k.matter_id)
  WHERE t.measure_id = %(id)s AND coalesce(i.public, true) AND coalesce(k.shown, true)),
 (SELECT json_agg(json_build_object('words', t.words, 'passage', t.passage, 'number', c.number,
    'title', i.title, 'text', i.text, 'comment', t.comment_id, 'idea', t.idea_id,
    'said', t.said) ORDER BY t.id)
  FROM (SELECT t.*, s.title || E'\n' || s.text AS said FROM ideas_citation t
        JOIN ideas_idea s ON s.case_id = t.idea_id WHERE t.idea_id = %(id)s
        UNION ALL
        SELECT t.*, k.text FROM ideas_citation t JOIN ideas_comment k ON k.id = t.comment_id
        WHERE k.matter_id = %(id)s AND k.shown) t
  JOIN ideas_idea i ON i.case_id = t.measure_id JOIN cases_case c ON c.id = t.measure_id
  WHERE i.public),
 (SELECT json_agg(json_build_object('criterion', s.criterion, 'value', s.value, 'words', s.words,
    'expert', p.name) ORDER BY s.id)
  FROM ideas_score s JOIN people_person p ON p.id = s.expert_id WHERE s.idea_id = %(id)s),
 (SELECT json_agg(json_build_object('text', h.text, 'at', h.at, 'by', p.name) ORDER BY h.id DESC)
  FROM ideas_helpasked h JOIN people_person p ON p.id = h.by_id WHERE h.idea_id = %(id)s),
 (SELECT json_agg(json_build_object('outcome', r.outcome, 'reason', r.reason, 'text', r.text,
    'at', r.at, 'office', o.names, 'vote', v.number, 'option', a.option,
    'many', (SELECT count(*) FROM ideas_answered x WHERE x.reply_id = r.id)) ORDER BY r.id DESC)
  FROM ideas_answered a JOIN ideas_reply r ON r.id = a.reply_id
  JOIN organisations_organisation o ON o.id = r.office_id
  LEFT JOIN cases_case v ON v.id = r.vote_id WHERE a.idea_id = %(id)s)
"""
_NAMES = ("joined", "into", "cites", "cited", "scores", "help", "replies")


def about(idea: Idea, asker: Asker, at: dt.datetime) -> dict[str, Any]:
    """What ``parts/facilitation.html`` shows of an idea to whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL, {"id": idea.pk, "into": idea.into_id})
        row = cursor.fetchone()
    found: dict[str, Any] = {
        name: json.loads(value) if isinstance(value, str) else value
        for name, value in zip(_NAMES, row, strict=True)
    }
    for name in ("joined", "help", "replies"):
        for one in found[name] or ():
            one["at"] = dt.datetime.fromisoformat(one["at"])
    for one in found["replies"] or ():
        one["office"] = here(one["office"])
        one["answer"] = answers.OUTCOMES.get(one["outcome"], one["outcome"])
        one["why"] = answers.REASONS.get(one["reason"], one["reason"])
    for name in ("cites", "cited"):
        found[name] = still_said(found[name] or [])
    for one in found["cited"]:
        passages = paragraphs(one.pop("text"))
        taken = 1 <= one["passage"] <= len(passages)
        one["took"] = passages[one["passage"] - 1] if taken else ""
    found["scores"] = _scores(found["scores"] or [])
    if idea.kind == Idea.Kind.MEASURE:
        found["passages"] = _passages(idea.text, found["cites"] or [])
    found["facilitates"] = facilitates(idea.case, asker)
    found["rated_now"] = idea.case.state in SUPPORTED
    return found


def still_said(cites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The citations (``words``, ``said``, and the number of their ``idea`` or ``comment``) whose
    words stand in their source today, or stood there before it was reworded. What a moderator has
    covered since is covered in earlier versions too, and so it is not shown here either; no query
    where all stand there today."""
    gone = [one for one in cites if flat(one["words"]) not in flat(one["said"] or "")]
    if not gone:
        return cites
    before: dict[tuple[str, int], list[str]] = {}
    ideas = Version.objects.filter(idea__in=[one["idea"] for one in gone if one["idea"]])
    for pk, title, text in ideas.values_list("idea_id", "title", "text"):
        before.setdefault(("idea", pk), []).append(f"{title}\n{text}")
    comments = CommentVersion.objects.filter(
        comment__in=[one["comment"] for one in gone if one["comment"]]
    )
    for pk, text in comments.values_list("comment_id", "text"):
        before.setdefault(("comment", pk), []).append(text)

    def stood(one: dict[str, Any]) -> bool:
        key = ("comment", one["comment"]) if one["comment"] else ("idea", one["idea"])
        return any(flat(one["words"]) in flat(text) for text in before.get(key, ()))

    return [one for one in cites if one not in gone or stood(one)]


def facilitates(case: Case, asker: Asker) -> bool:
    """Whether whoever asks facilitates where this case lies, and is no party to it."""
    if asker.person is None or case.author_id == asker.person.pk:
        return False
    if any(h.organisation_id and h.organisation_id == case.organisation_id for h in asker.holdings):
        return False
    return any(h.role == FACILITATOR and in_scope(h, case, "territory") for h in asker.holdings)


def _scores(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The scores by criterion: the middle of them, how many, and each with its reason."""
    made = []
    for criterion in CRITERIA:
        given = [one for one in rows if one["criterion"] == criterion]
        if given:
            made.append(
                {
                    "title": answers.CRITERIA[criterion],
                    "mean": sum(one["value"] for one in given) / len(given),
                    "given": given,
                }
            )
    return made


def _passages(text: str, cites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The paragraphs of a measure, each with the sources it was written out of."""
    return [
        {"text": part, "sources": [one for one in cites if one["passage"] == place]}
        for place, part in enumerate(paragraphs(text), start=1)
    ]
