"""What docker-compose.yaml and the Dockerfile promise: pinned images, no built-in secret, nothing open to others."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yaml"
GPU_FILE = ROOT / "docker-compose.gpu.yaml"
OUR_SERVICES = ("api", "worker")

# ${NAME}, ${NAME:?message} or ${NAME:-default}; "$$" is how Compose writes a dollar sign.
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Za-z_]\w*)(?P<rule>:[?-])?(?P<word>[^}]*)\}")
# A tag that says a version: digits somewhere, so neither "latest" nor "stable".
VERSION_TAG = re.compile(r":[\w.-]*\d[\w.-]*$")


def read_yaml(path: Path) -> dict[str, Any]:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def strip_comments(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


COMPOSE = read_yaml(COMPOSE_FILE)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = dict(line.split("=", 1) for line in strip_comments(ROOT / ".env.example").splitlines() if line)

every_service = pytest.mark.parametrize("name", SERVICES)
our_services = pytest.mark.parametrize("name", OUR_SERVICES)


def test_compose_has_every_part_of_the_product() -> None:
    assert set(SERVICES) == {"api", "worker", "postgres", "milvus", "etcd", "minio", "attu"}


@every_service
def test_image_is_pinned_by_version(name: str) -> None:
    image = SERVICES[name]["image"]
    if name in OUR_SERVICES:
        assert image == "counterpart:cpu"
    else:
        assert VERSION_TAG.search(image), f"{image} has no version"


def test_attu_stays_at_the_last_version_that_is_free_software() -> None:
    assert SERVICES["attu"]["image"] == "zilliz/attu:v2.5.12"


@every_service
def test_service_has_a_health_check_and_comes_back_after_a_crash(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@every_service
def test_service_waits_until_what_it_needs_is_healthy(name: str) -> None:
    for needed, condition in SERVICES[name].get("depends_on", {}).items():
        assert needed in SERVICES
        assert condition == {"condition": "service_healthy"}


@every_service
def test_ports_are_published_on_the_loopback_address_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:"), f"{name} publishes {port}"


def test_stores_are_out_of_reach_from_outside() -> None:
    for name in ("postgres", "milvus", "etcd", "minio"):
        assert "ports" not in SERVICES[name]
        assert all(COMPOSE["networks"][network]["internal"] for network in SERVICES[name]["networks"])


def test_only_milvus_shares_a_network_with_its_storage() -> None:
    neighbors = {name for name, service in SERVICES.items() if "milvus-storage" in service["networks"]}

    assert neighbors == {"milvus", "etcd", "minio"}


@every_service
def test_secret_comes_from_the_environment_and_has_no_default(name: str) -> None:
    for variable, value in SERVICES[name].get("environment", {}).items():
        if re.search(r"PASSWORD|TOKEN|SECRET|ACCESS_KEY|ROOT_USER|DATABASE_URL", variable):
            found = VARIABLE.search(value)
            assert found is not None, f"{name}: {variable} is written out"
            assert found["rule"] == ":?", f"{name}: {variable} has a default"
            assert f"set {found['name']} in .env" in found["word"]


@pytest.mark.parametrize("path", [COMPOSE_FILE, GPU_FILE], ids=lambda path: path.name)
def test_every_variable_stands_in_the_example(path: Path) -> None:
    used = {found["name"] for found in VARIABLE.finditer(strip_comments(path))}

    assert used
    assert used <= set(EXAMPLE)


def test_the_example_holds_no_variable_that_nothing_reads() -> None:
    used = {found["name"] for found in VARIABLE.finditer(strip_comments(COMPOSE_FILE))}

    assert set(EXAMPLE) == used


def test_required_variables_are_empty_in_the_example() -> None:
    required = {found["name"] for found in VARIABLE.finditer(strip_comments(COMPOSE_FILE)) if found["rule"] == ":?"}

    assert required == {"POSTGRES_PASSWORD", "MILVUS_ROOT_PASSWORD", "MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"}
    assert all(EXAMPLE[name] == "" for name in required)


def test_defaults_agree_with_the_example() -> None:
    for found in VARIABLE.finditer(strip_comments(COMPOSE_FILE)):
        if found["rule"] == ":-":
            assert EXAMPLE[found["name"]] == found["word"]


@our_services
def test_our_service_runs_with_the_least_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["user"] == "10001:10001"
    assert service["read_only"] is True
    assert service["init"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]


@our_services
def test_our_service_is_told_where_database_and_index_are(name: str) -> None:
    environment = SERVICES[name]["environment"]

    assert "@postgres:5432/" in environment["COUNTERPART_DATABASE_URL"]
    assert environment["COUNTERPART_INDEX_URI"] == "http://milvus:19530"
    assert environment["COUNTERPART_WORKER"] == "external"


def test_milvus_asks_for_the_password_that_we_give() -> None:
    milvus = SERVICES["milvus"]["environment"]
    token = SERVICES["api"]["environment"]["COUNTERPART_INDEX_TOKEN"]

    assert milvus["COMMON_SECURITY_AUTHORIZATIONENABLED"] == "true"
    assert token == f"root:{milvus['COMMON_SECURITY_DEFAULTROOTPASSWORD']}"


def test_every_volume_that_is_used_is_named() -> None:
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", [])}

    assert used == set(COMPOSE["volumes"])


def test_gpu_file_gives_the_worker_a_gpu_and_its_own_image() -> None:
    worker = read_yaml(GPU_FILE)["services"]["worker"]
    (device,) = worker["deploy"]["resources"]["reservations"]["devices"]

    assert device["capabilities"] == ["gpu"]
    assert worker["image"] == "counterpart:gpu"
    assert worker["build"]["args"]["VARIANT"] == "gpu"
    assert worker["environment"]["COUNTERPART_EMBEDDING_DEVICE"] == "cuda"


def test_image_is_checked_for_health_and_does_not_run_as_root() -> None:
    last_stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]

    assert re.findall(r"^USER (.+)$", last_stage, re.MULTILINE) == [SERVICES["api"]["user"]]
    assert "\nHEALTHCHECK " in last_stage
    assert "HF_HUB_OFFLINE=1" in last_stage


def test_image_holds_the_packages_and_nothing_else_of_the_repository() -> None:
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)

    files = {"pyproject.toml", "README.md", "LICENSE", "requirements.lock"}
    assert set(allowed) == files | {"wheels", "data", "milvus", "ingestion", "service"}
