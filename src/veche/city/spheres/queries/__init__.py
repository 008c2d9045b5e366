"""What pages read of the spheres."""
