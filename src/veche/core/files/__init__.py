"""Photographs and documents: checked, stripped, kept by their content."""
