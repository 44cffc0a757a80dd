"""The front: how a request finds its way.

`Front.refuse` and `Front.begin` are the whole way as one list of decisions:

1. refuse what did not address this machine, and what a web page sent (`guard.py`), by its head
2. a deployed API or a function URL: to its data plane, without keys, as on AWS
3. `/_orderlab/...`: the lab's own window into the cloud, with the session's secret
4. links that SNS sends to subscribers, which carry a token instead of a signature
5. all else is a call of the AWS API (`aws_calls.py`): whose is it, which operation, then to the
   dispatcher
"""

from __future__ import annotations

from collections.abc import Awaitable

from orderlab.cloud.contracts import Keys, SubscriptionLinks
from orderlab.cloud.front import admin, body_limits, guard
from orderlab.cloud.front.admin import Admin
from orderlab.cloud.front.aws_calls import AwsCalls
from orderlab.cloud.front.data_planes import DataPlanes, data_plane_address
from orderlab.cloud.http import Request, Response
from orderlab.cloud.turns import Turns

# reading a body like this takes as long as answering several calls
LONG_BYTES = 256 * 1024


class Front:
    """Sends each request where it belongs."""

    def __init__(
        self,
        *,
        keys: Keys,
        data_planes: DataPlanes,
        pages: Admin,
        links: SubscriptionLinks,
        aws_calls: AwsCalls,
    ) -> None:
        self._keys = keys
        self._data_planes = data_planes
        self._pages = pages
        self._links = links
        self._aws_calls = aws_calls
        self._long_calls = Turns()

    def refuse(self, request: Request) -> Response | None:
        """A refusal if the head of the request is enough to refuse it; None otherwise."""
        return guard.refuse(request)

    def most_body_bytes(self, request: Request) -> int:
        """How long the body of a request may be, in bytes, by its head."""
        return body_limits.most_bytes(request, data_plane_address(request), self._keys)

    async def handle(self, request: Request) -> Response:
        """Answer a request that was not refused. Nothing is raised: errors are answers, too."""
        if len(request.body) > LONG_BYTES:
            await self._long_calls.next()
        answer = self._begin(request)
        return answer if isinstance(answer, Response) else await answer

    def begin(self, request: Request) -> Response | Awaitable[Response]:
        """The answer to a request that was not refused, or what to wait for if it takes time.

        Most calls of the AWS API are answered at once, and a task for each of them would take as
        long as the answer. Nothing is raised.
        """
        return self.handle(request) if len(request.body) > LONG_BYTES else self._begin(request)

    def _begin(self, request: Request) -> Response | Awaitable[Response]:
        address = data_plane_address(request)
        if address is not None:
            return self._data_planes.answer(request, address)
        if request.path.startswith(admin.PREFIX):
            return self._pages.answer(request)
        return self._links.open_link(request) or self._aws_calls.begin(request)
