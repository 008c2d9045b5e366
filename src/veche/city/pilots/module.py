"""The manifest of this module."""

from __future__ import annotations

from veche.module import MenuEntry, Module, RulePage

_HERE = "veche.city.pilots"

MENU: tuple[MenuEntry, ...] = ()
RULES: tuple[RulePage, ...] = ()

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
        # calls
        # applications
        # conflicts
        "pilots.tasks-came-back": "What tied experts were given to read came back.",
        # experts
        # panels
        # sites
        # agreements
        # trials
        "pilot.breached": "A term of the pilot programme was broken; it stays written down.",
        # evaluations
        # programme
    },
    timers={
        # trials
        f"{_HERE}.operations.stages:sweep_breaches": "every minute",
    },
    listens={},
    commands=f"{_HERE}.commands:register",
    urls=f"{_HERE}.urls",
    demo=f"{_HERE}.demo:load",
    personal=f"{_HERE}.personal",
    datasets=f"{_HERE}.datasets:DATASETS",
    figures=f"{_HERE}.datasets:FIGURES",
)
