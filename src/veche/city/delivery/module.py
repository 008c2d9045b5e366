"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module, RulePage

_HERE = "veche.city.delivery"

MODULE = Module(
    name="delivery",
    sentence="The city's strategy, its promises, and whether residents accept what was done.",
    menu=(
        MenuEntry(_("Promises"), "delivery:board"),
        MenuEntry(_("Write down a promise"), "delivery:make", role="planner controller"),
    ),
    rights={
        "planner": "Keeps the strategy and makes promises of decisions, in a territory.",
    },
    procedures=(f"{_HERE}.procedure:PROMISE", f"{_HERE}.procedure:STEP"),
    journal_writes={
        "promise.make": "A decision became a promise.",
        "promise.write_steps": "The office wrote the steps of a promise.",
        "promise.start": "The office began to deliver a promise.",
        "promise.change": "A date, money or a target of a promise was replaced.",
        "promise.explain": "The office said why a step was missed.",
        "promise.say_done": "The office said that a promise is kept.",
        "promise.accept": "Residents accepted what was done.",
        "promise.refuse": "Residents refused what was done.",
        "promise.lapse": "Nobody said whether a promise was kept.",
        "promise.find_undone": "What was accepted turned out not to be done.",
        "promise.break": "A promise was declared broken.",
        "promise.replace": "A promise was replaced by another.",
        "promise_step.plan": "A step of a promise was planned.",
        "promise_step.explain": "The office said why a step is late.",
        "promise_step.postpone": "A step was given a new date.",
        "promise_step.finish": "A step was done.",
        "promise_step.drop": "A step is no longer needed.",
        "promise_step.redo": "A step must be done again.",
        "promise_step.end": "A step ended with its promise.",
        "delivery.made": "A promise was written down with its sources and those it asks later.",
        "delivery.asked": "Those whom a promise concerns were asked whether it is kept.",
        "delivery.verdict": "Somebody said whether a promise was kept.",
        "delivery.money": "Money of a promise was planned, spent or put right.",
        "delivery.measured": "The indicator of a promise was measured.",
        "delivery.rule-set": "It was set when what was done counts as refused.",
        "delivery.vote-asked": "A satisfaction vote about a promise was drafted.",
        "delivery.demo": "The demo town's promises of the past were written.",
        "delivery.forgotten": "Somebody was forgotten: no promise asks or names them any longer.",
        "delivery.strategy-added": "A strategy was begun.",
        "delivery.strategy-imported": "A strategy was imported from a table.",
        "delivery.goal-added": "A knot was added to a strategy.",
        "delivery.goal-superseded": "A date, sum or target of a strategy was replaced.",
        "delivery.goal-measured": "The indicator of a strategy was measured.",
    },
    desk=f"{_HERE}.desk:DESK",
    personal=f"{_HERE}.personal",
    moderation=f"{_HERE}.moderation:WRITTEN",
    rules=(
        RulePage(
            _("When residents have refused a promise"),
            _("How many must refuse what an office says is done, and of how many answers."),
            "delivery:acceptance-rules",
        ),
    ),
    commands=f"{_HERE}.commands:register",
    datasets=f"{_HERE}.datasets:DATASETS",
    figures=f"{_HERE}.datasets:FIGURES",
    demo=f"{_HERE}.demo:load",
)
