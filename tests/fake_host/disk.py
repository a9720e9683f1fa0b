# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on the fake machine's disk: nodes by their paths, as text, without times and without following links."""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, replace
from posixpath import dirname

from ansible_collections.fungible.deploy.plugins.module_utils._core.release.listing import Damage, Entry, dump, load

if t.TYPE_CHECKING:
    from ansible_collections.fungible.deploy.plugins.module_utils._core.host.protocol import Layer, Owner

    Content = str | t.Mapping[str, str]  # a text, or {"link": target}, or {"program": text}


@dataclass(frozen=True)
class Node:
    kind: str
    text: str = ""
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    target: str = ""

    def owned(self, owner: Owner | None) -> Node:
        return replace(self, owner=owner.user, group=owner.group) if owner else self


FOLDER: t.Final = Node("d", mode=0o755)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Disk:
    """Hold the nodes."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {"/": FOLDER}

    def put(self, path: str, node: Node) -> None:
        self.folder(dirname(path))
        self.nodes[path] = node

    def folder(self, path: str) -> None:
        if path not in self.nodes:
            self.folder(dirname(path))
            self.nodes[path] = FOLDER

    def below(self, path: str) -> list[str]:
        return sorted(one for one in self.nodes if one.startswith(f"{path.rstrip('/')}/"))

    def children(self, path: str) -> list[str]:
        start = len(path.rstrip("/")) + 1
        return sorted({one[start:].partition("/")[0] for one in self.below(path)} - {""})

    def remove(self, path: str) -> None:
        for one in [path, *self.below(path)]:
            self.nodes.pop(one, None)

    def rename(self, source: str, path: str) -> None:
        assert not self.below(path), f"{path} is in the way"
        self.folder(dirname(path))
        for one in [source, *self.below(source)]:
            self.nodes[path + one[len(source) :]] = self.nodes.pop(one)

    def text(self, path: str) -> str:
        return self.nodes[path].text if path in self.nodes else ""

    # trees

    def unpack(self, tree: str, contents: t.Mapping[str, Content]) -> str:
        """Write a tree and give its listing."""
        entries = [self._unpacked(tree, path, contents[path]) for path in sorted(contents)]
        self.folder(tree)
        return dump(entries)

    def _unpacked(self, tree: str, path: str, content: Content) -> Entry:
        if isinstance(content, t.Mapping) and "link" in content:
            self.put(f"{tree}/{path}", Node("l", target=content["link"]))
            return Entry(path, "l", target=content["link"])
        text = content if isinstance(content, str) else content["program"]
        entry = Entry(path, "f" if isinstance(content, str) else "x", digest(text), len(text.encode()))
        self.put(f"{tree}/{path}", Node("f", text, entry.mode))
        return entry

    def compose(self, layers: t.Sequence[Layer], tree: str, only: t.Container[str] | None = None) -> None:
        self.folder(tree)
        for layer in layers:
            for entry in load(layer.listing):
                path = f"{layer.at}/{entry.path}" if layer.at else entry.path
                if entry.kind == "o" or (only is not None and path not in only):
                    continue
                if entry.kind == "d":
                    self.folder(f"{tree}/{path}")
                elif entry.kind == "l":
                    self.put(f"{tree}/{path}", Node("l", mode=0o777, target=entry.target))
                else:
                    self.put(f"{tree}/{path}", self.nodes[f"{layer.tree}/{entry.path}"])

    def copy(self, layer: Layer, path: str, like: str) -> None:
        """Copy a tree, or the one file of a listing without a name, with the owner of a folder."""
        ground = self.nodes[like]
        for entry in load(layer.listing):
            node = self.nodes[_at(layer.tree, entry.path)]
            mode = ground.mode & (0o777 if entry.kind == "x" else 0o666)
            self.put(_at(path, entry.path), replace(node, mode=mode, owner=ground.owner, group=ground.group))

    def differs(self, path: str, listing: str) -> Damage:
        """Tell how a tree or file differs, whatever its modes and owners are."""
        entries = {_at(path, entry.path): entry for entry in load(listing)}
        there = {one: self.nodes[one] for one in (path, *self.below(path)) if one in self.nodes}
        files = {one: node for one, node in there.items() if node.kind != "d"}
        changed = [
            one
            for one, entry in entries.items()
            if one in files and not _is(replace(files[one], mode=entry.mode), entry)
        ]
        missing, added = entries.keys() - files.keys(), files.keys() - entries.keys()
        return Damage(_inside(path, missing), _inside(path, changed), _inside(path, added))

    def damage(self, tree: str, listing: str) -> Damage:
        entries = load(listing)
        mounts = tuple(f"{tree}/{entry.path}/" for entry in entries if entry.kind == "d")
        files = {f"{tree}/{entry.path}": entry for entry in entries if entry.kind in "fxl"}
        there = {
            path: node
            for path, node in self.nodes.items()
            if path.startswith(f"{tree}/") and node.kind != "d" and not path.startswith(mounts)
        }
        changed = [path for path, entry in files.items() if path in there and not _is(there[path], entry)]
        missing = [*files.keys() - there.keys(), *(mount[:-1] for mount in mounts if mount[:-1] not in self.nodes)]
        return Damage(_inside(tree, missing), _inside(tree, changed), _inside(tree, there.keys() - files.keys()))


def _at(path: str, name: str) -> str:
    return f"{path}/{name}" if name else path


def _is(node: Node, entry: Entry) -> bool:
    if entry.kind == "l":
        return node.target == entry.target
    return node.mode == entry.mode and digest(node.text) == entry.sha256


def _inside(tree: str, paths: t.Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(path[len(tree) + 1 :] for path in paths))
