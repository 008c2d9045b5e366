"""Messages of a broker (MQTT)."""
