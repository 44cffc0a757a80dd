"""DynamoDB's expressions: text -> tokens -> tree -> functions that run on items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""
