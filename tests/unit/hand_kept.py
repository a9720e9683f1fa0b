# SPDX-FileCopyrightText: 2026 The fungible authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A WordPress as people leave it when they keep it by hand, and what was published of its plugins."""

from __future__ import annotations

import io
import typing as t
import zipfile

from fungible_dev.directory_server import Directory

if t.TYPE_CHECKING:
    from pathlib import Path

FORMS: t.Final = {"forms.php": "<?php\n/* Plugin Name: Forms\n * Version: 2.4 */", "css/a.css": "a {}"}
EDITED: t.Final = {"edited.php": "<?php\n/* Plugin Name: Edited\n * Version: 1.0 */"}
FILES: t.Final = {
    "wp-settings.php": "<?php",
    "wp-config.php": "<?php define('DB_PASSWORD', 'a password of the site');",
    "wp-includes/version.php": "<?php\n$wp_version = '6.4.5';\n",
    "wp-content/index.php": "<?php // Silence is golden.",
    "wp-content/db.php": "<?php // somebody's",
    "wp-content/uploads/a.php": "<?php\n/* Plugin Name: Uploaded */",
    "wp-content/plugins/hello.php": "<?php\n/* Plugin Name: Hello Dolly\n * Version: 1.7.2 */",
    "wp-content/plugins/premium/main.php": "<?php\n/* Plugin Name: Premium\n * Version: 3 */",
    "wp-content/plugins/premium/.git/HEAD": "ref: refs/heads/main",
    "wp-content/plugins/no-version/main.php": "<?php\n/* Plugin Name: Nameless */",
    "wp-content/plugins/no-header/main.php": "<?php",
    "wp-content/plugins/a name/main.php": "<?php\n/* Plugin Name: A Name */",
    "wp-content/mu-plugins/rules.php": "<?php // without a header",
    "wp-content/themes/look/style.css": "/*\nTheme Name: Look\nVersion: 1.4\n*/",
    "wp-content/themes/forms/style.css": "/*\nTheme Name: Forms\nVersion: 1\n*/",
}


def site(folder: Path) -> Path:
    """Make the site's folder, in which a published plugin was edited and another one was linked."""
    forms = {f"wp-content/plugins/forms/{name}": text for name, text in FORMS.items()}
    edited = {"wp-content/plugins/edited/edited.php": f"{EDITED['edited.php']} // by hand"}
    for name, text in {**FILES, **forms, **edited}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder.parent / "elsewhere").mkdir()
    (folder.parent / "elsewhere/linked.php").write_text("<?php\n/* Plugin Name: Linked */")
    (folder / "wp-content/plugins/linked").symlink_to(folder.parent / "elsewhere")
    return folder


def directory() -> Directory:
    """Publish what the site's plugins were before anybody touched them."""
    made = Directory()
    for slug, version, files in (("forms", "2.4", FORMS), ("edited", "1.0", EDITED)):
        kept = io.BytesIO()
        with zipfile.ZipFile(kept, "w") as opened:
            for name, text in files.items():
                opened.writestr(f"{slug}/{name}", text)
        made.release(slug, version, kept.getvalue())
    return made
