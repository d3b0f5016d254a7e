"""Who may ask: strangers get 403 for every method, path and stream, and what is too much is cut off."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from multilayer.web import Studio, guard
from multilayer.web.answers import ENDPOINTS
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session
from tests.web.raw import Client

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO")
PATHS = ("/", "/static/main.js", "/api/enter", "/api/session", "/api/undo", "/api/events", "/nothing")


@pytest.fixture(scope="module")
def studio():
    with Studio(Session(PRESETS["seed"].make())) as running:
        yield running


@pytest.fixture
def client(studio):
    return Client(studio)


def test_the_page_itself_is_answered(client):
    assert client.ask("GET", "/", {"cookie": None, "origin": None}).status == 200
    assert client.ask("HEAD", "/static/main.js", {"origin": None}).body == b""
    assert client.ask("POST", "/api/session", {"sec-fetch-site": "same-origin"}).status == 200
    assert client.ask("POST", "/api/session", {"host": f"localhost:{client.port}"}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1.evil.example:{port}",
        "evil@127.0.0.1:{port}",
        "0:{port}",
    ],
)
def test_a_foreign_host(client, host):
    found = {
        client.ask(method, path, {"host": host.format(port=client.port)}).status
        for method in METHODS
        for path in PATHS
    }
    assert found == {403}


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1:{port}.evil.example",
        "http://127.0.0.1:{port}@evil.example",
        "http://127.0.0.1:{port}/",
        "HTTP://127.0.0.1:{port}",
        "",
    ],
)
def test_a_foreign_origin(client, origin):
    found = {
        client.ask(method, path, {"origin": origin.format(port=client.port)}).status
        for method in ("GET", "POST", "PUT", "OPTIONS")
        for path in PATHS
    }
    assert found == {403}


@pytest.mark.parametrize("endpoint", ["enter", "events", *(endpoint.name for endpoint in ENDPOINTS)])
def test_a_post_without_an_origin_or_without_the_cookie(client, endpoint):
    path = f"/api/{endpoint}"
    assert client.ask("POST", path, {"origin": None}).status == 403
    for cookie in (None, "", f"multilayer_{client.port}=", f"multilayer_{client.port}=wrong", "other=1"):
        for method in ("POST", *METHODS[3:]):
            assert client.ask(method, path, {"cookie": cookie}).status == 403
        assert client.ask("HEAD", path, {"cookie": cookie}).status in (
            (405,) if endpoint == "enter" else (403,)
        )
        assert client.ask("GET", path, {"cookie": cookie, "origin": None}).status in (
            (405,) if endpoint == "enter" else (403,)
        )


@pytest.mark.parametrize("cookie", ['"', "a=\\;" * 100, "multilayer_{port}", "\x80=\xff", "x" * 9000])
def test_a_malformed_cookie(client, cookie):
    assert client.ask("POST", "/api/session", {"cookie": cookie.format(port=client.port)}).status == 403


@pytest.mark.parametrize("token", [b"", b"wrong", b"\xff\xfe", b"a" * 100_000])
def test_a_wrong_token(client, token):
    answer = client.ask("POST", "/api/enter", {}, token)
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    assert f"multilayer_{client.port}=" in client.set_cookie
    assert {"httponly", "samesite=strict"} <= set(client.set_cookie.lower().split("; "))


def test_a_token_for_one_visit_is_used_up(studio, client):
    token = studio.address_for_one_visit().partition("#token=")[2].encode()
    assert client.ask("POST", "/api/enter", {}, token).status == 204
    assert client.ask("POST", "/api/enter", {}, token).status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "strange"])
def test_another_site_may_lead_to_the_page_and_no_further(client, site):
    there = {
        "sec-fetch-site": site,
        "sec-fetch-mode": "navigate",
        "sec-fetch-dest": "document",
        "origin": None,
    }
    assert client.ask("GET", "/", there).status == 200
    assert client.ask("GET", "/", {**there, "sec-fetch-dest": "iframe"}).status == 403
    assert client.ask("GET", "/static/main.js", there).status == 403
    assert client.ask("GET", "/api/events", there).status == 403
    assert client.ask("POST", "/api/session", {**there, "origin": client.headers()["origin"]}).status == 403


def test_other_methods(client):
    found = {client.ask(method, path).status for method in METHODS[3:] for path in PATHS}
    assert found == {403}


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_hardly_http(client, request_):
    assert client.send(request_.replace(b"%d", str(client.port).encode())).status in (400, 403)


@pytest.mark.parametrize(
    "path", ["/", "/static/main.js", "/static/none.js", "/nothing", "/api/session", "/api/enter"]
)
@pytest.mark.parametrize("host", [None, "evil.example"])
def test_every_answer_has_the_headers(client, path, host):
    answer = client.ask("GET", path, {} if host is None else {"host": host})
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static/vendor/../../app.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/..\\app.py",
        "/static/views",
        "/static/",
        "/static",
        "/static/main.js%00.css",
        "//api/session",
        "/API/session",
        "/api/../api/session",
        "/static/../api/session",
    ],
)
def test_no_way_leads_out_of_the_static_files(client, path):
    answer = client.ask("GET", path)
    assert answer.status in (307, 400, 403, 404)
    assert b"import" not in answer.body


@pytest.mark.parametrize("length", [guard.MAX_BODY + 1, 10**18])
def test_a_length_over_the_cap(client, length):
    assert client.ask("POST", "/api/session", {"content-length": str(length)}).status == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "abc", "9" * 5000])
def test_a_length_that_is_none(client, length):
    assert client.ask("POST", "/api/session", {"content-length": length}).status in (400, 413)


def test_a_body_over_the_cap_without_a_length_runs_nothing(studio, client):
    session = studio.session
    session.change(PRESETS["xor"].make())
    before = session.state
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    body = chunk * (guard.MAX_BODY // 65536 + 2) + b"0\r\n\r\n"
    answer = client.ask("POST", "/api/undo", {"transfer-encoding": "chunked"}, body)
    assert answer.status == 413
    assert session.state is before


def test_a_slow_client_is_cut_off_and_others_are_served(studio, client, monkeypatch):
    monkeypatch.setattr(guard, "MAX_SECONDS", 0.3)
    session = studio.session
    session.change(PRESETS["xor"].make())
    before = session.state
    slow = []

    def send_slowly():
        slow.append(client.ask("POST", "/api/undo", {"content-length": "10"}, b"{"))

    thread = threading.Thread(target=send_slowly)
    thread.start()
    assert client.ask("POST", "/api/session").status == 200
    thread.join(10)
    assert slow[0].status == 413
    assert session.state is before


def test_a_client_that_goes_in_the_middle_runs_nothing(studio, client):
    session = studio.session
    session.change(PRESETS["xor"].make())
    before = session.state
    head = "".join(f"{name}: {value}\r\n" for name, value in client.headers().items())
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(f"POST /api/undo HTTP/1.1\r\n{head}content-length: 10\r\n\r\n{{".encode())
    assert client.ask("POST", "/api/session").status == 200
    assert session.state is before


@pytest.mark.parametrize("body", [b"[", b"\xff", b"[" * 10_000, b'{"a": 1}', b"null", b'"x"', b"NaN"])
def test_a_malformed_body_is_refused_in_one_line(client, body):
    for endpoint in ("session", "undo", "open_given", "open_blank", "code", "preset"):
        answer = client.ask("POST", f"/api/{endpoint}", {}, body)
        assert answer.status == 400
        assert answer.body.startswith(b'{"error":')
        assert b"\\n" not in answer.body
        assert b"Traceback" not in answer.body


def test_ten_thousand_requests_leave_nothing_behind(studio):
    threads = threading.active_count()
    sent = []

    async def send(message):
        sent.append(message.get("status"))

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def ask_all():
        scope = {"type": "http", "method": "POST", "path": "/api/session", "headers": [(b"host", b"evil")]}
        for _ in range(10_000):
            await studio._guard(scope, receive, send)

    asyncio.run(ask_all())
    assert sent.count(403) == 10_000
    assert threading.active_count() == threads
    assert studio._guard._visits == set()


def test_two_tabs_see_each_others_changes(studio):
    one, other = Client(studio), Client(studio)
    before = one.ask("POST", "/api/session").body
    assert one.ask("POST", "/api/preset", {}, b'{"name": "book"}').status == 200
    after = other.ask("POST", "/api/session").body
    assert after != before
    assert b'"widths":[2,3,2,2]' in after
