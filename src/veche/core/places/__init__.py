"""Where: territories with outlines, and what is drawn between them."""
