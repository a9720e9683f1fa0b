# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does PHP itself order versions as we do, and is it asked for its own in words that it answers?"""

from __future__ import annotations

import itertools
import json
import random
import subprocess

from tests.unit.core.examples import site_of, unserved

from ansible_collections.fungible.deploy.plugins.module_utils._core import context, interpreter
from ansible_collections.fungible.deploy.plugins.module_utils._core.fleet.php_versions import compare
from ansible_collections.fungible.deploy.plugins.module_utils._core.host.local import LocalHost
from ansible_collections.fungible.deploy.plugins.module_utils._core.kinds.wordpress.server import FPM_NAMES

WORDS = ["a", "b", "alpha", "beta", "rc", "RC", "dev", "p", "pl", "v", "x"]
PARTS = ["0", "1", "2", "10", "03", ".", ".", ".", "-", "_", "+", *WORDS]
PHP = "echo json_encode(array_map(fn($p) => version_compare($p[0], $p[1]), json_decode(stream_get_contents(STDIN))));"


def test_each_php_of_this_machine_tells_its_version() -> None:
    host = LocalHost()
    done = subprocess.run(["php", "-r", "echo PHP_VERSION;"], capture_output=True, text=True, check=True)
    found = interpreter.observe(host, context.of(host, site_of(unserved())))
    assert found[str(host.which(("php",)))] == done.stdout.partition("-")[0]
    assert str(host.which(FPM_NAMES)) in found


def test_php_itself_orders_versions_as_we_do() -> None:
    chance = random.Random(5)
    made = ["".join(chance.choices(PARTS, k=chance.randint(1, 6))) for _ in range(150)]
    pairs = list(itertools.product([one for one in made if one[0].isalnum() and one[-1].isalnum()], repeat=2))
    done = subprocess.run(["php", "-r", PHP], input=json.dumps(pairs), capture_output=True, text=True, check=True)
    wrong = [(pair, said) for pair, said in zip(pairs, json.loads(done.stdout), strict=True) if compare(*pair) != said]
    assert not wrong
