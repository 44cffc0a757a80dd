"""The fast track: a chapter's hardest checks, for those who know it already."""
