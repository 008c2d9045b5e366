"""Something is wrong at a place: moderated in 24 hours, answered in 8 days, checked."""
