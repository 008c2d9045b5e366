"""Tables of calls, ideas, initiatives, talk about them, and the opinion map."""

from __future__ import annotations

from veche.city.ideas.models.call import Call, Phase
from veche.city.ideas.models.facilitation import (
    Answered,
    Citation,
    HelpAsked,
    Merge,
    Reply,
    Score,
)
from veche.city.ideas.models.idea import Idea, Rating, Version
from veche.city.ideas.models.initiative import Initiative, InitiativeRule, Point
from veche.city.ideas.models.opinion import (
    OpinionMap,
    Participant,
    Statement,
    StatementVote,
)
from veche.city.ideas.models.rush import Rush, RushRule, RushStep
from veche.city.ideas.models.similar import (
    Brought,
    SimilarDue,
    SimilarGram,
    SimilarLink,
    SimilarMeaning,
    SimilarSize,
    SimilarText,
)
from veche.city.ideas.models.talk import (
    Comment,
    CommentObjection,
    CommentRating,
    CommentVersion,
    Talk,
)

__all__ = [
    "Answered",
    "Brought",
    "Call",
    "Citation",
    "Comment",
    "CommentObjection",
    "CommentRating",
    "CommentVersion",
    "HelpAsked",
    "Idea",
    "Initiative",
    "InitiativeRule",
    "Merge",
    "OpinionMap",
    "Participant",
    "Phase",
    "Point",
    "Rating",
    "Reply",
    "Rush",
    "RushRule",
    "RushStep",
    "Score",
    "SimilarDue",
    "SimilarGram",
    "SimilarLink",
    "SimilarMeaning",
    "SimilarSize",
    "SimilarText",
    "Statement",
    "StatementVote",
    "Talk",
    "Version",
]
