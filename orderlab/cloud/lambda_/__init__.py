"""Lambda: functions, their versions, layers and URLs, and the environments that run them."""
