"""Structured logs: one JSON object a line, so that CloudWatch Logs Insights finds its fields."""

import json
import os
import sys

_FUNCTION = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")


def info(message, **fields):
    _write("INFO", message, fields)


def warning(message, **fields):
    _write("WARNING", message, fields)


def error(message, **fields):
    _write("ERROR", message, fields)


def _write(level, message, fields):
    line = {"level": level, "function": _FUNCTION, "message": message, **fields}
    # one write: `print` writes the line and its end apart
    sys.stdout.write(json.dumps(line, default=str) + "\n")
