"""A vote as data: its configuration, one cast ballot, the leaves of its log, its result.

Standard library only: the stand-alone verifier is made of the same files.
"""
