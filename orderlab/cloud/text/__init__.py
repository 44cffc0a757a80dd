"""Reading the small languages of AWS: expressions, queries and patterns. No I/O, linear time."""
