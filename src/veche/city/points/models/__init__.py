"""Tables of points."""

from veche.city.points.models.ledger import Account, Entry
from veche.city.points.models.rewards import Reward, Spending
from veche.city.points.models.settings import LimitsSet, RuleSet

__all__ = ["Account", "Entry", "LimitsSet", "Reward", "RuleSet", "Spending"]
