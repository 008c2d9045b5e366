"""Rules of the spheres, in pure Python: what is plausible, what is owed, what is lost or shown."""
