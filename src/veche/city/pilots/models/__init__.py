"""Tables of the pilot programme, one file a noun."""

from __future__ import annotations

from veche.city.pilots.models.agreement import Agreement, Party, Signature, TrustedRoot
from veche.city.pilots.models.application import (
    Answer,
    Appeal,
    Application,
    Breach,
    Paper,
    Question,
    StageTerm,
)
from veche.city.pilots.models.call import Call, CallAnchor, Criterion, Evidence, FormVersion
from veche.city.pilots.models.company import Company, CompanyInvite, Product, Scouted, Support
from veche.city.pilots.models.contract import (
    Amendment,
    Contract,
    ContractDocument,
    ImportedPackage,
    ImportedRelease,
    Payment,
)
from veche.city.pilots.models.demand import DemandTheme
from veche.city.pilots.models.evaluation import Evaluation, Result, RollOut
from veche.city.pilots.models.expert import AssignmentRun, Expert, Review, ReviewMark, ReviewTask
from veche.city.pilots.models.methodology import Hypothesis, Indicator, Methodology
from veche.city.pilots.models.panel import Panel, PanelItem, PanelMember, PanelVote
from veche.city.pilots.models.programme import Programme, Target, Technology
from veche.city.pilots.models.revocation import RevocationList, SignatureLook
from veche.city.pilots.models.score import CallReader, CallScore, FinalScore
from veche.city.pilots.models.site import (
    Booking,
    MatchRun,
    Site,
    SiteCriterion,
    SiteNeeds,
    SitePhotograph,
    SiteWindow,
)
from veche.city.pilots.models.trial import (
    Measurement,
    MeasurementFile,
    Stream,
    Tester,
    TesterAnswer,
    TesterQuota,
    Trial,
    TrialIncident,
)

__all__ = [
    "Agreement",
    "Amendment",
    "Answer",
    "Appeal",
    "Application",
    "AssignmentRun",
    "Booking",
    "Breach",
    "Call",
    "CallAnchor",
    "CallReader",
    "CallScore",
    "Company",
    "CompanyInvite",
    "Contract",
    "ContractDocument",
    "Criterion",
    "DemandTheme",
    "Evaluation",
    "Evidence",
    "Expert",
    "FinalScore",
    "FormVersion",
    "Hypothesis",
    "ImportedPackage",
    "ImportedRelease",
    "Indicator",
    "MatchRun",
    "Measurement",
    "MeasurementFile",
    "Methodology",
    "Panel",
    "PanelItem",
    "PanelMember",
    "PanelVote",
    "Paper",
    "Party",
    "Payment",
    "Product",
    "Programme",
    "Question",
    "Result",
    "Review",
    "ReviewMark",
    "ReviewTask",
    "RevocationList",
    "RollOut",
    "Scouted",
    "Signature",
    "SignatureLook",
    "Site",
    "SiteCriterion",
    "SiteNeeds",
    "SitePhotograph",
    "SiteWindow",
    "StageTerm",
    "Stream",
    "Support",
    "Target",
    "Technology",
    "Tester",
    "TesterAnswer",
    "TesterQuota",
    "Trial",
    "TrialIncident",
    "TrustedRoot",
]
