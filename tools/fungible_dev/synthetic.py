# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is a large WordPress to measure with: the real one, and generated plugins of many files."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass
from pathlib import Path

from .archives import write_zip
from .artifact_store import Artifact, kept
from .wordpress_parts import unzipped, wordpress

RECIPE = "1"  # goes up when the generated files change, so that no older cache is taken for them
_LINES = {
    "php": "function part_{id}_{n}( $value ) {{ return $value + {number}; }}",
    "js": "export const part_{n} = (value) => value + {number};",
    "css": ".part-{n} {{ margin: {number}px; }}",
}


@dataclass(frozen=True)
class Synthetic:
    """A WordPress of many files, as fungible takes it (its parts) and as others do (the whole)."""

    core: Artifact
    plugins: dict[str, Artifact]

    @property
    def digest(self) -> str:
        """Return what tells this site from another."""
        parts = [self.core.sha256, *(plugin.sha256 for plugin in self.plugins.values())]
        return hashlib.sha256("".join(parts).encode()).hexdigest()[:12]

    def whole(self) -> Artifact:
        """Return everything in one zip."""

        def build(path: Path) -> None:
            write_zip(path, self.files(), top="wordpress")

        return kept(f"synthetic-{self.digest}.zip", self.digest, build)

    def files(self) -> dict[str, bytes]:
        """Return everything, by its path in the site."""
        found = {_inside(name): data for name, data in unzipped(self.core.path.read_bytes()).items()}
        for artifact in self.plugins.values():
            for name, data in unzipped(artifact.path.read_bytes()).items():
                found[f"wp-content/plugins/{name}"] = data
        return found


def synthetic_wordpress(files: int = 10_000, plugins: int = 30, *, changed: int | None = None) -> Synthetic:
    """Return a WordPress with generated plugins, so many files in all; one plugin may be of its next version."""
    core = wordpress("6.4.5")
    rest = files - len(unzipped(core.path.read_bytes()))
    if rest < plugins:
        raise ValueError(f"{files} files are too few for WordPress and {plugins} plugins")
    made = {}
    for index in range(plugins):
        size = rest // plugins + (index < rest % plugins)
        made[plugin_name(index)] = synthetic_plugin(index, size, version="1.0.1" if index == changed else "1.0.0")
    return Synthetic(core, made)


def synthetic_plugin(index: int, files: int, *, version: str = "1.0.0") -> Artifact:
    """Return a generated plugin that WordPress can load."""
    name = plugin_name(index)

    def build(path: Path) -> None:
        write_zip(path, dict(plugin_files(name, files, version)), top=name)

    return kept(f"{name}-{version}-{files}-r{RECIPE}.zip", version, build)


def plugin_name(index: int) -> str:
    """Return the name of the generated plugin with that number."""
    return f"generated-{index + 1:02d}"


def plugin_files(name: str, files: int, version: str) -> t.Iterator[tuple[str, bytes]]:
    """Generate a plugin's files; another version differs in its main file and in each tenth of the others."""
    head = f"<?php\n/*\n * Plugin Name: {name}\n * Version: {version}\n */\n"
    loads = "".join(f"require_once __DIR__ . '/part/{n:04d}.php';\n" for n in range(1, files) if n % 40 == 1)
    yield f"{name}.php", (head + loads).encode()
    for n in range(1, files):
        kind = ("css", "php", "php", "js")[n % 4]
        seed = f"{name}/{n}/{version if n % 10 == 0 else ''}"
        yield f"part/{n:04d}.{kind}", _text(kind, f"{name.replace('-', '_')}_{n}", seed)


def _text(kind: str, identity: str, seed: str) -> bytes:
    noise = hashlib.shake_256(seed.encode()).digest(600)
    count = 10 + noise[0]
    numbers = [int.from_bytes(noise[2 * n : 2 * n + 2], "big") for n in range(count)]
    lines = [_LINES[kind].format(id=identity, n=n, number=number) for n, number in enumerate(numbers)]
    return ("<?php\n" * (kind == "php") + "\n".join(lines) + "\n").encode()


def _inside(name: str) -> str:
    return name.partition("/")[2]
