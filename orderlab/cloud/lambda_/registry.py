"""The state of Lambda: functions by Region, function URLs by id, and claimed concurrency."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orderlab.cloud import moto_backends
from orderlab.cloud.aws_error import AwsError, ValidationException
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.model import (
    Alias,
    Function,
    ProvisionedConfig,
    UrlConfig,
    Version,
    revision,
)
from orderlab.cloud.lambda_.names import FunctionName, parse_function_name

if TYPE_CHECKING:
    from orderlab.cloud.lambda_.moto_seam import FunctionBackend


class FunctionRegistry:
    """Finds functions and their URLs, and changes which versions there are.

    `retire` is called with each version that will not run again: its environments end. `provide` is
    called with a function whose provisioned concurrency may belong elsewhere from now on.
    """

    def __init__(
        self,
        account_id: str,
        region: str,
        retire: Callable[[Version], None],
        provide: Callable[[Function], None],
    ) -> None:
        self._account_id, self._region = account_id, region
        self._retire, self._provide = retire, provide
        self._backends: dict[str, FunctionBackend] = {}
        self._urls: dict[str, UrlConfig] = {}
        # concurrency by Region that functions have reserved or provisioned
        self._claimed: dict[str, int] = {}

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
        """Delete a function with its versions, URLs and its share of the concurrency."""
        for version in function.all_versions():
            self._retire(version)
        for qualifier in list(function.urls):
            self.forget_url(function, qualifier)
        self.backend(function.region).functions.pop(function.name, None)
        for qualifier in list(function.provisioned):
            self.set_provisioned(function, qualifier, None)
        self.set_reserved(function, None)

    def delete_version(self, function: Function, version: Version) -> None:
        """Delete a published version, with its policy and all other settings of its own."""
        self.set_provisioned(function, version.number, None)
        function.versions.pop(int(version.number), None)
        function.policies.pop(version.number, None)
        function.event_invoke.pop(version.number, None)
        self._retire(version)

    # --- aliases

    def set_alias(self, function: Function, alias: Alias) -> None:
        """Add an alias, or let it name other versions."""
        function.aliases[alias.name] = alias
        if alias.name in function.provisioned:
            self._provide(function)

    def delete_alias(self, function: Function, name: str) -> None:
        """Delete an alias with its policy, its URL and all other settings of its own."""
        self.set_provisioned(function, name, None)
        function.aliases.pop(name, None)
        function.policies.pop(name, None)
        function.event_invoke.pop(name, None)
        self.forget_url(function, name)

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

    # --- concurrency

    def set_reserved(self, function: Function, reserved: int | None) -> None:
        """Reserve concurrency for a function; None gives its reservation up."""
        with self._counted(function):
            function.reserved_concurrency = reserved

    def set_provisioned(
        self, function: Function, qualifier: str, config: ProvisionedConfig | None
    ) -> None:
        """Set the provisioned concurrency of a version or an alias; None takes it away."""
        if config is None and qualifier not in function.provisioned:
            return
        with self._counted(function):
            if config is None:
                del function.provisioned[qualifier]
            else:
                function.provisioned[qualifier] = config
        self._provide(function)

    def claimed_total(self, region: str) -> int:
        """Concurrency that is reserved or provisioned in a Region, of all functions together."""
        return self._claimed.get(region, 0)

    @contextlib.contextmanager
    def _counted(self, function: Function) -> Iterator[None]:
        """Keep the total right while a function's settings change."""
        before = function.claimed
        yield
        change = function.claimed - before
        self._claimed[function.region] = self._claimed.get(function.region, 0) + change
