"""What stands behind a method: one file for each kind of integration."""
