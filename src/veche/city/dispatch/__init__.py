"""One incident through three tiers, several offices and one clock; duty, modes, alerts, drills."""
