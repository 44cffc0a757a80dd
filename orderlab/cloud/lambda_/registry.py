"""The state of Lambda: functions by Region, function URLs by id, and reserved concurrency."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.model import Function, UrlConfig, Version, revision
from orderlab.cloud.lambda_.names import FunctionName, parse_function_name

if TYPE_CHECKING:
    from orderlab.cloud.lambda_.moto_seam import FunctionBackend


class FunctionRegistry:
    """Finds functions and their URLs, and changes which versions there are.

    `retire` is called with each version that will not run again: its environments end.
    """

    def __init__(self, account_id: str, region: str, retire: Callable[[Version], None]) -> None:
        self._account_id, self._region = account_id, region
        self._retire = retire
        self._backends: dict[str, FunctionBackend] = {}
        self._urls: dict[str, UrlConfig] = {}
        # reserved concurrency by Region
        self._reserved: dict[str, int] = {}

    # --- looking up

    def backend(self, region: str) -> FunctionBackend:
        """The functions and layers of a Region; ValidationException if there is no such Region."""
        found = self._backends.get(region)
        if found is None:
            try:
                found = moto_backends.backend("lambda", self._account_id, region)
            except KeyError:
                raise ValidationException(f"The Region {region} does not exist.") from None
            self._backends[region] = found
        return found

    def region_of(self, name: FunctionName) -> str:
        """The Region that a name gives, or the Region of the session."""
        return name.region or self._region

    def configuration(self, function: str, qualifier: str | None = None) -> Mapping[str, Any]:
        """What GetFunctionConfiguration returns; ResourceNotFoundException if it is missing."""
        name = parse_function_name(function, qualifier)
        return shown.configuration(self.backend(self.region_of(name)).version(name))

    def resource_policy(self, arn: str) -> Mapping[str, Any] | None:
        """The policy of a function, version or alias; None if it has none or does not exist."""
        with contextlib.suppress(AwsError):
            name = parse_function_name(arn)
            function = self.backend(self.region_of(name)).function(name)
            policy = function.policies.get(name.qualifier)
            return policy.document() if policy else None
        return None

    # --- versions

    def replace_latest(self, function: Function, version: Version) -> None:
        """Give `$LATEST` new code or settings."""
        before, function.latest = function.latest, version
        function.changed = True
        self._retire(before)

    def publish(self, function: Function, description: str | None = None) -> Version:
        """A numbered copy of `$LATEST`; the last one again if nothing was updated since.

        An update counts even if it has set what was set already.
        """
        latest = function.latest
        last = function.versions.get(function.last_number)
        if last and not function.changed:
            return last
        settings = latest.configuration
        if description is not None:
            settings = replace(settings, description=description)
        function.last_number += 1
        number = str(function.last_number)
        version = Version(function, number, settings, latest.code, latest.layers_folder)
        function.versions[function.last_number] = version
        function.changed = False
        latest.revision_id = revision()
        return version

    def delete(self, function: Function) -> None:
        """Delete a function with its versions, URLs and reserved concurrency."""
        for version in function.all_versions():
            self._retire(version)
        for qualifier in list(function.urls):
            self.forget_url(function, qualifier)
        self.backend(function.region).functions.pop(function.name, None)
        self.set_reserved(function, None)

    def delete_version(self, function: Function, version: Version) -> None:
        """Delete a published version, with its policy and its asynchronous settings."""
        function.versions.pop(int(version.number), None)
        function.policies.pop(version.number, None)
        function.event_invoke.pop(version.number, None)
        self._retire(version)

    # --- function URLs

    def url(self, url_id: str) -> UrlConfig | None:
        """The function URL whose host name begins with that id; None if there is none."""
        return self._urls.get(url_id)

    def remember_url(self, url: UrlConfig) -> None:
        """Add a function URL."""
        url.function.urls[url.qualifier] = url
        self._urls[url.url_id] = url

    def forget_url(self, function: Function, qualifier: str | None) -> None:
        """Delete the URL of a function or alias, if it has one."""
        url = function.urls.pop(qualifier, None)
        if url is not None:
            del self._urls[url.url_id]

    # --- reserved concurrency

    def set_reserved(self, function: Function, reserved: int | None) -> None:
        """Reserve concurrency for a function; None gives its reservation up."""
        total = self._reserved.get(function.region, 0) - (function.reserved_concurrency or 0)
        self._reserved[function.region] = total + (reserved or 0)
        function.reserved_concurrency = reserved

    def reserved_total(self, region: str) -> int:
        """Concurrency that is reserved in a Region, of all functions together."""
        return self._reserved.get(region, 0)
