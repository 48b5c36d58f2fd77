"""What the stories share."""

import pytest


@pytest.fixture
def data(settings, tmp_path):
    """A folder of its own for the files of Accord; mails are printed."""
    settings.DATA = tmp_path
    settings.MAIL_URL = "console:"
    return tmp_path
