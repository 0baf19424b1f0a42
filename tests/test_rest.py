"""The REST service: what each door answers, what it refuses, and that nothing of a note gets out by the side."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, seed, settings
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from noteproc.config import Config
from noteproc.errors import ConfigError, LeakError
from noteproc.processor import NoteProcessor
from noteproc.records import Note, RedactedNote
from noteproc.service import Operations
from noteproc.service.guard import LARGEST_BODY
from noteproc.service.rest import application

TOKEN = "a-token-that-only-tests-know"
NOTE = "Mrs. Ada Byron, 78, seen 3/4/2025.\nAssessment: hypertension. No chest pain. Sister had shingles."


@pytest.fixture(scope="module")
def operations() -> Operations:
    return Operations()


@pytest.fixture(scope="module")
def app(operations: Operations) -> ASGIApp:
    return application(operations, TOKEN, ("127.0.0.1", "localhost", "testserver"))


@pytest.fixture(scope="module")
def client(app: ASGIApp) -> Iterator[TestClient]:
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}, raise_server_exceptions=True) as client:
        yield client


def test_redact(client: TestClient) -> None:
    found = client.post("/v1/redact", json={"text": NOTE, "note_id": "n7"}).json()
    assert found["note_id"] == "n7"
    assert found["text"].startswith("Mrs. [PATIENT_NAME_1], 78, seen [DATE_1: 2025].")
    assert [NOTE[p["start"] : p["end"]] for p in found["phi"]] == ["Ada Byron", "3/4/2025"]
    assert "Byron" not in json.dumps(found)


def test_known_identifiers_go(client: TestClient) -> None:
    text = "Came in with a zorilla on his shirt. Has HTN."
    assert "zorilla" in client.post("/v1/redact", json={"text": text}).json()["text"]
    known = [{"entity_type": "PATIENT_NAME", "value": "Zorilla"}]
    assert "zorilla" not in client.post("/v1/redact", json={"text": text, "known": known}).json()["text"]
    assert (
        client.post("/v1/redact", json={"text": text, "known": [{"entity_type": "NAME", "value": "x"}]}).status_code
        == 422
    )


def test_code(client: TestClient, operations: Operations) -> None:
    found = client.post("/v1/code", json={"text": NOTE}).json()
    assert found == json.loads(json.dumps(operations.process(Note("note", NOTE)).to_dict()))
    assert "I10" in [s["code"] for s in found["suggestions"]]
    assert ("R07.9", "absent") in [(n["code"], n["reason"]) for n in found["not_coded"]]


@pytest.mark.parametrize(("setting", "coded"), [("inpatient", True), ("outpatient", False)])
def test_setting_decides_on_doubt(client: TestClient, setting: str, coded: bool) -> None:
    text = "Discharge diagnosis: probable pneumonia."
    found = client.post("/v1/code", json={"text": text, "setting": setting}).json()
    assert ("J18.9" in [s["code"] for s in found["suggestions"]]) is coded


def test_code_redacted_takes_the_text_as_it_is(client: TestClient) -> None:
    text = "Assessment: hypertension in [PATIENT_NAME_1], seen by Dr. Smith."
    found = client.post("/v1/code-redacted", json={"text": text}).json()
    assert found["text"] == text
    assert found["phi"] == []
    assert "I10" in [s["code"] for s in found["suggestions"]]


def test_codes(client: TestClient) -> None:
    page = client.get("/v1/codes/0201T").json()
    assert (page["system"], page["own_words"]) == ("CPT", True)
    assert client.get("/v1/codes/M80.08XA").json()["system"] == "ICD-10-CM"
    assert client.get("/v1/codes/59").json()["system"] == "modifier"
    missing = client.get("/v1/codes/Z99.99")
    assert (missing.status_code, missing.json()) == (404, {"error": "not in the loaded data"})
    hits = client.post("/v1/lookup", json={"query": "gallblader cancer", "system": "ICD-10-CM"}).json()["hits"]
    assert hits[0]["code"] == "C23"
    assert client.post("/v1/lookup", json={"query": "pain", "within": "99"}).status_code == 422


def test_check_and_ask(client: TestClient) -> None:
    claim = {"codes": ["E11.9", "E10.9"], "on": "2026-05-04"}
    findings = client.post("/v1/check", json=claim).json()["findings"]
    assert ("E11.9", "Excludes1") in {(f["code"], f["rule"]) for f in findings} | {
        ("E11.9", f["rule"]) for f in findings
    }
    assert all(f["source"] for f in findings)
    answer = client.post("/v1/ask", json={"question": "and unilateral?", "before": ["What is 0201T?"]}).json()
    assert answer["found"]
    assert "one side" in answer["sentences"][0]["text"]
    assert not client.post("/v1/ask", json={"question": "who won the cup?"}).json()["found"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/redact", {}),
        ("/v1/redact", {"text": ""}),
        ("/v1/redact", {"text": 7}),
        ("/v1/redact", {"text": "a", "Byron": 1}),
        ("/v1/redact", {"text": "a", "setting": "Byron"}),
        ("/v1/lookup", {"query": "a", "limit": 0}),
        ("/v1/check", {"codes": []}),
        ("/v1/check", {"codes": ["Byron's"]}),
        ("/v1/check", {"codes": ["I10"], "on": "Byron"}),
    ],
)
def test_a_wrong_request_is_refused_without_its_words(client: TestClient, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    assert set(answer.json()) == {"error"}
    assert "Byron" not in answer.text


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"text": "\\ud800"}', b"[" * 20_000])
def test_a_body_that_is_no_json(client: TestClient, body: bytes) -> None:
    answer = client.post("/v1/redact", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("shown", ["", "Bearer wrong", "Basic " + TOKEN, TOKEN[:-1], "Bearer \u00fc"])
def test_no_token_no_answer(app: ASGIApp, shown: str) -> None:
    with TestClient(app) as client:
        headers = {b"Authorization": shown.encode("latin-1")}
        assert client.post("/v1/redact", json={"text": NOTE}, headers=headers).status_code == 401
        assert client.post("/", json={"Text": NOTE}, headers=headers).status_code == 401
        assert client.get("/v1/health").json()["status"] == "ok"


def test_another_host_is_refused(client: TestClient) -> None:
    assert client.get("/v1/health", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("told", [True, False])
def test_too_large(client: TestClient, told: bool) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 1_000_000 + 1):
            yield b" " * 1_000_000

    content = b" " * (LARGEST_BODY + 1) if told else body()
    assert client.post("/v1/redact", content=content).status_code == 413


class _Failing:
    """A redactor in which something breaks, with the note in the exception."""

    def __init__(self, error: type[Exception]) -> None:
        self.policy = NoteProcessor().redactor.policy
        self._error = error

    def redact(self, note: Note) -> RedactedNote:
        raise self._error(note.text)


def test_an_internal_error_says_nothing_of_the_note(caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    processor = NoteProcessor(redactor=_Failing(KeyError))  # type: ignore[arg-type]
    app = application(Operations(processor), TOKEN, ("testserver",))
    with caplog.at_level(logging.DEBUG), TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        answer = client.post("/v1/redact", json={"text": NOTE})
    assert (answer.status_code, answer.json()) == (500, {"error": "stopped by an internal error (KeyError)"})
    out, err = capfd.readouterr()
    assert "Byron" not in caplog.text + out + err


def test_the_leak_gate_holds_a_note_back() -> None:
    config = Config(canaries=("hypertension",))
    app = application(Operations(NoteProcessor(config)), TOKEN, ("testserver",))
    with TestClient(app, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        answer = client.post("/v1/code", json={"text": NOTE})
    assert answer.status_code == 409
    assert "hypertension" not in answer.text
    assert LeakError.__name__ not in answer.text


def test_a_policy_that_needs_a_vault_is_refused() -> None:
    with pytest.raises(ConfigError, match="vault"):
        Operations(NoteProcessor(Config(policy="expert")))


@pytest.fixture(scope="module")
def comprehend(app: ASGIApp) -> Iterator[Any]:
    """The client that a user of Comprehend Medical has, pointed at the service."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    session = botocore.session.Session()
    yield session.create_client(
        "comprehendmedical",
        region_name="us-east-1",
        endpoint_url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        aws_access_key_id=TOKEN,
        aws_secret_access_key="not asked for",
    )
    server.should_exit = True
    thread.join(10)
    listener.close()


def test_detect_phi_for_an_existing_client(comprehend: Any) -> None:
    found = comprehend.detect_phi(Text=NOTE)["Entities"]
    assert [(e["Text"], e["Type"], e["Category"]) for e in found] == [
        ("Ada Byron", "NAME", "PROTECTED_HEALTH_INFORMATION"),
        ("3/4/2025", "DATE", "PROTECTED_HEALTH_INFORMATION"),
    ]
    assert all(NOTE[e["BeginOffset"] : e["EndOffset"]] == e["Text"] for e in found)


def test_infer_icd10cm_for_an_existing_client(comprehend: Any) -> None:
    found = {e["Text"].lower(): e for e in comprehend.infer_icd10_cm(Text=NOTE)["Entities"]}
    assert found["hypertension"]["ICD10CMConcepts"][0]["Code"] == "I10"
    assert found["hypertension"]["Traits"] == []
    assert found["chest pain"]["Traits"][0]["Name"] == "NEGATION"
    assert found["shingles"]["Traits"][0]["Name"] == "PERTAINS_TO_FAMILY"


def test_what_comprehend_does_and_this_does_not(comprehend: Any, client: TestClient) -> None:
    with pytest.raises(comprehend.exceptions.ClientError, match="UnknownOperation"):
        comprehend.infer_rx_norm(Text=NOTE)
    answer = client.post("/", json={"Text": ""}, headers={"x-amz-target": "ComprehendMedical_20181030.DetectPHI"})
    assert (answer.status_code, answer.json()["__type"]) == (400, "InvalidRequestException")


DOORS = (
    "GET /v1/health",
    "POST /v1/redact",
    "POST /v1/code",
    "POST /v1/code-redacted",
    "POST /v1/lookup",
    "GET /v1/codes/{code}",
    "POST /v1/check",
    "POST /v1/ask",
)


@pytest.fixture(scope="module")
def described(app: ASGIApp) -> dict[str, Any]:
    """Every operation that the service's own OpenAPI document names."""
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [result.ok() for result in schema.get_all_operations()]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in operations}


def test_every_door_is_described(described: dict[str, Any]) -> None:
    assert sorted(described) == sorted(DOORS)


@pytest.mark.parametrize("door", DOORS)
def test_the_service_is_as_it_describes_itself(described: dict[str, Any], door: str) -> None:
    @seed(2026)
    @settings(max_examples=30, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=described[door].as_strategy())
    def conforms(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})

    conforms()
