"""Quizzes: questions whose every option says why, answered in the notebook, and kept."""
