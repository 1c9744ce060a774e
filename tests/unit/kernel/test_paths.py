"""Where the data folders are found."""

import pytest

from cds_service.kernel.errors import NotFound
from cds_service.kernel.paths import data_dir


def test_the_mappings_stand_where_the_code_finds_them():
    assert (data_dir("mappings") / "conditions.csv").is_file()


def test_an_installation_without_a_data_folder_says_which_and_what_to_do():
    with pytest.raises(NotFound, match=r"'no-such-folder' is missing .*; install the package again"):
        data_dir("no-such-folder")
