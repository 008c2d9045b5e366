"""The look of veche: base page, components, tags, still maps and the style page."""
