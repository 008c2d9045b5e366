"""Every write of this module, one file a noun."""
