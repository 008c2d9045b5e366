"""The way of a call, of an application up to the city's answer, and of an appeal.

The case of an application lies with the agency, but while the department that supervises the trial
must answer. Whoever acts for a company, a site or a panel is asked by the operations for the
organisation; the procedure names the role.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.core.cases.procedure import START, SYSTEM, Move, Procedure, State, Window
from veche.core.cases.rules import Term, Unit

PROGRAMME, FOUNDER, OFFICER, ARBITER = "pilot_officer", "founder", "officer", "arbiter"
_OPERATIONS = "veche.city.pilots.operations"


def _days(number: int) -> Term:
    return Term(number, Unit.CALENDAR_DAYS)


CALL = Procedure(
    code="pilot_call",
    title=_("Call for solutions"),
    start=_("Drafted"),
    states=(
        State("draft", _("In drafting"), role=PROGRAMME, term=_days(30)),
        State("open", _("Open for applications"), role=PROGRAMME, term=_days(60),
              on_due=f"{_OPERATIONS}.calls:close_by_time"),
        State("closed", _("Applications are judged"), role=PROGRAMME, term=_days(90)),
        State("finished", _("Decided"), final=True),
        State("cancelled", _("Cancelled"), final=True),
    ),
    moves=(
        Move("draft", (START,), "draft", SYSTEM, _("drafted")),
        Move("open", ("draft",), "open", PROGRAMME, _("opened"), "organisation"),
        Move("close", ("open",), "closed", PROGRAMME, _("closed"), "organisation"),
        Move("close_by_time", ("open",), "closed", SYSTEM, _("closed by its date")),
        Move("prolong", ("open",), "open", PROGRAMME, _("kept open longer"), "organisation"),
        Move("finish", ("closed",), "finished", PROGRAMME, _("decided"), "organisation"),
        Move("cancel", ("draft", "open", "closed"), "cancelled", PROGRAMME,
             _("cancelled with a reason"), "organisation"),
    ),
    line=("draft", "open", "closed", "finished"),
)  # fmt: skip

_BEFORE = ("screening", "more_info", "review", "panel", "matching", "methodology", "agreement")

PILOT = Procedure(
    code="pilot",
    title=_("Pilot"),
    start=_("Begun"),
    states=(
        State("draft", _("Draft of the company"), role=FOUNDER, term=_days(60),
              on_due=f"{_OPERATIONS}.applications:drop_draft"),
        State("screening", _("Being screened"), role=PROGRAMME, term=_days(10)),
        State("more_info", _("The company was asked"), role=FOUNDER, term=_days(14),
              on_due=f"{_OPERATIONS}.screening:lapse", stands_as="screening"),
        State("review", _("Read by experts"), role=PROGRAMME, term=_days(21)),
        State("panel", _("Before the panel"), role=PROGRAMME, term=_days(14)),
        State("matching", _("A site is being found"), role=PROGRAMME, term=_days(14)),
        State("methodology", _("The methodology is written"), role=PROGRAMME, term=_days(14)),
        State("agreement", _("Being signed"), role=PROGRAMME, term=_days(10)),
        State("running", _("Being tested"), role=PROGRAMME, term=_days(90)),
        State("evaluating", _("Being evaluated"), role=PROGRAMME, term=_days(10)),
        State("answering", _("The department must answer"), role=OFFICER, term=_days(30)),
        State("rolled_out", _("Rolled out"), final=True),
        State("not_rolled_out", _("Not rolled out"), final=True),
        State("rejected", _("Turned down"), final=True),
        State("withdrawn", _("Withdrawn"), final=True),
    ),
    moves=(
        Move("begin", (START,), "draft", SYSTEM, _("begun")),
        Move("submit", ("draft",), "screening", FOUNDER, _("sent")),
        Move("drop", ("draft",), "withdrawn", SYSTEM, _("dropped as a draft")),
        Move("ask", ("screening",), "more_info", PROGRAMME, _("asked the company"),
             "organisation"),
        Move("reply", ("more_info",), "screening", FOUNDER, _("answered by the company")),
        Move("lapse", ("more_info",), "withdrawn", SYSTEM, _("ended without an answer")),
        Move("admit", ("screening",), "review", PROGRAMME, _("admitted"), "organisation"),
        Move("turn_down", ("screening",), "rejected", PROGRAMME, _("turned down with a reason"),
             "organisation"),
        Move("bring", ("review",), "panel", PROGRAMME, _("brought before the panel"),
             "organisation"),
        Move("select", ("panel",), "matching", PROGRAMME, _("chosen by the panel"),
             "organisation"),
        Move("decline", ("panel",), "rejected", PROGRAMME, _("declined by the panel"),
             "organisation"),
        Move("place", ("matching",), "methodology", PROGRAMME, _("given a site"),
             "organisation"),
        Move("find_none", ("matching",), "rejected", PROGRAMME, _("ended: no site fits"),
             "organisation"),
        Move("approve", ("methodology",), "agreement", PROGRAMME, _("methodology approved"),
             "organisation"),
        Move("rewrite", ("agreement",), "methodology", PROGRAMME, _("sent back to be written anew"),
             "organisation"),
        Move("start", ("agreement",), "running", PROGRAMME, _("trial begun"), "organisation"),
        Move("lose_site", ("methodology", "agreement", "running"), "matching", PROGRAMME,
             _("lost its site"), "organisation"),
        Move("end_trial", ("running",), "evaluating", PROGRAMME, _("trial ended"),
             "organisation"),
        Move("end_by_time", ("running",), "evaluating", SYSTEM, _("trial ended on its last day")),
        Move("prolong_trial", ("running",), "running", PROGRAMME, _("trial goes on longer"),
             "organisation"),
        Move("publish", ("evaluating",), "answering", PROGRAMME, _("report published"),
             "organisation"),
        Move("buy", ("answering",), "rolled_out", OFFICER, _("the department buys"),
             "organisation"),
        Move("extend", ("answering",), "methodology", OFFICER, _("the trial goes on"),
             "organisation"),
        Move("stop", ("answering",), "not_rolled_out", OFFICER, _("the department does not buy"),
             "organisation"),
        Move("withdraw", ("draft", *_BEFORE, "running"), "withdrawn", FOUNDER,
             _("withdrawn by the company")),
        Move("restore", ("rejected",), "screening", SYSTEM, _("back after an appeal"),
             reopens=True),
        Move("restore_panel", ("rejected",), "panel", SYSTEM, _("before the panel after an appeal"),
             reopens=True),
        Move("come_to_use", ("not_rolled_out",), "rolled_out", OFFICER,
             _("rolled out after all"), "organisation", reopens=True),
    ),
    windows=(Window("appeal", _("Objecting to being turned down"), _days(15)),),
    line=("draft", "screening", "review", "panel", "matching", "methodology", "agreement",
          "running", "evaluating", "answering", "rolled_out"),
)  # fmt: skip

APPEAL = Procedure(
    code="pilot_appeal",
    title=_("Appeal of a company"),
    start=_("Raised"),
    states=(
        State("raised", _("To be judged"), role=ARBITER, term=_days(15)),
        State("granted", _("Granted"), final=True),
        State("denied", _("Denied"), final=True),
    ),
    moves=(
        Move("raise", (START,), "raised", FOUNDER, _("raised")),
        Move("grant", ("raised",), "granted", ARBITER, _("granted"), "territory"),
        Move("deny", ("raised",), "denied", ARBITER, _("denied"), "territory"),
    ),
    line=("raised", "granted"),
)  # fmt: skip

SECRET = ("draft", "screening", "more_info", "review", "panel")
"""Before the decision nothing about an application is public, not even that there is one."""
