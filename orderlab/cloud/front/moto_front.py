"""moto as a plain function: a request in, a response out, on the thread that asks.

moto keeps the state of every service. Its server is a WSGI application; calling it on the event
loop's own thread is what keeps its unlocked state safe.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from orderlab.cloud.aws_error import AwsError, NotDoneYet, ValidationException
from orderlab.cloud.http import Request, Response

log = logging.getLogger("orderlab.cloud")


class MotoFront:
    """The WSGI side of moto, made when it is first needed: its import costs half a second."""

    def __init__(self) -> None:
        self._application: Callable[[dict[str, Any], Any], Iterable[bytes]] | None = None

    def warm_up(self) -> None:
        """Import moto's server now, which takes half a second. Later calls do nothing."""
        if self._application is None:
            from moto.moto_server.werkzeug_app import (
                DomainDispatcherApplication,
                create_backend_app,
            )

            def create_app(service: str) -> Any:
                app = create_backend_app(service)
                # errors come out as they are: ours keep their form, moto's get one below
                app.config["PROPAGATE_EXCEPTIONS"] = True
                return app

            self._application = DomainDispatcherApplication(create_app)

    def __call__(self, request: Request) -> Response:
        self.warm_up()
        assert self._application is not None
        answer = Response()

        def start_response(
            status: str, headers: list[tuple[str, str]], error: object = None
        ) -> None:
            answer.status = int(status.split(" ", 1)[0])
            answer.headers = [(name.lower(), value) for name, value in headers]

        try:
            answer.body = b"".join(self._application(_environ(request), start_response))
        except AwsError:
            raise
        except NotImplementedError as error:
            raise NotDoneYet(f"this call ({error})") from None
        except Exception as error:
            # moto checks little of what it is given and falls over what it did not expect
            log.info("moto failed on %s %s", request.method, request.path, exc_info=True)
            raise ValidationException(
                f"The request is not in the form that the service expects ({error!r})."
            ) from None
        answer.headers = [
            header for header in answer.headers if not header[0].startswith("access-control-")
        ]
        return answer


def _environ(request: Request) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, encoding="latin-1"),
        "RAW_URI": request.path,
        "REQUEST_URI": request.path,
        "QUERY_STRING": request.query_string,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": request.host.rpartition(":")[2] or "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.source_ip,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ["CONTENT_TYPE"] = value
        elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
            environ[f"HTTP_{key}"] = value
    return environ
