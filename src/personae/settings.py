"""Settings: where things live, from flags, environment and configuration files.

Order: `PERSONAE_*` environment, then `personae.toml` here, then the user's `config.toml`, then the
default. Folders follow XDG; `PERSONAE_HOME` puts all of them under one.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from personae.errors import FormatError, InvalidOption

DEFAULT_MODEL = "embedded"
DEFAULT_METHOD = "guard"  # of talking; runs are compared with `plain`
KEYS = ("data", "method", "model", "offline", "store", "user")
MAX_FILE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Resolved settings. Folders are not created until something is written to them."""

    config_dir: Path
    data_dir: Path
    cache_dir: Path
    state_dir: Path
    datasets_dir: Path
    model: str
    method: str
    offline: bool
    user: str
    store: str = ""  # the address of a store elsewhere

    @property
    def database(self) -> Path:
        return self.data_dir / "personae.db"

    @property
    def store_address(self) -> str | Path:
        """Where conversations and memories are kept."""
        return self.store or self.database


def load_settings() -> Settings:
    """Read the settings now (environment and files may change between calls)."""
    folders = _folders(os.environ.get("PERSONAE_HOME"))
    values = _file_values(folders["config"] / "config.toml") | _file_values(Path("personae.toml"))

    def value(name: str, default: str) -> str:
        return os.environ.get(f"PERSONAE_{name.upper()}") or values.get(name, default)

    return Settings(
        config_dir=folders["config"],
        data_dir=folders["data"],
        cache_dir=folders["cache"],
        state_dir=folders["state"],
        datasets_dir=Path(value("data", "../shared/data")),
        model=value("model", DEFAULT_MODEL),
        method=value("method", DEFAULT_METHOD),
        offline=value("offline", "").lower() in ("1", "true", "yes"),
        user=value("user", "You"),
        store=value("store", ""),
    )


def from_home(path: str | Path) -> Path:
    """The path with a leading `~` or `~name` as a home folder. Raises InvalidOption: no such."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InvalidOption(
            f"Nobody here has the home folder that {str(path)[:200]!r} begins with. "
            "Write the whole path."
        ) from error


@lru_cache(maxsize=8)
def _folders(home: str | None) -> dict[str, Path]:
    if home:
        root = from_home(home)
        return {name: root / name for name in ("config", "data", "cache", "state")}
    import platformdirs

    dirs = platformdirs.PlatformDirs("personae", appauthor=False)
    return {
        "config": dirs.user_config_path,
        "data": dirs.user_data_path,
        "cache": dirs.user_cache_path,
        "state": dirs.user_state_path,
    }


def _file_values(file: Path) -> dict[str, str]:
    """What a configuration file sets, as text. Raises FormatError."""
    try:
        with file.open("rb") as source:
            data = source.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise FormatError(
                f"The configuration is larger than {MAX_FILE_BYTES:,} bytes.", file=file
            )
        values = tomllib.loads(data.decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(f"The configuration cannot be read: {error}.", file=file) from error
    for key, value in values.items():
        if key not in KEYS:
            allowed = ", ".join(KEYS)
            raise FormatError(f"There is no setting {key!r}. Settings: {allowed}.", file=file)
        if not isinstance(value, str | bool):
            raise FormatError(f"The setting {key} is not a text or true or false.", file=file)
    return {key: str(value) for key, value in values.items()}
