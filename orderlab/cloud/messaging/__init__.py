"""What SQS and SNS share: message attributes and their digests, ids, deduplication, events."""
