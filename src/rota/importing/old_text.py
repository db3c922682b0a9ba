"""The text of an old job for a comment: one line, without what looks like a secret."""

import re

MASK = "[left out]"
MAX_CHARACTERS = 300
# The patterns are not asked about more: a long line would take them long.
_READ_CHARACTERS = 1000

_VALUE = r"(?:\"[^\"]*\"|'[^']*'|[^\s'\"]+)"
_WORDS = r"(?<![a-z])pass(?![a-z])|passw|passphrase|pwd|token|secret|api[-_]?key|credential|auth"
_NAME = rf"[\w.-]*(?:{_WORDS})[\w.-]*"
_PATTERNS = (
    # https://user:password@host
    re.compile(r"(://)[^\s/@'\"]+(@)"),
    # Bearer abc, Basic abc
    re.compile(r"(\b(?:bearer|basic)\s+)[^\s'\"]+()", re.IGNORECASE),
    # A header that is one quoted word: 'X-Auth-Token: abc'
    re.compile(rf"(['\"]{_NAME}\s*:\s*)[^'\"]*(['\"])", re.IGNORECASE),
    # PASSWORD=abc, --api-key=abc, token: abc
    re.compile(rf"({_NAME}\s*[=:]\s*){_VALUE}()", re.IGNORECASE),
    # --password abc
    re.compile(rf"(--?{_NAME}\s+)(?!-){_VALUE}()", re.IGNORECASE),
    # curl -u user:password, mysql -pabc
    re.compile(rf"((?:^|\s)(?:-u|--user)[\s=]*){_VALUE}()"),
    re.compile(r"((?:mysql|mysqldump|mariadb|mariadb-dump|sshpass)\b[^|;&]*?\s-p)\s?[^\s]+()"),
)
# Tokens that stand alone, such as those in the address of a dead-man's switch.
_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])(?=[^\s/]*[0-9])(?=[^\s/]*[A-Za-z])[A-Za-z0-9_-]{20,}")


def old_text(text: str) -> str:
    """Return `text` as one printable line of at most 300 characters, secrets left out."""
    line = "".join(each for each in " ".join(text.split()) if each.isprintable())
    if len(line) > _READ_CHARACTERS:
        # Without the word that is cut: half of a secret may not look like one.
        line = line[:_READ_CHARACTERS].rpartition(" ")[0] + " …"
    for pattern in _PATTERNS:
        line = pattern.sub(rf"\g<1>{MASK}\g<2>", line)
    line = _TOKEN.sub(MASK, line)
    return line if len(line) <= MAX_CHARACTERS else f"{line[: MAX_CHARACTERS - 1]}…"
