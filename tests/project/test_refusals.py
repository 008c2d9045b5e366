"""A refusal reaches a person as a page and a program as problem+json."""

from __future__ import annotations

import json

import pytest
from django.test import RequestFactory
from django.utils import translation

from veche.errors import Invalid, NotAllowed, NotFound, Refused
from veche.project.refusals import RefusalMiddleware, answer, csrf_failure

pytestmark = pytest.mark.django_db
"""Every page says the city's mode."""


@pytest.mark.parametrize("refusal", [Refused(), NotAllowed(), NotFound(), Invalid()])
def test_a_program_gets_problem_json(refusal: Refused) -> None:
    request = RequestFactory().get("/", headers={"accept": "application/json"})
    said = answer(request, refusal)
    assert said.status_code == refusal.status
    assert said["Content-Type"] == "application/problem+json"
    assert json.loads(said.content)["code"] == refusal.code


@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_a_person_gets_a_page_with_the_sentence(language: str) -> None:
    with translation.override(language):
        said = answer(RequestFactory().get(f"/{language}/"), NotAllowed())
        assert said.status_code == 403
        assert str(NotAllowed()) in said.content.decode()


def test_an_expired_form_is_said_and_is_no_fault() -> None:
    said = csrf_failure(RequestFactory().post("/en/"))
    assert said.status_code == 403
    assert "expired" in said.content.decode()


def test_a_fault_of_the_program_is_not_a_refusal() -> None:
    middleware = RefusalMiddleware(lambda request: answer(request, NotFound()))
    request = RequestFactory().get("/")
    assert middleware.process_exception(request, KeyError()) is None
    said = middleware.process_exception(request, NotFound())
    assert said is not None
    assert said.status_code == 404
