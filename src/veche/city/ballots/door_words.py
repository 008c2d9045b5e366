"""Why a ballot was not taken: each reason has a code, a status and a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from veche.city.ballots.counting.kinds import WrongBallot
from veche.city.ballots.queries.right import StruckOff, VoteOver
from veche.errors import Invalid, NotAllowed, Refused

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class WrongToken(NotAllowed):
    """The ballot was not handed out by this city, or was changed on the way."""

    code = "ballot-token"
    sentence = _("This ballot was not handed out here. Open the page of the vote and begin anew.")


class StaleBallot(Refused):
    """The ballot was handed out too long ago."""

    code = "ballot-stale"
    sentence = _("This ballot lay open too long. Open it anew: what you chose is not lost.")


class OtherBallot(Refused):
    """Another choice was cast from the same ballot, in another window or by a second press."""

    code = "ballot-other"
    sentence = _(
        "You have cast another choice from this ballot already, and that one stands."
        " To change it, open the ballot anew."
    )


class RefusedChoice(Invalid):
    """What was chosen does not keep to what is asked."""

    code = "ballot-choice"
    sentence = _("This ballot cannot be taken. {why}")


class TooLongBallot(Refused):
    """More than any ballot can hold."""

    code = "ballot-too-long"
    status = 413
    sentence = _("What was sent is longer than any ballot of this vote can be.")


class BrokenSending(Invalid):
    """What came is no ballot at all."""

    code = "ballot-unreadable"
    status = 400
    sentence = _("What was sent cannot be read as a ballot.")


class DoorAway(Refused):
    """The database cannot be reached, or too many are waiting.

    Where its answer was lost on the way the ballot may stand all the same: nothing else is said.
    """

    code = "door-away"
    status = 503
    sentence = _(
        "It could not be confirmed just now that your vote was taken."
        " Send the same again in a few seconds: it counts once."
    )


OUTCOMES: dict[str, type[Refused]] = {
    "other": OtherBallot,
    "closed": VoteOver,
    "struck": StruckOff,
    "stale": StaleBallot,
}
"""What ``ballots_cast`` answers, other than that the ballot was taken."""

_WHY: tuple[tuple[str, _StrPromise], ...] = (
    (r"It answers a question that is not asked\.", _("It answers a question that is not asked.")),
    (r"A ballot answers questions by their codes\.", _("It is not an answer to the questions.")),
    (r"The ballot is too long\.", _("It is too long.")),
    (r"The ballot cannot be read\.", _("It cannot be read.")),
    (r"This question asks for points\.", _("A question asks for points.")),
    (r"This question asks for a list of options\.", _("A question asks for options.")),
    (r"It chooses an option twice\.", _("It chooses an option twice.")),
    (r"It marks an option that is not on the ballot\.", _("It names an option that is not there.")),
    (r"It ranks an option twice\.", _("It ranks an option twice.")),
    (r"Points are whole numbers\.", _("Points are whole numbers.")),
    (r"So many points are not to be given\.", _("There are not so many points to give.")),
    (r"A mark cannot be below nothing\.", _("Points cannot be below nothing.")),
    (
        r"The basket costs (\S+), more than the budget of (\S+)\.",
        _("The basket costs {0}, more than the budget of {1}."),
    ),
    (
        r"It chooses (\d+), and at least (\d+) are asked for\.",
        _("Options chosen: {0}. At least {1} are asked for."),
    ),
    (
        r"It chooses (\d+), and no more than (\d+) may be\.",
        _("Options chosen: {0}. No more than {1} may be."),
    ),
    (r"One option can get no more than (\S+)\.", _("One option can get no more than {0} points.")),
    (
        r"It gives (\S+) points, and there are (\S+)\.",
        _("Points given: {0}. There are {1} to give."),
    ),
    (
        r"It gives (\S+) in all, and the whole is (\S+)\.",
        _("Given in all: {0}. The whole is {1}, and all of it is given."),
    ),
)
_PATTERNS = tuple((re.compile(pattern), sentence) for pattern, sentence in _WHY)


def why(fault: WrongBallot) -> _StrPromise:
    """What is wrong with a ballot, in the reader's language."""
    text = str(fault)
    for pattern, sentence in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return format_lazy(sentence, *found.groups()) if found.groups() else sentence
    return format_lazy("{0}", text)
