"""OGC SensorThings API 1.1: sensing, read and written, over the tables of this module."""
