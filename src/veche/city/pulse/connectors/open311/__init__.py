"""Requests of another city by Open311."""
