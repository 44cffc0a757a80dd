"""AWS's wire protocols: what calls and answers look like, in one file for each."""
