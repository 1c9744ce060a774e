import pytest

from cds_service.terminology import Terminology, load


@pytest.fixture(scope="session")
def terms() -> Terminology:
    return load()
