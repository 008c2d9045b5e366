"""Connectors: each one folder with a manifest, a reader and a simulator."""
