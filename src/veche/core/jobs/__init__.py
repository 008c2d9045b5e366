"""Queued work that a killed worker left, or that failed too often: taken up, shown, tried again."""
