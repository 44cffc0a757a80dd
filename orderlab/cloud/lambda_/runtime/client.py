"""A runtime client in plain Python, for where AWS's own has no wheel (Windows, macOS).

It speaks the same Runtime API and gives the same error shapes and log lines as awslambdaric.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
"""
# mypy: disable-error-code="no-untyped-def, no-untyped-call, misc, union-attr, arg-type, assignment"

import decimal
import importlib
import json
import logging
import math
import os
import socket
import sys
import time
import traceback

_FRAME = {
    "text": 0xA55A0003,
    "json": 0xA55A0002,
    "text error": 0xA55A0017,
    "json error": 0xA55A0016,
}
_request_id = None


class Fault(Exception):
    """What the runtime, not the code, complains about."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = list(trace)


class Connection:
    """HTTP/1.1 to the Runtime API, over one connection."""

    def __init__(self, address):
        host, _, path = address.partition("/")
        self._host, self._path = host, f"/{path}" if path else ""
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port or 80)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._socket.makefile("rb")

    def call(self, method, path, body=b"", headers=()):
        """Send one request; returns the status, the headers in lower case, and the body."""
        lines = [f"{method} {self._path}/2018-06-01/runtime/{path} HTTP/1.1", f"host: {self._host}"]
        lines.append(f"content-length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in headers]
        head = "\r\n".join(lines) + "\r\n\r\n"
        self._socket.sendall(head.encode("latin-1", "replace") + body)
        return self._response()

    def _response(self):
        status = self._reader.readline()
        if not status:
            sys.exit(0)
        headers = {}
        while (line := self._reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        body = self._reader.read(int(headers.get("content-length", 0)))
        return int(status.split()[1]), headers, body


class Identity:
    """`context.identity`: nobody is signed in with Cognito."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class ClientContext:
    """`context.client_context`: what the caller sent as X-Amz-Client-Context."""

    def __init__(self, sent):
        self.client = type("Client", (), dict(sent.get("client") or {}))()
        self.custom = sent.get("custom")
        self.env = sent.get("env")


class Context:
    """The second argument of a handler."""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        sent = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(sent)) if sent else None
        self._deadline = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        """Milliseconds until the function times out."""
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        """Write to the function's log."""
        sys.stdout.write(str(message))


class Unbuffered:
    """A stream that shows everything at once."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        """Write a text and show it."""
        self._stream.write(text)
        self._stream.flush()

    def writelines(self, lines):
        """Write texts and show them."""
        self._stream.writelines(lines)
        self._stream.flush()


class LogSink:
    """Writes whole messages as frames, so that their lines stay together."""

    def __init__(self, descriptor, as_json):
        self._file = os.fdopen(descriptor, "wb", 0)
        self.kind = "json" if as_json else "text"

    def write(self, text, kind=""):
        """Write one message as a frame, with its time."""
        body = text.encode()
        head = _FRAME[kind or self.kind].to_bytes(4, "big") + len(body).to_bytes(4, "big")
        self._file.write(head + int(time.time_ns() / 1000).to_bytes(8, "big") + body)

    def write_error(self, error):
        """Write an exception as Lambda logs it."""
        if self.kind == "json":
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            text = json.dumps({"timestamp": stamp, "level": "ERROR", **error})
        else:
            lines = [f"[ERROR] {error['errorType']}: {error['errorMessage']}"]
            lines.append("Traceback (most recent call last):")
            for entry in error["stackTrace"]:
                lines += [_hard_spaces(line) for line in entry.splitlines()]
            text = "\n".join(lines)
        self.write(text, f"{self.kind} error")


def _hard_spaces(line):
    """CloudWatch drops leading blanks; AWS's client writes no-break spaces instead."""
    bare = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(bare)) + bare


class SinkHandler(logging.Handler):
    """A handler of `logging` that writes each message as one frame."""

    def __init__(self, sink):
        super().__init__()
        self._sink = sink

    def emit(self, record):
        """Write a record of `logging`."""
        self._sink.write(self.format(record))


class TextFormatter(logging.Formatter):
    """The format of log messages whose LogFormat is `Text`."""

    converter = time.gmtime

    def format(self, record):
        """The record as a line, with the id of the request."""
        record.aws_request_id = _request_id or ""
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """The format of log messages whose LogFormat is `JSON`."""

    converter = time.gmtime
    _KNOWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

    def format(self, record):
        """The record as a JSON object on one line."""
        plain = isinstance(record.msg, dict) and not record.args
        found = {
            "timestamp": self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname,
            "message": record.msg if plain else record.getMessage(),
            "logger": record.name,
            "requestId": _request_id,
        }
        if record.exc_info:
            kind, value, trace = record.exc_info
            found["stackTrace"] = traceback.format_tb(trace)
            found["errorType"], found["errorMessage"] = kind.__name__, str(value)
            found["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        more = {k: v for k, v in vars(record).items() if k not in self._KNOWN}
        found = {**{k: v for k, v in found.items() if v is not None}, **more}
        return json.dumps(found, ensure_ascii=False, default=str) + "\n"


def set_up_logging():
    """Give the root logger the handler and the level that the function's settings ask for."""
    as_json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
    sink = LogSink(int(os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD")), as_json)
    handler = SinkHandler(sink)
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
    handler.setFormatter(JsonFormatter() if as_json else TextFormatter(form, "%Y-%m-%dT%H:%M:%S"))
    root = logging.getLogger()
    root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper().replace("TRACE", "DEBUG")
    if level:
        root.setLevel(level.replace("FATAL", "CRITICAL").replace("WARN", "WARNING"))
    return sink


def find_handler(name):
    """The function that a handler setting names; Fault in the words of AWS's client."""
    module_name, dot, function = name.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise Fault("Runtime.ImportModuleError", message) from None
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        place = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Fault("Runtime.UserCodeSyntaxError", message, [place]) from None
    if not hasattr(module, function):
        message = f"Handler '{function}' missing on module '{module_name}'"
        raise Fault("Runtime.HandlerNotFound", message)
    return getattr(module, function)


def error_of(error, request_id=""):
    """An exception in the form that Lambda reports, without this client's own lines."""
    if isinstance(error, Fault):
        kind, message, stack = error.error_type, error.message, error.trace
    else:
        entries = traceback.extract_tb(error.__traceback__)
        while entries and entries[0].filename == __file__:
            del entries[0]
        kind, message = type(error).__name__, str(error)
        plain = [(e.filename, e.lineno, e.name, e.line) for e in entries]
        stack = traceback.format_list(plain)
    return {
        "errorMessage": message,
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": stack,
    }


def to_json(value):
    """A result as JSON. Decimals become numbers as they are, not floats."""
    mark = f"decimal-{os.urandom(8).hex()}:"
    found = []

    def default(thing):
        if isinstance(thing, decimal.Decimal):
            if thing.is_nan():
                return math.nan
            found.append(thing)
            return f"{mark}{len(found) - 1}"
        raise TypeError(f"Object of type {type(thing).__name__} is not JSON serializable")

    text = json.dumps(value, default=default, ensure_ascii=False)
    for number, thing in enumerate(found):
        text = text.replace(f'"{mark}{number}"', str(thing), 1)
    return text


def work(handler, headers, body):
    """Run the handler on one event; returns the kind of answer, its body and its error type."""
    request_id = headers["lambda-runtime-aws-request-id"]
    try:
        result = handler(json.loads(body), Context(headers))
        if isinstance(result, bytes):
            return "response", result, None
        try:
            return "response", to_json(result).encode(), None
        except Exception as error:
            message = f"Unable to marshal response: {error}"
            raise Fault("Runtime.MarshalError", message) from None
    except Exception as error:
        found = error_of(error, request_id)
        return "error", json.dumps(found).encode(), found


def run(handler_name, address):
    """Load the handler, then work on one event after the other."""
    global _request_id
    sys.stdout, sys.stderr = Unbuffered(sys.stdout), Unbuffered(sys.stderr)
    sink = set_up_logging()
    connection = Connection(address)
    try:
        handler = find_handler(handler_name)
    except Exception as error:
        found = error_of(error)
        sink.write_error(found)
        kind = [("lambda-runtime-function-error-type", found["errorType"])]
        connection.call("POST", "init/error", json.dumps(found).encode(), kind)
        sys.exit(1)
    while True:
        _, headers, body = connection.call("GET", "invocation/next")
        _request_id = headers["lambda-runtime-aws-request-id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("lambda-runtime-trace-id", "")
        kind, answer, error = work(handler, headers, body)
        sent = [("content-type", "application/json")]
        if error:
            sink.write_error(error)
            sent.append(("lambda-runtime-function-error-type", error["errorType"]))
        connection.call("POST", f"invocation/{_request_id}/{kind}", answer, sent)
