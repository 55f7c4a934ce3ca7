r"""Owns the known formats of credentials, as a table.

A row is the kind that people are told, hints, and a pattern. A hint is a plain piece of text
without which the pattern cannot match: looking for hints is so cheap that on ordinary text no
pattern is ever compiled. Where a pattern has a group `secret`, the secret is that group.

Every pattern takes time in proportion to the text, whatever the text: repetitions are bounded,
or they are possessive and each run of their characters is entered once only.
"""

# `name = "`, `"name": "`, `name => '`, also inside a quoted string
_ASSIGNED = r"""\\?["']?[ \t]{0,8}(?:=>|[:=,])[ \t]{0,8}\\?["']?"""
_BETWEEN_LINES = r"(?:\\[rnt]|[\s\"',+>|\\]){0,40}+"

# Case counts, and nothing that could be part of a word stands before them.
TOKENS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("AWS access key", ("AKIA", "ASIA", "ABIA"), r"A(?:KI|SI|BI)A[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{20,}"),
    ("GitHub token", ("github_pat_",), r"github_pat_[A-Za-z0-9_]{20,}"),
    (
        "GitLab token",
        ("glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glimt-", "gloas-"),
        r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|oas)-[A-Za-z0-9_.-]{16,}",
    ),
    ("GitLab token", ("glagent-", "GR1348941"), r"(?:glagent-|GR1348941)[A-Za-z0-9_-]{20,}"),
    ("Slack token", ("xox",), r"xox[abceoprs](?:-|\.xox[bp]-)[A-Za-z0-9-]{10,}"),
    ("Slack token", ("xapp-",), r"xapp-[0-9]-[A-Za-z0-9-]{10,}"),
    (
        "Anthropic key",
        ("sk-ant-",),
        r"(?<![_-])sk-ant-(?=[a-z_-]{0,9}[A-Za-z0-9]{20}|[A-Za-z_-]{0,99}[0-9])[A-Za-z0-9_-]{10,}",
    ),
    (
        "OpenAI key",
        ("sk-",),
        r"(?<![_-])sk-(?:(?:proj|svcacct|admin|None|or-v1)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,})",
    ),
    ("xAI key", ("xai-",), r"xai-[A-Za-z0-9]{40,}"),
    ("Groq key", ("gsk_",), r"gsk_[A-Za-z0-9]{40,}"),
    ("Perplexity key", ("pplx-",), r"pplx-[A-Za-z0-9]{40,}"),
    ("Replicate token", ("r8_",), r"r8_[A-Za-z0-9]{36,}"),
    ("Hugging Face token", ("hf_",), r"hf_[A-Za-z0-9]{30,}"),
    ("Google API key", ("AIza",), r"AIza[A-Za-z0-9_-]{30,}"),
    ("Google access token", ("ya29.",), r"ya29\.[A-Za-z0-9_-]{20,}"),
    ("Google client secret", ("GOCSPX-",), r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    ("Google refresh token", ("1//0",), r"1//0[A-Za-z0-9_-]{40,}"),
    ("Stripe key", ("k_live_", "k_test_"), r"[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("Stripe webhook secret", ("whsec_",), r"whsec_[A-Za-z0-9+/=]{24,}"),
    ("npm token", ("npm_",), r"npm_[A-Za-z0-9]{30,}"),
    ("PyPI token", ("pypi-Ag",), r"pypi-Ag[A-Za-z0-9_-]{14,}"),
    ("RubyGems key", ("rubygems_",), r"rubygems_[a-f0-9]{48}"),
    ("crates.io token", ("cio",), r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("Docker Hub token", ("dckr_",), r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}"),
    (
        "JSON web token",
        ("eyJ",),
        r"(?<![_-])eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{4,}+(?:\.[A-Za-z0-9_-]*+){1,3}",
    ),
    ("Azure client secret", ("Q~",), r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"),
    ("SendGrid key", ("SG.",), r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}"),
    ("Twilio key", ("SK",), r"SK[0-9a-f]{32}(?![A-Za-z0-9])"),
    ("Mailgun key", ("key-",), r"key-[0-9a-f]{32}(?![A-Za-z0-9])"),
    ("Mailchimp key", ("-us",), r"[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"),
    ("Telegram bot token", (":AA",), r"[0-9]{8,10}:AA[A-Za-z0-9_-]{30,}"),
    ("DigitalOcean token", ("_v1_",), r"do[opr]_v1_[a-f0-9]{32,}"),
    ("Databricks token", ("dapi",), r"dapi[a-f0-9]{32}(?![A-Za-z0-9])"),
    ("Shopify token", ("shp",), r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    ("Square token", ("sq0",), r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}"),
    ("HashiCorp Vault token", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[A-Za-z0-9_-]{20,}"),
    ("Terraform token", (".atlasv1.",), r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    ("Pulumi token", ("pul-",), r"pul-[a-f0-9]{40}"),
    ("Doppler token", ("dp.",), r"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{32,}"),
    ("Fly.io token", ("fm2_", "fo1_"), r"f(?:m2|o1)_[A-Za-z0-9+/=_-]{40,}"),
    ("PlanetScale token", ("pscale_",), r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,}"),
    ("Supabase token", ("sbp_", "sb_secret_"), r"sb(?:p|_secret)_[A-Za-z0-9_-]{30,}"),
    ("Linear key", ("lin_",), r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("Notion token", ("ntn_", "secret_"), r"(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})"),
    ("Figma token", ("figd_",), r"figd_[A-Za-z0-9_-]{30,}"),
    ("Postman key", ("PMAK-",), r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    ("New Relic key", ("NRAK-",), r"NRAK-[A-Z0-9]{27}"),
    ("Grafana token", ("glsa_", "glc_"), r"gl(?:sa|c)_[A-Za-z0-9_+/=]{32,}"),
    ("Sentry token", ("sntry",), r"sntry[us]_[A-Za-z0-9+/=_-]{40,}"),
    ("Atlassian token", ("ATATT3", "ATCTT3"), r"AT(?:A|C)TT3[A-Za-z0-9_=-]{50,}"),
    ("Alibaba access key", ("LTAI",), r"LTAI[A-Za-z0-9]{16,20}(?![A-Za-z0-9])"),
    ("age key", ("AGE-SECRET-KEY-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
)

# Case does not count (the hints are lower case), and they may stand anywhere.
PHRASES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "private key",
        ("private key",),
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        rf"(?:{_BETWEEN_LINES}(?:[A-Z-]{{3,30}}: [^\r\n\\]{{0,200}}|[A-Z0-9+/=]{{16,}}+))*+"
        rf"(?:{_BETWEEN_LINES}[A-Z0-9+/=]{{0,15}}{_BETWEEN_LINES}-----END [A-Z0-9 ]{{1,50}}-----)?",
    ),
    ("private key", ("putty-user-key-file-",), r"PuTTY-User-Key-File-[0-9]: [a-z0-9-]{3,40}"),
    (
        "AWS secret key",
        ("secret",),
        r"(?:aws[_-]?secret[_-]?(?:access[_-]?)?key|secret[_-]?access[_-]?key)"
        rf"{_ASSIGNED}(?P<secret>[A-Za-z0-9/+]{{40}})(?![A-Za-z0-9/+=])",
    ),
    (
        "AWS session token",
        ("session_token", "sessiontoken"),
        rf"session_?token{_ASSIGNED}(?P<secret>[A-Za-z0-9/+=]{{100,}})",
    ),
    (
        "Azure key",
        ("accountkey", "sharedaccesskey"),
        r"(?:AccountKey|SharedAccessKey)=(?P<secret>[A-Za-z0-9+/]{40,100}={0,2})",
    ),
    (
        "bearer token",
        ("bearer",),
        rf"authorization{_ASSIGNED}bearer[ \t]{{1,8}}"
        r"(?P<secret>(?=[A-Z._~+/=-]{0,200}[0-9])[A-Z0-9._~+/=-]{8,})",
    ),
    (
        "bearer token",
        ("bearer",),
        r"bearer[ \t]{1,8}(?P<secret>(?=[A-Z._~+/=-]{0,200}[0-9])[A-Z0-9._~+/=-]{20,})",
    ),
    (
        "basic authorization",
        ("basic",),
        rf"authorization{_ASSIGNED}basic[ \t]{{1,8}}(?P<secret>[A-Z0-9+/]{{6,}}={{0,2}})",
    ),
    ("API key header", ("x-api-key",), rf"x-api-key{_ASSIGNED}(?P<secret>[A-Z0-9_-]{{20,}})"),
    (
        "npm token",
        (":_auth",),
        r":_auth(?:token)?[ \t]{0,4}=[ \t]{0,4}[\"']?(?P<secret>[A-Z0-9+/=_-]{16,})",
    ),
    (
        "netrc password",
        ("machine",),
        r"machine[ \t]{1,8}[^\s.]{1,100}\.[^\s]{1,200}[ \t]{1,8}login[ \t]{1,8}[^\s]{1,200}"
        r"[ \t]{1,8}password[ \t]{1,8}(?P<secret>[^\s$<{*\[][^\s]{3,200})",
    ),
    (
        "Slack webhook",
        ("hooks.slack.com/",),
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[A-Z0-9]{8,}/[A-Z0-9/]{16,})",
    ),
    (
        "Discord webhook",
        ("/api/webhooks/",),
        r"discord(?:app)?\.com/api/webhooks/(?P<secret>[0-9]{16,20}/[A-Z0-9_-]{40,})",
    ),
    (
        "Teams webhook",
        ("webhook.office.com/",),
        r"webhook\.office\.com/webhookb2/(?P<secret>[a-f0-9@-]{36,80}/[A-Z0-9/-]{32,})",
    ),
    (
        "password in a URL",
        ("://",),
        r"://(?P<user>[^\s/:@?#\[\"'`<>(){}\\]{0,100}):"
        r"(?P<secret>(?![$*\[]|\.\.\.|%(?![0-9A-F]{2}))[^\s/@?#\"'`<>{}\\]{1,200})@",
    ),
)
