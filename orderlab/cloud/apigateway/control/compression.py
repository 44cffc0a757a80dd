"""The smallest answer that an API compresses.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
"""

from __future__ import annotations

from orderlab.cloud.apigateway.control.errors import bad_request
from orderlab.cloud.apigateway.model.state import Document
from orderlab.cloud.aws_error import NotDoneYet

_MOST = 10 * 1024 * 1024


def compression_size(value: object) -> int:
    """The size in bytes. Raises BadRequestException if it is not a number from 0 to 10 MB."""
    text = str(value)
    if not text.isdecimal() or len(text) > 10 or int(text) > _MOST:
        raise bad_request(f"Invalid minimum compression size, must be between 0 and {_MOST}")
    return int(text)


def refuse_compression(settings: Document) -> None:
    """Compression that is switched off is all there is."""
    size = settings.get("minimumCompressionSize")
    if size is not None:
        compression_size(size)
        raise NotDoneYet("compression of a REST API's answers (minimumCompressionSize)")
