"""The customer's system: the monolith it starts from, and what replaces it chapter by chapter."""
