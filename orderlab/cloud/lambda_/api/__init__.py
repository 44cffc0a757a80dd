"""The operations of the Lambda API, a file for each kind of thing that they are about."""
