"""The manifest of this module."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module, RulePage

_HERE = "veche.city.pilots"

HEARD = (
    "organisations.tie-set",
    "organisations.tie-struck",
    "organisations.ties-imported",
    "organisations.ties-forgotten",
    "organisations.pairs-set",
    "organisations.stake-set",
    "organisations.conflict-rule-set",
    "organisations.appointed",
    "organisations.role-ended",
)
"""What can change who is tied to which company."""

MENU: tuple[MenuEntry, ...] = (
    MenuEntry(_("Pilots"), "pilots:programme"),
    MenuEntry(
        _("My pilots"), "pilots:work", role="pilot_officer expert panellist founder site_owner"
    ),
)
RULES: tuple[RulePage, ...] = (
    RulePage(
        _("Pilot programme"),
        _("Who runs it, how long its stages take, how many experts read, and what it sorts by."),
        "pilots:settings",
        "administrator registrar pilot_officer",
    ),
)

MODULE = Module(
    name="pilots",
    sentence="Solutions are tried before the city buys them: from an application to a contract.",
    menu=MENU,
    rules=RULES,
    rights={
        "pilot_officer": "Runs the pilot programme: calls, screening, experts, sites, trials.",
        "founder": "Acts for a company: applies, signs, answers.",
        "expert": "Reads applications that are given to them, and marks them with reasons.",
        "panellist": "Votes on applications at a panel.",
        "site_owner": "Offers a site for trials and decides who may test there.",
    },
    procedures=(
        f"{_HERE}.procedure:CALL",
        f"{_HERE}.procedure:PILOT",
        f"{_HERE}.procedure:APPEAL",
    ),
    journal_writes={
        # companies
        "pilots.company-registered": "A company was registered for the pilot programme.",
        "pilots.company-set": "A company changed what it says of itself.",
        "pilots.company-confirmed": "The agency compared a company with the register.",
        "pilots.product-added": "A company added something it makes.",
        "pilots.product-set": "A company changed what it says of something it makes.",
        "pilots.product-retired": "A company makes something no more.",
        "pilots.colleague-invited": "Somebody was asked by letter to act for a company.",
        "pilots.colleague-joined": "Somebody acts for a company by an invitation.",
        "pilots.colleague-uninvited": "An invitation to act for a company was taken back.",
        "pilots.colleague-ended": "Somebody acts for a company no more.",
        "pilots.invitations-forgotten": "Addresses of invitations that are over were forgotten.",
        "pilots.scouted": "A scout wrote down a solution.",
        "pilots.scouted-invited": "The maker of a scouted solution was invited by letter.",
        "pilots.scouted-came": "The maker of a scouted solution came.",
        "pilots.scouted-declined": "The maker of a scouted solution will not come.",
        "pilots.support-given": "The programme did something for a company.",
        "pilots.support-superseded": "Another line of support stands in the place of a wrong one.",
        # calls
        "pilot_call.draft": "A call for solutions was begun.",
        "pilot_call.open": "A call for solutions opened.",
        "pilot_call.prolong": "A call takes applications longer.",
        "pilot_call.close": "A call was closed before its last day, with a reason.",
        "pilot_call.close_by_time": "A call closed by its last day.",
        "pilot_call.finish": "All applications to a call are decided.",
        "pilot_call.cancel": "A call was cancelled with a reason.",
        "pilots.call-drafted": "A call for solutions was drafted.",
        "pilots.call-set": "The draft of a call was written anew.",
        "pilots.call-told-again": "A call was drafted twice by the same press of a button.",
        "pilots.criterion-set": "A criterion of a call was written in its draft.",
        "pilots.criterion-dropped": "A criterion was taken out of the draft of a call.",
        "pilots.criteria-copied": "A draft got the criteria of an earlier call.",
        "pilots.form-set": "A form of applications got a new version.",
        # applications
        "pilot.begin": "A draft of an application was begun.",
        "pilot.submit": "A company sent an application.",
        "pilot.drop": "A draft that nobody sent in time was thrown away.",
        "pilot.ask": "The agency asked a company about its application.",
        "pilot.reply": "A company answered what it was asked.",
        "pilot.lapse": "An application ended because the company did not answer.",
        "pilot.admit": "The agency let experts read an application.",
        "pilot.turn_down": "The agency turned an application down with a reason.",
        "pilot.withdraw": "A company withdrew its application.",
        "pilot.restore": "An application went back to the screening by an appeal.",
        "pilot.restore_panel": "An application went back to the panel by an appeal.",
        "pilot_appeal.raise": "A company objected to a decision.",
        "pilot_appeal.grant": "An appeal of a company was granted.",
        "pilot_appeal.deny": "An appeal of a company was denied.",
        "pilots.application-begun": "Somebody began an application for a company.",
        "pilots.draft-saved": "A step of an application was kept in its draft.",
        "pilots.document-kept": "A document came with an application.",
        "pilots.replies-forgotten": "Answers for companies lost the name of who gave them.",
        # conflicts
        "pilots.ties-looked-at": "What is kept from whom was looked at anew, for everybody.",
        "pilots.tasks-came-back": "What tied experts were given to read came back.",
        # experts
        "pilots.expert-enrolled": "Somebody was put on the list of experts.",
        "pilots.expert-set": "What an expert knows, or how many they take, was changed.",
        "pilots.expert-ended": "Somebody was taken off the list of experts.",
        "pilots.assigned": "It was computed who reads which application.",
        "pilots.tasks-given": "Applications were given to experts to read.",
        "pilots.task-accepted": "An expert took on an application.",
        "pilots.task-refused": "An expert refused an application, with a reason.",
        "pilots.task-taken-back": "What was not read was taken back from an expert.",
        "pilots.tasks-reminded": "Experts were reminded of what is due.",
        "pilots.review-handed-in": "A review of an application was handed in.",
        "pilots.scored": "The scores of a call were reckoned from its reviews.",
        # panels
        "pilots.panel-called": "A panel was called.",
        "pilots.panel-set": "The day or the members of a panel were changed.",
        "pilots.panel-item": "An application was put on the agenda of a panel.",
        "pilots.panel-opened": "A panel sat down.",
        "pilots.panel-came": "A member came to a panel.",
        "pilots.panel-recused": "A member of a panel stepped aside from an application.",
        "pilots.panel-voted": "A member of a panel voted.",
        "pilots.panel-decided": "A panel decided about an application, or put it off.",
        "pilots.panel-closed": "The chair signed the minutes of a panel.",
        # sites
        "pilots.site-added": "A place was written down that offers itself for trials.",
        "pilots.site-added-again": "The same form was sent again; nothing was written anew.",
        "pilots.site-set": "What a site offers and asks for was changed.",
        "pilots.site-published": "A site was offered to everybody.",
        "pilots.site-closed": "A site was taken out of the offer, with a reason.",
        "pilots.window-added": "A site said from when to when it takes trials.",
        "pilots.window-set": "The time or the places of a window were changed.",
        "pilots.window-removed": "A window in which nobody had booked was taken back.",
        "pilots.place-held": "A place at a site is held for an application.",
        "pilots.place-booked": "The owner of a site accepted an application.",
        "pilots.place-released": "A place at a site was given back, with a reason.",
        "pilots.holds-ran-out": "Places were given back that nobody had answered for in time.",
        "pilots.holds-ranked": "An owner said what they would like most at their site.",
        "pilots.site-needs-set": "What the trial of an application needs was written down.",
        "pilots.site-weights-set": "What makes a site fit was weighed anew.",
        "pilots.bundle-imported": "How the programme works was taken over from another city.",
        "pilots.sites-matched": "Applications were matched to sites; what went in is kept.",
        # agreements
        "pilot.approve": "The agency approved a methodology; the agreement can be drawn up.",
        "pilot.rewrite": "A methodology went back to be written anew.",
        "pilots.methodology-written": "A version of a methodology was written.",
        "pilots.methodology-approved": "The agency found a methodology fit to sign.",
        "pilots.agreement-drawn-up": "The text of an agreement was made.",
        "pilots.agreement-signed": "A party signed an agreement; the signature was found valid.",
        "pilots.agreement-complete": "All three signatures of an agreement were found valid.",
        "pilots.agreement-sent-back": "An agreement went back to be written anew.",
        "pilots.agreement-ended": "An agreement ended before or after its trial.",
        "pilots.root-trusted": "The city accepts signatures of an authority.",
        "pilots.root-distrusted": "The city no longer accepts signatures of an authority.",
        # trials
        "pilot.breached": "A term of the pilot programme was broken; it stays written down.",
        "pilot.start": "A trial was begun.",
        "pilot.end_trial": "A trial ended, or was stopped for safety.",
        "pilot.lose_site": "An application lost its site; another is looked for.",
        "pilot.trial-withdrawn": "A trial ended, because the company took its application back.",
        "pilot.measured": "A value was measured in a trial.",
        "pilot.measured-again": "A value or a table was sent twice; nothing was written.",
        "pilot.measurements-loaded": "A table of measurements was taken.",
        "pilot.measurement-superseded": "Another value stands in the place of a wrong one.",
        "pilot.stream-watched": "An indicator of a trial is read from a stream of the city.",
        "pilot.stream-dropped": "An indicator of a trial is no longer read from a stream.",
        "pilot.stream-read": "Whole hours of a stream became measurements of a trial.",
        "pilot.incident-raised": "Something went wrong in a trial; an incident was opened.",
        "pilot.quota-set": "It was planned how many testers of each kind are wanted.",
        "pilot.tester-joined": "A resident joined a trial as a tester; the record says not who.",
        "pilot.tester-told-again": "A tester said anew what they had said of themselves.",
        "pilot.tester-left": "A tester took their consent back; their answers were deleted.",
        "pilot.tester-answered": "A tester answered; the record says neither who nor what.",
        "pilot.outcome-told": "Those who tested were told what became of it.",
        "pilot.testers-unlinked": "Testers were unlinked from their answers after their time.",
        # evaluations
        "pilot.publish": "The report of a trial was published.",
        "pilot.buy": "A department answered that it buys what was tested.",
        "pilot.extend": "A department answered that the trial goes on.",
        "pilot.stop": "A department answered that it does not buy what was tested.",
        "pilot.come_to_use": "What a department did not buy at first is used after all.",
        "pilots.report-written": "A draft of the report of a trial was kept.",
        "pilots.report-published": "The report of a trial was published, with its results.",
        "pilots.answered": "A department answered the report of a trial, with its reason.",
        "pilots.rolled-out": "It was written down where the city uses what was tested.",
        "pilots.contract-added": "A contract that follows a pilot was written down.",
        "pilots.contract-amended": "A contract was changed by an amendment, with its reason.",
        "pilots.paid": "A payment by a contract was written down.",
        "pilots.contracts-imported": "Contracts of another publisher were read from OCDS.",
        # programme
        "pilots.founded": "A programme was founded with companies, experts and sites, many at once.",
        "pilots.past-loaded": "Calls and applications of the past were loaded, many at once.",
        "pilots.programme-set": "Who runs the pilot programme, and its terms, were set.",
        "pilots.word-set": "A technology or a development target was named.",
        "pilots.demand-theme-set": "It was set what belongs to a theme of demand.",
    },
    timers={
        # conflicts
        f"{_HERE}.operations.barring:sweep": "every day",
        # experts
        f"{_HERE}.operations.reading:sweep": "every minute",
        # sites
        f"{_HERE}.operations.booking_ends:sweep_holds": "every minute",
        f"{_HERE}.operations.colleagues:sweep": "every minute",
        f"{_HERE}.operations.scouting:sweep": "every minute",
        # trials
        f"{_HERE}.operations.stages:sweep_breaches": "every minute",
        f"{_HERE}.operations.streams:sweep_streams": "every minute",
        f"{_HERE}.operations.testers:sweep_testers": "every minute",
    },
    listens={
        # conflicts
        **dict.fromkeys(HEARD, f"{_HERE}.operations.barring:hear"),
        # trials
        "pilot.withdraw": f"{_HERE}.operations.trials:hear_withdrawn",
        "pilot.publish": f"{_HERE}.operations.testers:hear_published",
    },
    settings={
        "VECHE_OCID_PREFIX": "OCID prefix of the city's contracts, as the registry gave it out",
    },
    commands=f"{_HERE}.commands:register",
    urls=f"{_HERE}.urls",
    demo=f"{_HERE}.demo:load",
    personal=f"{_HERE}.personal",
    desk=f"{_HERE}.desk:DESK",
    moderation=f"{_HERE}.moderation:WRITTEN",
    datasets=f"{_HERE}.datasets:DATASETS",
    figures=f"{_HERE}.datasets:FIGURES",
)
