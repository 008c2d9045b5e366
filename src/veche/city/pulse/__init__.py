"""Sources, things and readings, indicators and alarms: how the city is doing now."""
