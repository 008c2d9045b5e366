"""Warnings by the Common Alerting Protocol."""
