"""Pages of the spheres."""
