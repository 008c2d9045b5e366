"""Vehicles and delays by GTFS-realtime."""
