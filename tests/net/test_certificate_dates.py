"""Ends of certificates, compared with what the library `cryptography` reads."""

from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from rota.net.certificate_dates import end_of, ends_of

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def issued(end):
    return trustme.CA().issue_cert("client", not_before=BEGIN, not_after=end).cert_chain_pems[0]


@pytest.mark.parametrize("year", [2027, 2049, 2050, 2071])
def test_the_end_is_read_in_both_forms_of_time(tmp_path, year):
    path = tmp_path / "cert.pem"
    end = datetime(year, 2, 28, 23, 59, 59, tzinfo=UTC)
    issued(end).write_to_path(path)

    assert ends_of(path) == [end.timestamp()]


def test_each_certificate_of_a_file_has_its_end_whatever_else_is_in_it(tmp_path):
    path = tmp_path / "bundle.pem"
    certificates = [trustme.CA().cert_pem.bytes(), issued(BEGIN + timedelta(days=90)).bytes()]
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    path.write_bytes("Ö\n".encode() + certificates[0] + broken + certificates[1])

    assert ends_of(path) == [
        x509.load_pem_x509_certificate(each).not_valid_after_utc.timestamp()
        for each in certificates
    ]


def test_a_certificate_that_is_cut_off_is_refused_wherever_it_is_cut():
    certificate = x509.load_pem_x509_certificate(issued(BEGIN + timedelta(days=90)).bytes())
    content = certificate.public_bytes(Encoding.DER)

    assert end_of(content)
    for length in range(0, len(content), 7):
        with pytest.raises((ValueError, IndexError)):
            end_of(content[:length])
