"""What API Gateway knows of APIs: what is edited, what was deployed, and where it is kept."""
