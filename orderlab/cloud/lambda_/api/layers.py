"""Operations on layers. https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from orderlab.cloud.aws_error import NotDoneYet, ValidationException
from orderlab.cloud.contracts import Call, Handler
from orderlab.cloud.lambda_ import shown
from orderlab.cloud.lambda_.api.operation import Input, bind, page
from orderlab.cloud.lambda_.errors import InvalidParameterValue, ResourceNotFound
from orderlab.cloud.lambda_.model import Code, LayerVersion
from orderlab.cloud.lambda_.names import layer_arn, parse_layer_name
from orderlab.cloud.lambda_.package import could_not_unzip
from orderlab.cloud.lambda_.registry import FunctionRegistry
from orderlab.cloud.lambda_.workshop import Workshop


class LayerOperations:
    """Publishes, shows and deletes versions of layers."""

    def __init__(self, registry: FunctionRegistry, workshop: Workshop) -> None:
        self._registry, self._workshop = registry, workshop

    def operations(self) -> Mapping[str, Handler]:
        """The handlers by operation."""
        return bind(
            {
                "PublishLayerVersion": self.publish,
                "GetLayerVersion": self.get,
                "GetLayerVersionByArn": self.get_by_arn,
                "ListLayers": self.list_layers,
                "ListLayerVersions": self.list_versions,
                "DeleteLayerVersion": self.delete,
            }
        )

    async def publish(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html"""
        backend = self._registry.backend(call.region)
        name = parse_layer_name(input["LayerName"]).name
        code = await self._code(input["Content"])
        number = backend.last_layer_numbers.get(name, 0) + 1
        layer = LayerVersion(
            call.region,
            backend.account_id,
            name,
            number,
            code,
            input.get("Description", ""),
            tuple(input.get("CompatibleRuntimes") or ()),
            tuple(input.get("CompatibleArchitectures") or ()),
            input.get("LicenseInfo", ""),
        )
        backend.last_layer_numbers[name] = number
        backend.layers.setdefault(name, {})[number] = layer
        return self._with_content(layer)

    def get(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html"""
        _check_number(input)
        backend = self._registry.backend(call.region)
        return self._with_content(backend.layer_version(input["LayerName"], input["VersionNumber"]))

    def _with_content(self, layer: LayerVersion) -> dict[str, Any]:
        return shown.layer_version(layer, self._workshop.links.link(layer.code))

    def get_by_arn(self, call: Call, input: Input) -> dict[str, Any]:
        """https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html"""
        wanted = parse_layer_name(input["Arn"])
        if wanted.version is None:
            raise ValidationException(f"{input['Arn']} is not the ARN of a layer version.")
        backend = self._registry.backend(call.region)
        layer = backend.layer_version(wanted.name, wanted.version)
        if layer.arn != input["Arn"]:
            raise ResourceNotFound()
        return self._with_content(layer)

    def list_layers(self, call: Call, input: Input) -> dict[str, Any]:
        """Every layer, with its latest version that fits.

        https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html
        """
        backend = self._registry.backend(call.region)
        found = []
        for name, versions in sorted(backend.layers.items()):
            fitting = [layer for layer in versions.values() if _fits(layer, input)]
            if fitting:
                found.append(
                    {
                        "LayerName": name,
                        "LayerArn": layer_arn(call.region, backend.account_id, name),
                        "LatestMatchingVersion": shown.layer_version(fitting[-1]),
                    }
                )
        some, marker = page(found, input)
        return {"Layers": some, **marker}

    def list_versions(self, call: Call, input: Input) -> dict[str, Any]:
        """The versions of a layer, the latest first.

        https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html
        """
        backend = self._registry.backend(call.region)
        versions = backend.layers.get(parse_layer_name(input["LayerName"]).name, {})
        found = [layer for layer in reversed(versions.values()) if _fits(layer, input)]
        some, marker = page(found, input)
        shown_some = [shown.layer_version(layer) for layer in some]
        return {"LayerVersions": shown_some, **marker}

    def delete(self, call: Call, input: Input) -> None:
        """Functions that use the version keep it; new ones cannot name it any more."""
        _check_number(input)
        backend = self._registry.backend(call.region)
        name = parse_layer_name(input["LayerName"]).name
        backend.layers.get(name, {}).pop(input["VersionNumber"], None)

    async def _code(self, content: Mapping[str, Any]) -> Code:
        if content.get("S3Bucket") or content.get("S3Key"):
            raise NotDoneYet("layers from S3: send the zip itself as ZipFile")
        if not content.get("ZipFile"):
            raise InvalidParameterValue("Uploaded file must be a non-empty zip")
        try:
            zipped = base64.b64decode(content["ZipFile"], validate=True)
        except (binascii.Error, ValueError):
            raise could_not_unzip() from None
        self._workshop.prepare()
        return await self._workshop.unpack(zipped)


def _check_number(input: Input) -> None:
    if input["VersionNumber"] < 1:
        raise InvalidParameterValue("Layer Version Cannot be less than 1")


def _fits(layer: LayerVersion, input: Input) -> bool:
    runtime, architecture = input.get("CompatibleRuntime"), input.get("CompatibleArchitecture")
    if runtime and runtime not in layer.compatible_runtimes:
        return False
    return not architecture or architecture in layer.compatible_architectures
