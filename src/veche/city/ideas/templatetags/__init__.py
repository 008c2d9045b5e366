"""Tags of the templates of ideas."""
