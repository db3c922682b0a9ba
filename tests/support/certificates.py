"""Certificates of an authority that a test made, and servers that want them."""

import contextlib
import datetime as dt
import socket
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


def server_context(authority, name="localhost", *, wants_client=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    if wants_client:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def write_pair(issued, certificate, key):
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)


def serial_of(issued):
    """Return the serial number of an issued certificate, as Python's ssl shows a peer's."""
    number = x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()).serial_number
    text = f"{number:X}"
    return text if len(text) % 2 == 0 else f"0{text}"


def authority_of_a_cluster(folder):
    """Write an authority without a key usage; return its path, and a context of its localhost.

    VERIFY_X509_STRICT, the default from Python 3.13, refuses it.
    """
    key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    certificate = _certificate("authority", key, ca=True).sign(key, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    leaf = (
        _certificate("localhost", leaf_key, ca=False, issuer="authority")
        .add_extension(names, critical=False)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    path, leaf_path = folder / "authority.crt", folder / "localhost.pem"
    path.write_bytes(certificate.public_bytes(_PEM))
    private = (_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    leaf_path.write_bytes(leaf_key.private_bytes(*private) + leaf.public_bytes(_PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf_path)
    return path, context


def _certificate(name, key, *, ca, issuer=None):
    subject, issued_by = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)])
        for each in (name, issuer or name)
    )
    began = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    return (
        x509.CertificateBuilder(issued_by, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + dt.timedelta(days=36_500))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


@contextlib.contextmanager
def refusing_server(context):
    """Serve handshakes, each of which must fail, on a free port of 127.0.0.1; yield the URL.

    In a thread, since asyncio's own server closes the connection without the alert.
    """

    def serve(listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection.dup() as rest, contextlib.suppress(OSError):
                    try:
                        context.wrap_socket(connection, server_side=True).close()
                    finally:
                        # Closed with something unread, the connection would be reset, and the
                        # alert lost with it.
                        while rest.recv(4096):
                            pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        yield f"https://localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
