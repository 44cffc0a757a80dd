"""API Gateway: REST APIs, their control plane and their data plane."""
