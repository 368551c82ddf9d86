"""Witnesses behind TLS: asked when an authority that this machine trusts vouches for their name, and not otherwise."""

import datetime
import ipaddress
import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from council.audit.witness_call import Away, Reply, add_checkpoint


class _Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        return


def _certificate(folder, address):
    """Of a server that is its own authority, for this address; the path of certificate and key together."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "witness")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    encoding, secret = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / f"{address}.pem"
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, secret)
    path.write_bytes(made.public_bytes(encoding) + private)
    return path


@pytest.fixture
def serving(tmp_path):
    """Starts a listener with TLS whose certificate is for the given address; its URL and the certificate."""
    servers = []

    def serving(address):
        path = _certificate(tmp_path, address)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        server = HTTPServer(("127.0.0.1", 0), _Answers)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        # What a refused handshake leaves is no business of this test.
        server.handle_error = lambda *given: None
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        servers.append((server, thread))
        return f"https://127.0.0.1:{server.server_port}", path

    yield serving
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join(30)


def test_a_witness_that_a_trusted_authority_vouches_for_is_asked(serving, monkeypatch):
    url, authority = serving("127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert add_checkpoint(url, b"old 0\n") == Reply(200, b"old 0\n")


def test_a_witness_that_nobody_vouches_for_is_not_asked(serving):
    url, _authority = serving("127.0.0.1")
    with pytest.raises(Away, match="certificate verify failed"):
        add_checkpoint(url, b"old 0\n")


def test_a_certificate_for_another_address_is_none(serving, monkeypatch):
    url, authority = serving("127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with pytest.raises(Away, match="certificate verify failed"):
        add_checkpoint(url, b"old 0\n")
