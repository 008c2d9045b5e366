"""Readings from a broker of MQTT, without pause: ``veche pulse listen``."""
