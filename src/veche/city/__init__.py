"""What a city does, rung by rung."""
