"""DynamoDB Accelerator: clusters that cache tables, and the protocol that their clients speak."""
