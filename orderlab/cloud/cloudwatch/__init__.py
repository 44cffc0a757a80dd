"""CloudWatch metrics: aggregated as they are added, read through CloudWatch's API."""
