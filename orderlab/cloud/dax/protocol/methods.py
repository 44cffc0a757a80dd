"""The numbers that the protocol uses for methods, parameters, results and choices."""

from __future__ import annotations

SERVICE = 1
AUTHORIZE = 1489122155
ENDPOINTS = 455855874
DEFINE_KEY_SCHEMA = -742646399
DEFINE_ATTRIBUTE_LIST = 670678385
DEFINE_ATTRIBUTE_LIST_ID = -1230579644
GET_ITEM = 263244906
PUT_ITEM = -2106490455
UPDATE_ITEM = 1425579023
DELETE_ITEM = 1013539361
QUERY = -931250863
SCAN = -1875390620
BATCH_GET_ITEM = -697851100
BATCH_WRITE_ITEM = 116217951
TRANSACT_GET_ITEMS = 1866287579
TRANSACT_WRITE_ITEMS = -1160037738

# method -> how many values follow it
ARGUMENTS = {
    AUTHORIZE: 5,
    ENDPOINTS: 0,
    DEFINE_KEY_SCHEMA: 1,
    DEFINE_ATTRIBUTE_LIST: 1,
    DEFINE_ATTRIBUTE_LIST_ID: 1,
    GET_ITEM: 3,
    PUT_ITEM: 4,
    UPDATE_ITEM: 3,
    DELETE_ITEM: 3,
    QUERY: 3,
    SCAN: 2,
    BATCH_GET_ITEM: 2,
    BATCH_WRITE_ITEM: 2,
    TRANSACT_GET_ITEMS: 4,
    TRANSACT_WRITE_ITEMS: 9,
}

OPERATIONS = {
    GET_ITEM: "GetItem",
    PUT_ITEM: "PutItem",
    UPDATE_ITEM: "UpdateItem",
    DELETE_ITEM: "DeleteItem",
    QUERY: "Query",
    SCAN: "Scan",
    BATCH_GET_ITEM: "BatchGetItem",
    BATCH_WRITE_ITEM: "BatchWriteItem",
    TRANSACT_GET_ITEMS: "TransactGetItems",
    TRANSACT_WRITE_ITEMS: "TransactWriteItems",
}


class Parameter:
    """The optional parameters of a request."""

    PROJECTION = 0
    NAMES = 1
    CONSISTENT_READ = 2
    RETURN_CONSUMED_CAPACITY = 3
    CONDITION = 4
    VALUES = 5
    RETURN_ITEM_COLLECTION_METRICS = 6
    RETURN_VALUES = 7
    UPDATE = 8
    EXCLUSIVE_START_KEY = 9
    FILTER = 10
    INDEX_NAME = 11
    KEY_CONDITION = 12
    LIMIT = 13
    SCAN_INDEX_FORWARD = 14
    SELECT = 15
    SEGMENT = 16
    TOTAL_SEGMENTS = 17
    CLIENT_REQUEST_TOKEN = 19


class Member:
    """The members of an answer."""

    ITEM = 0
    CONSUMED_CAPACITY = 1
    ATTRIBUTES = 2
    ITEM_COLLECTION_METRICS = 3
    ITEMS = 7
    COUNT = 8
    LAST_EVALUATED_KEY = 9
    SCANNED_COUNT = 10


RETURN_CONSUMED_CAPACITY = {0: "NONE", 1: "TOTAL", 2: "INDEXES"}
RETURN_ITEM_COLLECTION_METRICS = {0: "NONE", 1: "SIZE"}
RETURN_VALUES = {1: "NONE", 2: "ALL_OLD", 3: "UPDATED_OLD", 4: "ALL_NEW", 5: "UPDATED_NEW"}
SELECT = {
    1: "ALL_ATTRIBUTES",
    2: "ALL_PROJECTED_ATTRIBUTES",
    3: "COUNT",
    4: "SPECIFIC_ATTRIBUTES",
}
# what an action of TransactWriteItems does
TRANSACT_ACTIONS = {2: "Put", 7: "Delete", 9: "Update", 12: "ConditionCheck"}
# the members of ConsumedCapacity in answers to transactions
CAPACITY = {
    "CapacityUnits": 1,
    "ReadCapacityUnits": 2,
    "WriteCapacityUnits": 3,
    "TableName": 4,
    "Table": 5,
    "GlobalSecondaryIndexes": 6,
    "LocalSecondaryIndexes": 7,
}
