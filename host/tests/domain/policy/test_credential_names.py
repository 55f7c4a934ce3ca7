import pytest

from spec_kitty.domain.policy.credential_names import gives_credential, is_credential_name


@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "apiKey",
        "API_KEY",
        "APIKey",
        "apikey",
        "x-api-key",
        "password",
        "db_password",
        "PASSWORD_1",
        "passwd",
        "passphrase",
        "token",
        "githubToken",
        "GITHUB_TOKEN",
        "access_token",
        "auth-token",
        "refresh_tokens",
        "token_value",
        "secret",
        "client_secret",
        "clientSecret",
        "AWS_SECRET_ACCESS_KEY",
        "aws_access_key_id",
        "private_key",
        "ssh.key",
        "credentials",
        "authorization",
        "Authorization",
        "--api-key",
    ],
)
def test_a_name_of_a_credential_is_known(name: str) -> None:
    assert is_credential_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "0",
        "-",
        "tokenizer_bench",
        "tokenizer",
        "monkey",
        "keyboard",
        "key",
        "keys",
        "primary_key",
        "public_key",
        "key_binding",
        "max_tokens",
        "tokens",
        "token_limit",
        "secretary",
        "secret_scanning",
        "passwordless",
        "password_policy",
        "author",
        "orchestrator_id",
        "dangerous_flags",
        "id",
        "value",
    ],
)
def test_a_name_of_something_else_is_not(name: str) -> None:
    assert not is_credential_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "--api-key=x",
        "--api-key x",
        "-token abc",
        "password: hunter2",
        "passwd=hunter2",
        'run "API_KEY"="abc"',
        "Bearer abcdefgh",
        "basic abcdefgh",
        "--yolo --github-token=abc",
    ],
)
def test_text_that_gives_a_credential_by_name_is_known(text: str) -> None:
    assert gives_credential(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "--yolo",
        "--api-key",
        "--api-key=$API_KEY",
        "--api-key=${API_KEY}",
        "--token <token>",
        "--token --yolo",
        "--max-tokens=4000",
        "--token-limit 5",
        "reads the password from the keychain",
        "Bash(password:*)",
        "monkey=banana",
        "key=value",
        "bearer",
    ],
)
def test_text_that_gives_none_passes(text: str) -> None:
    assert not gives_credential(text)
