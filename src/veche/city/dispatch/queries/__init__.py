"""Every read of this module, one file a noun."""
