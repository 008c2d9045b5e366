"""Telling people: notices on the page and by e-mail."""
