"""The classes of indicators as data: a file a sphere, read by `operations.indicators.sync`."""
