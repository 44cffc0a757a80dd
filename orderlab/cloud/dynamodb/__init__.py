"""DynamoDB: items, indexes, capacity and streams; moto keeps what tables are called and tagged."""
