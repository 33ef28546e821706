"""Settings, read once from the environment and `plaint.toml`: the only code that knows their names.

Every setting is documented in `docs/settings.md`; a test holds the page to it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """What can be set; the environment (`PLAINT_…`) wins over `plaint.toml`, that over the defaults here."""

    model_config = SettingsConfigDict(env_prefix="PLAINT_", toml_file="plaint.toml", extra="forbid")

    store: str = "sqlite:///plaint.db"
    """Where everything is kept: `sqlite:///file`, or `http(s)://` for Elasticsearch."""
    person: str | None = None
    """Who acts on the command line when `--as` is not given: the key of an account."""
    evidence: Path | None = None
    """Folder of the WARC files; default: beside the store, `FILE.evidence`."""
    firms: Path = Path("firms.toml")
    """The firms to load into an empty register."""
    contact: str | None = None
    """Address or page put into the User-Agent, so that a site can reach whoever crawls it."""
    delay: float | None = None
    """Seconds between requests to one host; raises a source's own delay, never lowers it below robots.txt."""
    homes: dict[str, str] = {}
    """Other addresses for sources, by key: `{"appstore": "http://127.0.0.1:8123"}`; for loopback peers and proxies."""
    rhythms: dict[str, float] = {}
    """Seconds between two walks of `plaint watch`, by source key, where they are not to be the source's own."""
    streams: dict[str, str] = {}
    """Other addresses (`wss://…`) for the streams of sources, by key."""
    redis: str | None = None
    """The Redis (`redis://host:port`) over which crawls of the same store share their walks; none: each walks alone."""
    zone: str = "Europe/London"
    """IANA time zone in which figures count days when a firm has none."""
    idle: int = 120
    """Minutes without use after which a sign-in on the dashboard ends."""
    chromium: Path = Path("/usr/bin/chromium")
    """The Chromium that takes the pictures of `plaint crawl --screenshots`."""
    seals: Path | None = None
    """Folder outside the store where each seal of the log is also written."""
    dashboard: str | None = None
    """The address at which people open the dashboard, for links in what is sent to them."""
    smtp: str | None = None
    """The mail server that alerts are sent through, `host:port`."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to it is made secret; none only for a relay on this machine that asks for no password."""
    smtp_user: str | None = None
    """Who logs in at it."""
    smtp_password: str | None = None
    """The password of that user."""
    mail_from: str | None = None
    """The address that mails of alerts come from."""
    hook_secret: str | None = None
    """What webhooks of alerts are signed with; `whsec_` before base64, or any text."""
    elastic_user: str | None = None
    """Who logs in at an Elasticsearch cluster, when the address names nobody."""
    elastic_password: str | None = None
    """The password of that user."""
    elastic_ca: Path | None = None
    """The certificate of the authority that signed the cluster's own, for `https://`."""
    elastic_shards: int = 1
    """Shards of the large indices when they are made."""
    elastic_replicas: int | None = None
    """Further copies of each shard when indices are made; default: one as soon as the cluster has a second node."""
    languages: tuple[str, ...] = ()
    """The languages that texts are told apart by, by their words; default: all that can be. Fewer need less memory."""
    log: str = "error"
    """Least level of the events written to standard error: debug, info, warning or error."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Arguments, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@cache
def settings() -> Settings:
    """The settings of this process; the languages that it tells are set with them."""
    made = Settings()
    if made.languages:
        from plaint.posts.language import tell_only

        try:
            tell_only(made.languages)
        except ValueError as error:
            raise SystemExit(f"plaint: PLAINT_LANGUAGES: {error}") from None
    return made
