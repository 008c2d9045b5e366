"""Work on site: the officer's page on a phone, and a contractor's one-time link."""
