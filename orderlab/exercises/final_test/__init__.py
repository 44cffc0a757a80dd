"""The final test: 30 questions drawn from a pool over all chapters, and a result by topic."""
