"""What the worker does for dispatch: it looks for jobs in modules of this name alone."""

from __future__ import annotations

from veche.city.dispatch.tasks_alerts import send_alert
from veche.city.dispatch.tasks_duty import tell_hand_over, tell_swap, tell_turn
from veche.city.dispatch.tasks_modes import tell_mode

__all__ = ["send_alert", "tell_hand_over", "tell_mode", "tell_swap", "tell_turn"]
