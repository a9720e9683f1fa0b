# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""On the controller a manifest is checked, parted from its secrets, and its files travel: once, and if they must."""

from __future__ import annotations

import json
import posixpath
import typing as t
from unittest.mock import Mock

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.plugins.connection.local import Connection
from tests.unit.core.examples import SECRET, Data, blog, notes

from ansible_collections.fungible.deploy.plugins.action.stateless_app import ActionModule

if t.TYPE_CHECKING:
    from pathlib import Path

    Answers = list[dict[str, t.Any]]


class Watched(ActionModule):
    """Answer for the host, and note what would have been sent there."""

    def __init__(self, args: Data, answers: Answers, *, check: bool = False, tmpdir: str = "/tmp/ours") -> None:
        task = Mock(spec=Task, args=args, check_mode=check, async_val=0, diff=False, environment=None)
        connection = Mock(spec=Connection)
        connection._shell = Mock(tmpdir=tmpdir, join_path=posixpath.join)
        super().__init__(task, connection, Mock(), Mock(spec=DataLoader), Mock(), Mock())
        self._loader.get_real_file = lambda path: path
        self.answers, self.asked = answers, t.cast("list[dict[str, t.Any]]", [])
        self.sent: list[tuple[str, str]] = []

    def _execute_module(self, module_args: t.Any = None, task_vars: t.Any = None, **kwargs: t.Any) -> dict[str, t.Any]:
        self.asked.append(json.loads(json.dumps(module_args)))
        return self.answers[len(self.asked) - 1]

    def _find_needle(self, dirname: str, needle: str) -> str:
        if needle == "none.zip":
            raise AnsibleError("Could not find it in 17 places")
        return f"/playbook/{dirname}/{needle}"

    def _transfer_file(self, local_path: str, remote_path: str) -> str:
        self.sent.append((local_path, remote_path))
        return remote_path

    def _fixup_perms2(self, *args: t.Any, **kwargs: t.Any) -> list[str]:
        return []


def args(data: Data, **more: t.Any) -> Data:
    return {"site": "blog" if data["app"]["kind"] == "wordpress" else "notes", "manifest": data, **more}


DONE: t.Final[dict[str, t.Any]] = {"changed": True, "steps": ["compose it"]}
NEEDS: t.Final[dict[str, t.Any]] = {
    "changed": False,
    "steps": [],
    "needs": [{"file": "one.zip", "sha256": "1" * 64}, {"file": "sub/two.zip", "sha256": "2" * 64}],
}


# the manifest


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (notes({"app": {"verison": "1"}}), "notes.app.verison: unknown key: did you mean version?"),
        (notes({"app": {"secret": "short"}}), "notes.app.secret: its value must be at least 16 characters"),
        (notes({"stores": ["db"]}), "notes.stores: must be a mapping, not a list"),
    ],
)
def test_what_is_wrong_is_told_before_any_host_is_asked(data: Data, line: str) -> None:
    action = Watched(args(data), [])
    result = action.run(task_vars={})
    assert (result["failed"], result["msg"], action.asked) == (True, line, [])


def test_a_site_that_is_kept_where_it_is_needs_no_app() -> None:
    given = {"site": "blog", "path": "/var/www/html", "manifest": {"plugins": {"use": []}}}
    action = Watched(given, [DONE])
    assert action.run(task_vars={})["steps"] == DONE["steps"]
    assert Watched({**given, "path": ""}, []).run(task_vars={})["msg"] == "blog.app: is missing: the application"


def test_secrets_leave_the_manifest_and_land_where_ansible_hides_them() -> None:
    action = Watched(args(blog({"app": {"env": {"TOKEN": "a token"}}})), [DONE])
    action.run(task_vars={})
    [asked] = action.asked
    assert asked["secrets"] == {"app.secret": SECRET, "app.env.TOKEN": "a token", "stores.db.password": "pass word"}
    others = json.dumps({key: value for key, value in asked.items() if key != "secrets"})
    assert not [secret for secret in asked["secrets"].values() if secret in others]


def test_secrets_that_were_given_apart_are_put_where_they_belong() -> None:
    data = blog({"app": {"secret": None}})
    action = Watched(args(data, secrets={"app.secret": SECRET}), [DONE])
    action.run(task_vars={})
    assert action.asked[0]["secrets"]["app.secret"] == SECRET


def test_a_secret_that_leads_nowhere_is_told() -> None:
    action = Watched(args(blog(), secrets={"store.db.password": "x"}), [])
    assert action.run(task_vars={})["msg"].startswith("secrets: store.db.password leads nowhere")


def test_what_templates_and_vaults_give_is_made_plain() -> None:
    class Vaulted:
        """Be a value as ansible-core before 2.19 gives it: an object whose text is the secret."""

        def __str__(self) -> str:
            return SECRET

    class Text(str):
        """Be a string with a tag, as newer ones give it."""

        __slots__ = ("tag",)

    data = notes({"app": {"secret": Vaulted(), "version": Text("1"), "health": {"warm": ("/", Text("/x"))}}})
    action = Watched(args(data), [DONE])
    action.run(task_vars={})
    assert action.asked[0]["secrets"] == {"app.secret": SECRET}
    assert action.asked[0]["manifest"]["app"]["health"]["warm"] == ["/", "/x"]


@pytest.mark.parametrize("given", [{}, {"site": "notes"}, {"manifest": {}}])
def test_an_argument_that_is_missing_is_told_by_the_module(given: Data) -> None:
    action = Watched(given, [{"failed": True, "msg": "missing required arguments"}])
    assert action.run(task_vars={})["msg"] == "missing required arguments"
    assert action.asked == [given]


def test_the_tasks_own_arguments_are_left_as_they_were() -> None:
    given = args(blog())
    Watched(given, [DONE]).run(task_vars={})
    assert given == args(blog())


# the catalogue


SOURCE: t.Final = {"url": "https://downloads.example/x.zip", "sha256": "5e" * 32}
CATALOGUE: t.Final[Data] = {
    "extensions": {"akismet": {"version": "5.3", "source": SOURCE}},
    "chains": {"baseline": {"use": ["akismet"]}},
    "unknown": "warn",
}
OWN: t.Final = {"name": "own", "version": "1", "source": SOURCE}


def chained(**plugins: t.Any) -> Data:
    return {**blog(), "plugins": {"chains": ["baseline"], **plugins}}


def test_chains_become_extensions_and_the_catalogue_stays_on_the_controller() -> None:
    given = args(chained(locked=False), catalogue=CATALOGUE)
    action = Watched(given, [DONE])
    assert "warnings" not in action.run(task_vars={})
    [asked] = action.asked
    use = [{"name": "akismet", **CATALOGUE["extensions"]["akismet"]}]
    assert (asked["manifest"]["plugins"], "catalogue" in asked) == ({"use": use, "locked": False}, False)
    assert given == args(chained(locked=False), catalogue=CATALOGUE)


def test_what_the_catalogue_does_not_have_is_a_warning_beside_those_of_the_module() -> None:
    action = Watched(args(chained(use=[OWN]), catalogue=CATALOGUE), [{**DONE, "warnings": ["of the module"]}])
    result = action.run(task_vars={})
    assert result["warnings"] == ["blog.plugins.use[0]: own is not in the catalogue", "of the module"]
    assert result["changed"]


def test_what_contradicts_is_told_before_any_host_is_asked() -> None:
    action = Watched(args(chained(use=[OWN]), catalogue={**CATALOGUE, "unknown": "error"}), [])
    assert action.run(task_vars={})["msg"] == "blog.plugins.use[0]: own is not in the catalogue: add it there"
    assert action.asked == []


def test_a_catalogue_of_templates_is_made_plain() -> None:
    class Vaulted:
        def __str__(self) -> str:
            return "5.3"

    extensions = {"akismet": {"version": Vaulted(), "source": SOURCE}}
    action = Watched(args(chained(), catalogue={**CATALOGUE, "extensions": extensions}), [DONE])
    action.run(task_vars={})
    assert action.asked[0]["manifest"]["plugins"]["use"][0]["version"] == "5.3"


@pytest.mark.parametrize("catalogue", [None, {}])
def test_without_a_catalogue_the_manifest_is_sent_as_it_is(catalogue: t.Any) -> None:
    action = Watched(args(blog(), catalogue=catalogue), [DONE])
    action.run(task_vars={})
    assert action.asked[0]["manifest"]["plugins"] == blog()["plugins"]


# files


def test_files_travel_once_and_only_those_that_are_needed() -> None:
    action = Watched(args(notes()), [NEEDS, DONE])
    result = action.run(task_vars={})
    assert (result["changed"], result["steps"]) == (True, ["compose it"])
    assert "needs" not in result
    assert [source for source, _target in action.sent] == ["/playbook/files/one.zip", "/playbook/files/sub/two.zip"]
    targets = [target for _source, target in action.sent]
    assert all(posixpath.dirname(target) == "/tmp/ours" for target in targets)
    first, second = action.asked
    assert first["files" if "files" in first else "manifest"] == first.get("files", first["manifest"])
    assert second["files"] == {"1" * 64: targets[0], "2" * 64: targets[1]}
    assert {**first, "files": {}} == {**second, "files": {}}


def test_files_that_are_there_already_are_kept() -> None:
    action = Watched(args(notes(), files={"3" * 64: "/there"}), [NEEDS, DONE])
    action.run(task_vars={})
    assert action.asked[1]["files"]["3" * 64] == "/there"


def test_where_nothing_is_needed_nothing_travels() -> None:
    action = Watched(args(notes()), [DONE])
    action.run(task_vars={})
    assert (len(action.asked), action.sent) == (1, [])


def test_check_mode_sends_nothing() -> None:
    """The module names nothing to send in check mode, and the action plugin asks no more of it."""
    action = Watched(args(notes()), [DONE], check=True)
    action.run(task_vars={})
    assert (len(action.asked), action.sent) == (1, [])


def test_a_module_that_failed_gets_no_file() -> None:
    action = Watched(args(notes()), [{**NEEDS, "failed": True, "msg": "no"}])
    assert action.run(task_vars={})["msg"] == "no"
    assert action.sent == []


def test_a_file_beside_the_inventory_is_found_there(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/two.zip").touch()
    action = Watched(args(notes()), [NEEDS, DONE])
    action.run(task_vars={"inventory_dir": str(tmp_path)})
    assert [source for source, _target in action.sent] == ["/playbook/files/one.zip", f"{tmp_path}/sub/two.zip"]


def test_a_file_that_is_nowhere_is_told() -> None:
    needs = {**NEEDS, "needs": [{"file": "none.zip", "sha256": "1" * 64}]}
    with pytest.raises(AnsibleError, match=r"^none\.zip: is neither beside the inventory .* nor where tasks look for"):
        Watched(args(notes()), [needs]).run(task_vars={})
