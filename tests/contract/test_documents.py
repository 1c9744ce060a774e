"""The documents tell the truth: generated ones are current, commands, settings and links are real."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "tools" / "write_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_documents_are_current() -> None:
    stale = [
        str(path.relative_to(ROOT))
        for path, text in writer().documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make docs`"


def test_the_readme_names_every_command_and_every_setting() -> None:
    from cds_service.cli import COMMANDS
    from cds_service.settings import names

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [c for c in COMMANDS if f"cds-service {c}" not in text] == []
    assert [n for n in names() if f"`{n}`" not in text] == []


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "SECURITY.md",
        "CHANGELOG.md",
        *(str(p.relative_to(ROOT)) for folder in ("docs", "docs/decisions") for p in (ROOT / folder).glob("*.md")),
    ],
)
def test_every_link_of_a_document_leads_to_a_file(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_every_kind_of_criterion_is_named_in_the_docstring_of_its_module() -> None:
    import sys

    from cds_service.criteria.registry import kinds

    unnamed = [k for k, reader in kinds().items() if f"`{k}`" not in (sys.modules[reader.__module__].__doc__ or "")]
    assert unnamed == []


def test_every_file_and_column_of_the_mappings_is_documented() -> None:
    from cds_service.terminology.tables import COLUMNS

    text = (ROOT / "docs" / "mappings.md").read_text(encoding="utf-8")
    assert [f for f in COLUMNS if f"`{f}.csv`" not in text] == []
    assert [f"{f}: {c}" for f, columns in COLUMNS.items() for c in columns if f"`{c}`" not in text] == []


def test_the_readme_names_every_service_and_its_hook() -> None:
    from cds_service.web.services import services

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    routes = [f"`POST /cds-services/{name}` | hook `{module.HOOK}`" for name, module in services().items()]
    assert [route for route in routes if route not in text] == []


def test_every_set_of_decisions_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in folder.glob("0*.md") if f"]({p.name})" not in index] == []


def test_the_changelog_names_the_version_of_the_package() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    assert version[1] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_names_a_package_registry() -> None:
    for name in ("pyproject.toml", "constraints.txt", "Makefile", "README.md", ".ci/run"):
        assert not re.search(
            r"pypi|index-url|files\.python", (ROOT / name).read_text(encoding="utf-8"), re.IGNORECASE
        ), name


def test_every_module_of_the_service_stays_under_350_lines_and_most_near_a_hundred() -> None:
    lengths = sorted(len(p.read_text(encoding="utf-8").splitlines()) for p in (ROOT / "cds_service").rglob("*.py"))
    assert lengths[-1] <= 350
    assert lengths[len(lengths) // 2] <= 130


def test_the_wheel_carries_every_folder_of_data() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for folder in ("mappings", "trials", "fixtures", "hooks", "locale"):
        assert f'{folder} = "cds_service/_data/{folder}"' in text
        assert (ROOT / folder).is_dir()
