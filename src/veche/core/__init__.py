"""The ground every part of the city stands on, lowest first."""
