"""CloudWatch Logs Insights: a query language over log events.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html

`lexer.py` and `expressions.py` read, `functions.py` computes, `commands.py` does what stands
between the pipes, `fields.py` says which fields an event has, `queries.py` runs a query.
"""
