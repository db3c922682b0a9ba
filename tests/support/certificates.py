"""Certificates of an authority that a test made, and servers that want them."""

import contextlib
import socket
import ssl
import threading

from cryptography import x509


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
