"""The pages of this module, one file a noun."""
