"""API Gateway v2: HTTP APIs, with a control plane and a data plane of their own."""
