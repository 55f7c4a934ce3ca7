"""Owns what an agent sees of the person's environment: what is on these lists and no more."""

from collections.abc import Mapping
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter
from spec_kitty_orchestrator.ports import Assignment

# These two find an agent's processes again, whatever happened to who started them.
RUN = "SPEC_KITTY_RUN"
ATTEMPT = "SPEC_KITTY_ATTEMPT"
MARKS = (RUN, ATTEMPT)

_PASSED = (
    *("PATH", "LANG", "LANGUAGE", "TZ", "USER", "LOGNAME"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    # A company's proxy signs with a certificate of its own.
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
    *("CURL_CA_BUNDLE", "GIT_SSL_CAINFO"),
)


def environment(
    person: Mapping[str, str], assignment: Assignment, adapter: Adapter, home: Path, tmp: Path
) -> dict[str, str]:
    """Returns the whole environment of an agent, but for what its launch adds."""
    names = (*adapter.secrets, *assignment.agent.environment)
    return {
        **passed(person, names),
        "HOME": str(home),
        "TMPDIR": str(tmp),
        "SPEC_KITTY_ROLE": assignment.role.value,
        "SPEC_KITTY_WP": assignment.package,
        "SPEC_KITTY_FEATURE": assignment.feature,
        ATTEMPT: assignment.id,
        RUN: assignment.run_id,
    }


def passed(person: Mapping[str, str], names: tuple[str, ...] = ()) -> dict[str, str]:
    """Returns what is passed on to any program that is not the person's own."""
    wanted = {*_PASSED, *names}
    found = {
        name: value for name, value in person.items() if name in wanted or name.startswith("LC_")
    }
    return {**found, "TERM": "dumb"}
