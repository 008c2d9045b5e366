"""What the worker does for the programme: it looks for jobs in modules of this name alone."""

from __future__ import annotations
