"""Events that a system sends: CloudEvents."""
