"""Tables and JSON at an address of the web."""
