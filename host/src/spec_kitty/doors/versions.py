"""Owns the answer to which contract the host speaks."""

from __future__ import annotations

import re

from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.envelope import CONTRACT_VERSION, MIN_SUPPORTED_PROVIDER_VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.doors.reading import Arguments

    Data = dict[str, Any]


def contract_version(arguments: Arguments) -> Data:
    given = arguments.get("provider-version")
    facts = {
        "api_version": CONTRACT_VERSION,
        "min_supported_provider_version": MIN_SUPPORTED_PROVIDER_VERSION,
    }
    if given is None:
        return facts
    version, minimum = _numbers(given), _numbers(MIN_SUPPORTED_PROVIDER_VERSION)
    if version is None or minimum is None or version < minimum:
        raise Refusal(
            ErrorCode.CONTRACT_VERSION_MISMATCH,
            f"A provider of version '{given}' does not fit this host, which needs "
            f"{MIN_SUPPORTED_PROVIDER_VERSION} or later. Update the provider.",
            provider_version=given,
            **facts,
        )
    return {**facts, "provider_version": given}


def _numbers(version: str) -> tuple[int, ...] | None:
    """Returns the release numbers of a version such as 1.2.3, 1.2.3rc1 or v1.2+local."""
    found = re.match(r"v?(\d+(?:\.\d+)*)", version)
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))
