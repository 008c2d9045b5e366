"""Ballots: questions put to a roll of people; how votes are counted, and by which rule."""
