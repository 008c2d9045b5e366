"""Every change of the spheres."""
