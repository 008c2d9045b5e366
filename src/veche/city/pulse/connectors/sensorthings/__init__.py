"""Another server of OGC SensorThings."""
