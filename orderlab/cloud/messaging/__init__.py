"""What SQS and SNS share: message attributes and their digests, message ids, deduplication."""
