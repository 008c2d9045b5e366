"""The spheres of a city's life, as packs on the pulse: indicators, connectors and pages."""
