"""The ideas of a call as those who choose among them see them: a worktable, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery

from veche.city.ideas import access
from veche.city.ideas.models import Answered, Call, Idea, Merge, Score, SimilarLink
from veche.city.ideas.operations.voting import chosen
from veche.city.ideas.procedure import FACILITATOR, HEAD, OFFICER, PUBLIC_CALL, WAITING
from veche.core.cases.operations import in_scope
from veche.errors import NotFound
from veche.searching import holds

if TYPE_CHECKING:
    from veche.core.organisations.models import Holding

PAGE = 50
LONGEST_WORDS = 80
STATES: Mapping[str, tuple[str, ...]] = {
    "open": ("open",),
    "shortlisted": ("shortlisted",),
    "at_vote": ("at_vote",),
    "accepted": ("accepted",),
    "objected": ("objected",),
}
"""What a worktable can be narrowed to; the states that still wait for somebody."""
ORDERS: Mapping[str, tuple[str, ...]] = {
    "supported": ("-supporters", "-pk"),
    "newest": ("-pk",),
    "discussed": ("-comments", "-pk"),
    "scored": ("-scored", "-supporters", "-pk"),
}


@dataclass(frozen=True)
class Choice:
    """Which ideas of a call are on the table."""

    state: str = ""
    order: str = "supported"
    words: str = ""
    like: str = ""
    """The number of an idea: only this one and those that say nearly the same."""
    page: int = 1

    def parameters(self, **changes: Any) -> str:
        """The address of this choice, with changes; what is usual is left out."""
        values = {"state": self.state, "order": self.order, "q": self.words, "like": self.like,
                  **changes}  # fmt: skip
        if values["order"] == "supported":
            values["order"] = ""
        kept = {name: value for name, value in values.items() if value}
        return f"?{urlencode(kept)}" if kept else "?"


def read(query: Mapping[str, str], usual: str = "") -> Choice:
    """The choice of an address; what it does not understand it leaves out."""
    state, order, page = query.get("state", usual), query.get("order", ""), query.get("page", "1")
    return Choice(
        state=state if state in STATES else "",
        order=order if order in ORDERS else "supported",
        words=" ".join(query.get("q", "").replace("\x00", " ").split())[:LONGEST_WORDS],
        like=query.get("like", "").replace("\x00", "")[:20],
        page=max(1, int(page[:6])) if page.isascii() and page.isdigit() else 1,
    )


def table(call: Call, which: Choice) -> tuple[list[Idea], int]:
    """One page of the ideas that wait for somebody, and how many there are: with ``joined`` (how
    many were joined to each), ``alike`` (how many others say nearly the same), ``scored`` (the
    middle of its scores) and ``experts``."""
    rows = waiting(call)
    if which.state:
        rows = rows.filter(case__state__in=STATES[which.state])
    if which.words:
        found, values = holds("title || ' ' || text", which.words)
        rows = rows.extra(where=[found], params=values)
    if which.like:
        near = SimilarLink.objects.filter(idea__case__number=which.like)
        rows = rows.filter(Q(case__number=which.like) | Q(pk__in=near.values("other")))
    number = rows.count()
    alike = SimilarLink.objects.filter(
        idea=OuterRef("pk"),
        other__call=call,
        other__into__isnull=True,
        other__case__state__in=(*WAITING, "accepted"),
    ).order_by()
    joined = Merge.objects.filter(parent=OuterRef("pk"), undone_at__isnull=True).order_by()
    scores = Score.objects.filter(idea=OuterRef("pk")).order_by()
    counted = rows.annotate(
        joined=Subquery(joined.values("parent").annotate(n=Count("pk")).values("n")),
        alike=Subquery(alike.values("idea").annotate(n=Count("pk")).values("n")),
        scored=Subquery(scores.values("idea").annotate(n=Avg("value")).values("n")),
        experts=Subquery(
            scores.values("idea").annotate(n=Count("expert", distinct=True)).values("n")
        ),
    )
    first = (which.page - 1) * PAGE
    order = ORDERS[which.order]
    if which.order == "scored":
        counted = counted.order_by(F("scored").desc(nulls_last=True), *order[1:])
    else:
        counted = counted.order_by(*order)
    return list(counted[first : first + PAGE]), number


def waiting(call: Call) -> QuerySet[Idea]:
    """The ideas of a call for which something is still to be done."""
    states = (*WAITING, "accepted")
    rows = Idea.objects.filter(call=call, case__state__in=states, into__isnull=True)
    return rows.filter(case__hidden_at=None).select_related("case", "case__territory")


def numbers(call: Call) -> dict[str, int]:
    """How many of them stand where."""
    rows = waiting(call).order_by().values("case__state").annotate(n=Count("pk"))
    return {row["case__state"]: row["n"] for row in rows}


def picked(call: Call, given: Sequence[str]) -> list[Idea]:
    """The ideas of a call that were picked, by the numbers of their rows; at most two thousand."""
    pks = [int(one) for one in given[:2000] if one.isascii() and one.isdigit() and len(one) < 18]
    return list(waiting(call).filter(pk__in=pks).order_by("-supporters", "pk"))


def reach(ideas: Sequence[Idea]) -> dict[str, int]:
    """To how many an answer goes: ideas, authors and supporters, those of joined ideas too."""
    pks = [one.pk for one in ideas]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT c.author_id) FROM ideas_idea i JOIN cases_case c"
            " ON c.id = i.case_id WHERE i.case_id = ANY(%(ids)s) OR i.into_id = ANY(%(ids)s)",
            {"ids": pks},
        )
        authors = int(cursor.fetchone()[0])
    return {
        "ideas": len(pks),
        "authors": authors,
        "supporters": sum(one.supporters for one in ideas),
    }


# Whose ------------------------------------------------------------------------------------------


def may(call: Call, held: Sequence[Holding], role: str) -> bool:
    """Whether somebody with these roles facilitates a call, or answers it."""
    scope = "territory" if role == FACILITATOR else "organisation"
    return any(h.role == role and in_scope(h, call.case, scope) for h in held)


def my_call(number: str, held: Sequence[Holding], *roles: str) -> Call:
    """The call of this number for who holds one of these roles over it.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    call = access.calls().filter(case__number=number, case__state__in=PUBLIC_CALL).first()
    if call is None or not any(may(call, held, role) for role in roles):
        raise NotFound
    return call


def calls_of(held: Sequence[Holding]) -> list[tuple[Call, set[str], dict[str, int]]]:
    """The calls somebody facilitates or answers, each with the roles and what waits there."""
    rows = access.calls().filter(case__state__in=("running", "answering")).order_by("-case_id")
    offices = [h.organisation_id for h in held if h.role in (OFFICER, HEAD)]
    places = [h.territory_id for h in held if h.role == FACILITATOR]
    if None not in places:
        rows = rows.filter(
            Q(case__organisation_id__in=offices)
            | Q(case__territory_id__in=places)
            | Q(case__territory__district_id__in=places)
            | Q(case__territory__city_id__in=places)
        )
    found = []
    for call in rows[:100]:
        roles = {one for one in (FACILITATOR, OFFICER, HEAD) if may(call, held, one)}
        if roles:
            found.append((call, roles))
    counted: dict[int, dict[str, int]] = {}
    states = (*WAITING, "accepted")
    rows_of = Idea.objects.filter(
        call__in=[call.pk for call, _roles in found], case__state__in=states, into__isnull=True
    )
    for row in rows_of.order_by().values("call_id", "case__state").annotate(n=Count("pk")):
        counted.setdefault(row["call_id"], {})[row["case__state"]] = row["n"]
    return [(call, roles, counted.get(call.pk, {})) for call, roles in found]


def outcomes(ideas: Sequence[int]) -> dict[int, tuple[str, bool]]:
    """Of ideas at a vote that was counted: the vote's number, and whether theirs was chosen."""
    rows = Answered.objects.filter(idea__in=ideas, reply__outcome="at_vote")
    found = {}
    for row in rows.select_related("reply__vote__case").order_by("id"):
        vote = row.reply.vote
        if vote is not None and vote.result:
            found[row.idea_id] = (vote.case.number, row.option in chosen(row.reply))
    return found
