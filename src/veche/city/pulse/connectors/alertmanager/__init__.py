"""Alerts that Alertmanager sends."""
