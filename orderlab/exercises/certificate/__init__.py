"""The certificate: a page that says what a learner has done of the course, and what not."""
