"""An OpenAPI document, 2.0 or 3.0, read so that both look alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderlab.cloud.apigateway.control.errors import bad_request
from orderlab.cloud.apigateway.control.openapi_yaml import MAX_DEPTH, read_yaml
from orderlab.cloud.apigateway.json_text import read_json
from orderlab.cloud.apigateway.model.state import Document
from orderlab.cloud.apigateway.schemas.errors import ModelError
from orderlab.cloud.apigateway.schemas.reading import MODEL_URL, depth_of

_PREFIX = "x-amazon-apigateway-"
MAX_BYTES = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class OpenApiDocument:
    """An OpenAPI document, version 2.0 or 3.0, with the members that are read of it."""

    source: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes) -> OpenApiDocument:
        """Read JSON or YAML. Raises BadRequestException if it is not an OpenAPI document."""
        if len(body) > MAX_BYTES:
            raise bad_request("The OpenAPI document is larger than 6 MB")
        source = _parsed(body)
        version = str(source.get("swagger") or source.get("openapi") or "")
        if not version.startswith(("2.0", "3.")):
            raise bad_request("Invalid OpenAPI input. Only OpenAPI 2.0 and 3.0 are supported")
        info = source.get("info")
        if not isinstance(info, Mapping) or not info.get("title"):
            raise bad_request("Unable to parse the OpenAPI document: info.title is missing")
        if not isinstance(source.get("paths"), Mapping):
            raise bad_request("Unable to parse the OpenAPI document: paths is missing")
        return cls(source)

    @property
    def title(self) -> str:
        """The name of the API."""
        return str(self.source["info"]["title"])

    @property
    def paths(self) -> Mapping[str, Any]:
        """The path items by their paths."""
        paths: Mapping[str, Any] = self.source["paths"]
        return {path: item for path, item in paths.items() if isinstance(item, Mapping)}

    @property
    def schemas(self) -> Mapping[str, Any]:
        """The schemas by their names, from where the version of the document keeps them."""
        components = self.source.get("components") or {}
        found: Mapping[str, Any] = components.get("schemas") or self.source.get("definitions") or {}
        return found

    @property
    def security_schemes(self) -> Mapping[str, Any]:
        """The security schemes by their names, from where the version keeps them."""
        components = self.source.get("components") or {}
        found: Mapping[str, Any] = (
            components.get("securitySchemes") or self.source.get("securityDefinitions") or {}
        )
        return found

    def extension(self, name: str) -> Mapping[str, Any]:
        """`x-amazon-apigateway-NAME` of the whole document; empty if it is not there."""
        found = self.source.get(_PREFIX + name)
        return found if isinstance(found, Mapping) else {}

    def text_extension(self, name: str) -> str | None:
        """`x-amazon-apigateway-NAME` as a text; None if it is not there."""
        found = self.source.get(_PREFIX + name)
        return str(found) if found else None

    def settings(self) -> Document:
        """The settings of the API itself."""
        policy = self.source.get(_PREFIX + "policy")
        source = self.source.get(_PREFIX + "api-key-source")
        return {
            "description": self.source["info"].get("description"),
            "version": str(self.source["info"].get("version") or "") or None,
            "apiKeySource": str(source).upper() if source else None,
            "binaryMediaTypes": self.source.get(_PREFIX + "binary-media-types"),
            "policy": json.dumps(policy) if isinstance(policy, Mapping) else policy,
            "minimumCompressionSize": self.source.get(_PREFIX + "minimum-compression-size"),
            "endpointConfiguration": {"types": ["EDGE"], "ipAddressType": "ipv4"},
        }

    def resolve(self, node: Any) -> Any:
        """What a local reference stands for."""
        for _ in range(20):
            reference = node.get("$ref") if isinstance(node, Mapping) else None
            if not isinstance(reference, str):
                return node
            node = self._at(reference)
        raise bad_request("The OpenAPI document's references do not end")

    def _at(self, reference: str) -> Any:
        found: Any = self.source
        if not reference.startswith("#/"):
            raise bad_request(f"Unable to resolve the reference {reference[:200]}")
        for part in reference.removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or name not in found:
                raise bad_request(f"Unable to resolve the reference {reference[:200]}")
            found = found[name]
        return found

    def model_name(self, schema: Any) -> str | None:
        """The model that a schema refers to; None if it is written out in place.

        ModelError for a reference that leads out of the document.
        """
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str):
            return None
        for place in _SCHEMA_PLACES:
            if reference.startswith(place):
                return "".join(c for c in reference.removeprefix(place) if c.isalnum())
        url = MODEL_URL.fullmatch(reference)
        if url is None:
            raise ModelError("Model reference must be in canonical form")
        return url[2]

    def with_model_references(self, schema: Any, api_id: str) -> Any:
        """A schema whose references name the API's models."""
        if isinstance(schema, list):
            return [self.with_model_references(each, api_id) for each in schema]
        if not isinstance(schema, Mapping):
            return schema
        name = self.model_name(schema)
        if name is not None:
            return {"$ref": f"https://apigateway.amazonaws.com/restapis/{api_id}/models/{name}"}
        return {key: self.with_model_references(each, api_id) for key, each in schema.items()}


_SCHEMA_PLACES = ("#/components/schemas/", "#/definitions/")


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        found = read_json(body)
    except ValueError:
        found = read_yaml(body)
    if not isinstance(found, Mapping) or depth_of(found, MAX_DEPTH) > MAX_DEPTH:
        raise bad_request("Invalid OpenAPI input.")
    return found
