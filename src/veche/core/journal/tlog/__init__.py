"""Transparency logs as C2SP describes them: trees, tiles, signed notes, receipts.

Standard library only (signatures apart, in ``keys``): the same files are published inside the
stand-alone verifier, so nothing here may import anything else of veche.
"""
