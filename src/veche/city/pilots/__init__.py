"""The innovation pilot programme: from an application to a tested solution that the city uses."""
