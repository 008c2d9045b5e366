"""A file that is too large is left out; nothing that was typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from veche.project.uploads import too_large


@pytest.fixture(autouse=True)
def _small(settings: Any) -> None:
    settings.LARGEST_FILE = 100_000


def test_a_large_file_is_left_out_and_the_words_are_kept() -> None:
    request = RequestFactory().post(
        "/",
        {
            "before": "яма во дворе",
            "large": SimpleUploadedFile("a.jpg", b"x" * 300_000),
            "small": SimpleUploadedFile("b.jpg", b"y" * 50_000),
            "words": "у подъезда",
        },
    )
    assert too_large(request) == ["large"]
    assert request.POST["before"] == "яма во дворе"
    assert request.POST["words"] == "у подъезда"
    assert "large" not in request.FILES
    assert request.FILES["small"].read() == b"y" * 50_000


def test_every_file_is_counted_by_itself() -> None:
    files = [SimpleUploadedFile(f"{n}.jpg", b"x" * 60_000) for n in range(4)]
    request = RequestFactory().post("/", {"photographs": files})
    assert too_large(request) == []
    assert len(request.FILES.getlist("photographs")) == 4
