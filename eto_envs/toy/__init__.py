"""`eto/LockedDoor-v0`: a world without dependencies, for documentation, tests and first experiments."""
