"""What the soaks are made of: the load of a city, its timers, the pages that are measured."""
