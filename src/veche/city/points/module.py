"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.city.points.rules import GIVES, TAKES
from veche.module import MenuEntry, Module, RulePage

_HERE = "veche.city.points"

MODULE = Module(
    name="points",
    sentence="Points for taking part, spent on rewards; never a weight in any vote.",
    menu=(
        MenuEntry(_("My points"), "points:mine"),
        MenuEntry(_("Codes for rewards"), "points:counter", role="clerk"),
    ),
    rights={},
    rules=(
        RulePage(
            _("Points: what they are given for"),
            _("How many points each thing gives, how often, and what a new account can earn."),
            "points:rules",
            "administrator registrar",
        ),
        RulePage(
            _("Points: rewards"),
            _("What people get for points, what it costs and how many are left."),
            "points:reward-list",
            "administrator registrar",
        ),
    ),
    listens=dict.fromkeys((*GIVES, *TAKES), f"{_HERE}.operations.earning:hear"),
    timers={f"{_HERE}.operations.spending:sweep": "every minute"},
    journal_writes={
        "points.turned-on": "Somebody turned points on.",
        "points.turned-off": "Somebody turned points off: their account lost its person.",
        "points.forgotten": "A person was forgotten: their account of points lost them.",
        "points.heard": "Records were looked at for points, whether there were any or not.",
        "points.spent": "Somebody got a reward for points.",
        "points.given-back": "Somebody gave a reward back within a day.",
        "points.code-renewed": "Somebody made another code for a reward; the old one is void.",
        "points.redeemed": "A clerk took a code and gave the reward.",
        "points.lapsed": "Codes that nobody used in time ended; the points came back.",
        "points.rule-set": "It was set how many points something gives, and how often.",
        "points.limits-set": "It was set what new accounts can earn, and how long codes are good.",
        "points.reward-set": "A reward was added or changed.",
        "points.demo": "The demo town's points of the past were written.",
    },
    urls=f"{_HERE}.urls",
    personal=f"{_HERE}.personal",
    datasets=f"{_HERE}.datasets:DATASETS",
    figures=f"{_HERE}.datasets:FIGURES",
    demo=f"{_HERE}.demo:load",
)
