"""What is known of HTTP APIs: what is edited, what was deployed, and where it is kept."""
