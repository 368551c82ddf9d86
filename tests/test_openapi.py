"""docs/openapi.yaml says what the API does: generated, complete, valid OpenAPI 3.1, and not behind the code."""

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from openapi_spec_validator import validate

from council.api import PROBLEM
from tests import cast

CHECKED_IN = settings.BASE_DIR / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def generated():
    reset_generator_stats()
    with translation.override("ja"):
        return OpenApiYamlRenderer().render(SchemaGenerator().get_schema(public=True), renderer_context={}).decode()


@pytest.fixture(scope="module")
def operations():
    paths = yaml.safe_load(CHECKED_IN.read_text())["paths"]
    return {(path, method): operation for path, methods in paths.items() for method, operation in methods.items()}


def test_checked_in_schema_is_what_the_code_says(generated):
    assert CHECKED_IN.read_text() == generated, "run: manage.py spectacular --file docs/openapi.yaml"


def test_nothing_was_guessed_at(generated):
    assert not GENERATOR_STATS


def test_schema_is_valid_openapi():
    validate(yaml.safe_load(CHECKED_IN.read_text()))


def test_schema_is_of_version_three_one():
    assert yaml.safe_load(CHECKED_IN.read_text())["openapi"] == "3.1.0"


def test_every_operation_tells_of_a_missing_signature_as_a_problem(operations):
    silent = [
        key for key, each in operations.items() if PROBLEM not in each["responses"].get("401", {}).get("content", {})
    ]
    assert silent == []


def test_whatever_has_an_id_in_its_address_can_be_missing(operations):
    assert [key for key, each in operations.items() if "_id}" in key[0] and "404" not in each["responses"]] == []


@pytest.mark.django_db
def test_signed_in_people_get_the_schema_and_strangers_do_not():
    who = cast.person(cast.organisation())
    assert Client().get("/api/v1/schema/").status_code == 401
    assert Client().get("/api/v1/schema/", headers=cast.bearer(who)).status_code == 200
