"""Owns the memory of idempotency keys: the last 1,000 answers of a feature, in chunks.

A chunk is one file of the journal's tree, so that an event writes at most one small chunk
however many keys are remembered.
"""

from __future__ import annotations

from spec_kitty.domain.feature import Answer, Feature
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEPT_ANSWERS = 1_000
CHUNK_ANSWERS = 25
_KEPT_CHUNKS = KEPT_ANSWERS // CHUNK_ANSWERS + 1


def remember(feature: Feature, answer: Answer | None) -> dict[str, Any]:
    """Returns the fields of the feature that change when the answer is remembered."""
    if answer is None:
        return {}
    number = feature.answer_count // CHUNK_ANSWERS
    chunks = {n: chunk for n, chunk in feature.answers.items() if n > number - _KEPT_CHUNKS}
    chunks[number] = (*chunks.get(number, ()), answer)
    return {"answers": chunks, "answer_count": feature.answer_count + 1}


def find_answer(feature: Feature, key: str, arguments: str) -> Answer | None:
    """Returns what this very call was told before.

    `arguments` is a digest of the call. Raises Refusal (IDEMPOTENCY_KEY_REUSED) when the key
    belongs to another call. What was told of a claim does not count once that is taken back.
    """
    for number in sorted(feature.answers, reverse=True):
        for answer in reversed(feature.answers[number]):
            if answer.key != key:
                continue
            if answer.arguments != arguments:
                raise Refusal(
                    ErrorCode.IDEMPOTENCY_KEY_REUSED,
                    f"The idempotency key '{key}' was used for another call. "
                    "Use a new key for every new call.",
                    idempotency_key=key,
                )
            return None if _is_taken_back(feature, answer) else answer
    return None


def _is_taken_back(feature: Feature, answer: Answer) -> bool:
    """Says whether the answer is about an attempt whose workspace could not be made."""
    import json

    told = json.loads(answer.data)
    package = feature.packages.get(told.get("wp_id"))
    return (
        package is not None
        and package.taken_back is not None
        and package.taken_back == told.get("attempt")
        and answer.error_code is None
    )
