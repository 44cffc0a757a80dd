"""What a lesson needs beyond boto3, as words of `lab`: send orders, call functions, clean up.

Each file holds one kind of word. All of them take a Target, and what they build stands in the
cloud like anything that a learner builds by hand.
"""
