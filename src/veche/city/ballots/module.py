"""The manifest of this module."""

from django.utils.translation import gettext_lazy as _

from veche.module import MenuEntry, Module

_HERE = "veche.city.ballots"

MODULE = Module(
    name="ballots",
    sentence="Questions put to a roll of people: voting, exact counting, and proof.",
    menu=(
        MenuEntry(_("Votes"), "votes:list"),
        MenuEntry(_("Votes I run"), "votes:made", role="organiser commissioner"),
        MenuEntry(_("At the counter"), "votes:channels", role="poll_clerk"),
    ),
    rights={
        "organiser": "Drafts and announces votes, in a territory.",
        "commissioner": (
            "Decides on rolls and appeals, suspends, certifies or annuls votes, in a territory."
        ),
        "poll_clerk": "Serves people at a kiosk and counts paper ballots, in a territory.",
        "administrator": "Withdraws keys by which promises for ballots are signed.",
    },
    procedures=(
        f"{_HERE}.procedure:VOTE",
        f"{_HERE}.procedure:VOTE_APPEAL",
        f"{_HERE}.procedure:ROLL_CORRECTION",
    ),
    journal_writes={
        "vote.draft": "A vote was drafted.",
        "vote.change": "The draft of a vote was changed.",
        "vote.drop": "The draft of a vote was dropped.",
        "vote.publish": "A vote was announced, its configuration and roll frozen.",
        "vote.open": "A vote opened.",
        "vote.suspend": "A vote was suspended.",
        "vote.resume": "A suspended vote went on.",
        "vote.close": "A vote closed.",
        "vote.announce": "The count of a vote was announced.",
        "vote.end_appeals": "The time for appeals ended.",
        "vote.certify": "The result of a vote was certified.",
        "vote.archive": "A certified vote went to the archive.",
        "vote.annul": "A vote was annulled.",
        "vote_appeal.file": "Somebody appealed against a vote.",
        "vote_appeal.uphold": "An appeal was upheld.",
        "vote_appeal.dismiss": "An appeal was dismissed.",
        "vote_appeal.withdraw": "An appeal was withdrawn.",
        "roll_correction.ask": "Somebody asked to be put on a roll.",
        "roll_correction.add": "Somebody was put on a roll after asking.",
        "roll_correction.refuse": "Somebody who asked was not put on a roll.",
        "roll_correction.withdraw": "Somebody no longer asks to be put on a roll.",
        "roll_correction.lapse": "Nobody answered a request before the vote closed.",
        "ballots.roll-closed": "The vote closed, and its roll with it.",
        "ballots.forgotten": "Somebody was forgotten: no roll of a vote names them any longer.",
        "ballots.roll-frozen": "The roll of a vote was frozen.",
        "ballots.roll-added": "Somebody was put on the roll of a vote after it was frozen.",
        "ballots.roll-struck": "Somebody was struck off the roll of a vote.",
        "ballots.invited": "Everybody on the roll of a vote is told of it by letter.",
        "ballots.invited-some": "A part of the roll of a vote was told.",
        "ballots.promise-key": "Promises for ballots are signed by a key from now on.",
        "ballots.promise-key-withdrawn": "A key of promises holds no longer.",
        "ballots.booth-opened": "A place to vote in person was opened.",
        "ballots.booth-closed": "All papers of a booth were counted.",
        "ballots.booth-named": "It was said anew where a booth is.",
        "ballots.roll-searched": "Somebody was looked for on the roll at a counter.",
        "ballots.roll-looked": "Somebody was looked up on the roll at a counter.",
        "ballots.kiosk-code": "Somebody was given a code for the kiosk.",
        "ballots.kiosk-opened": "A code opened a ballot at the kiosk.",
        "ballots.marked-on-paper": "Somebody was marked off the roll and given a paper.",
        "ballots.put-back-asked": "A clerk asked to put somebody back who was given a paper.",
        "ballots.put-back-refused": "Somebody marked off for paper is not put back.",
        "ballots.put-back": "Two clerks put somebody back who was marked off by mistake.",
        "ballots.batch-opened": "A batch of papers was begun.",
        "ballots.batch-entered": "A batch of papers was entered.",
        "ballots.batch-begun-anew": "A batch of papers is entered anew.",
        "ballots.batch-agreed": "Both entries of a batch of papers agree.",
        "ballots.batch-annulled": "A batch of papers was annulled.",
        "ballots.dice": "Dice thrown in public were written down.",
        "ballots.annulled": "Ballots were annulled by a decision.",
        "ballots.demo": "The people of the demo town voted.",
    },
    timers={
        f"{_HERE}.operations.outcome:sweep": "every minute",
        f"{_HERE}.packing:sweep": "every minute",
    },
    demo=f"{_HERE}.demo:load",
    personal=f"{_HERE}.personal",
    datasets=f"{_HERE}.datasets:DATASETS",
    figures=f"{_HERE}.datasets:FIGURES",
    desk=f"{_HERE}.desk:DESK",
    commands=f"{_HERE}.commands:register",
    verifier_sources=(
        *(
            f"{_HERE}.counting.{name}"
            for name in ("record", "ties", "ballots", "irv", "stv", "schulze", "sums", "rule")
        ),
        *(
            f"{_HERE}.files.{name}"
            for name in ("text", "scot_csv", "ranks_csv", "blt", "preflib", "votes_csv", "reading")
        ),
        f"{_HERE}.recount",
        f"{_HERE}.counting.kinds",
        f"{_HERE}.counting.majority",
        *(
            f"{_HERE}.vote.{name}"
            for name in ("config", "choice", "leaves", "result", "certificate", "leaf_count")
        ),
        f"{_HERE}.check",
    ),
    verifier_checks={
        "count.json": f"{_HERE}.recount:recount",
        "vote.json": f"{_HERE}.check:check_vote",
    },
)
