"""Tables of incidents and of whoever is sent, on duty, in command and told."""

from __future__ import annotations

from veche.city.dispatch.models.afteraction import Lesson, LessonWord, Review
from veche.city.dispatch.models.alerts import (
    Alert,
    AlertArea,
    AlertDraft,
    AlertRule,
    AlertSeen,
    AlertSending,
    AlertSeries,
    AlertTemplate,
)
from veche.city.dispatch.models.assessment import (
    AssessmentCell,
    AssessmentCriterion,
    AssessmentMark,
    AssessmentRound,
)
from veche.city.dispatch.models.command import Command, CommandAct, Secondment
from veche.city.dispatch.models.duty import (
    DutyList,
    DutyTurn,
    HandOver,
    HandOverLine,
    Rotation,
    RotationPerson,
    TurnSwap,
)
from veche.city.dispatch.models.escalation import EscalationClimb, EscalationStep
from veche.city.dispatch.models.handbook import (
    HandbookEntry,
    HandbookHelper,
    HandbookLead,
    HandbookStep,
    StepDone,
)
from veche.city.dispatch.models.housing import Call, Crew, CrewTrip, ShutOff
from veche.city.dispatch.models.incidents import (
    EssentialService,
    Incident,
    IncidentEntry,
    IncidentKind,
    IncidentMatter,
    IncidentTask,
    IncidentTerm,
)
from veche.city.dispatch.models.looks import IncidentLook
from veche.city.dispatch.models.modes import CityMode, ModeAct, ModeLevel, ModeRule
from veche.city.dispatch.models.packets import FollowUp, Packet
from veche.city.dispatch.models.screens import Screen, ScreenLook

__all__ = [
    "Alert",
    "AlertArea",
    "AlertDraft",
    "AlertRule",
    "AlertSeen",
    "AlertSending",
    "AlertSeries",
    "AlertTemplate",
    "AssessmentCell",
    "AssessmentCriterion",
    "AssessmentMark",
    "AssessmentRound",
    "Call",
    "CityMode",
    "Command",
    "CommandAct",
    "Crew",
    "CrewTrip",
    "DutyList",
    "DutyTurn",
    "EscalationClimb",
    "EscalationStep",
    "EssentialService",
    "FollowUp",
    "HandOver",
    "HandOverLine",
    "HandbookEntry",
    "HandbookHelper",
    "HandbookLead",
    "HandbookStep",
    "Incident",
    "IncidentEntry",
    "IncidentKind",
    "IncidentLook",
    "IncidentMatter",
    "IncidentTask",
    "IncidentTerm",
    "Lesson",
    "LessonWord",
    "ModeAct",
    "ModeLevel",
    "ModeRule",
    "Packet",
    "Review",
    "Rotation",
    "RotationPerson",
    "Screen",
    "ScreenLook",
    "Secondment",
    "ShutOff",
    "StepDone",
    "TurnSwap",
]
