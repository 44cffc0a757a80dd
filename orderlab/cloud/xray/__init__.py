"""AWS X-Ray: traces of requests, from the API to the last consumer."""
