"""Reads a mail on standard input as a mail program does and prints what it understood as JSON.

With an argument KEY_FILE, checks the DKIM signatures against the public keys in the file
(lines `DNS-NAME TXT`) and prints whether each verifies; null where dkimpy is not installed.
"""

import email
import email.policy
import email.utils
import json
import sys
from email.header import decode_header, make_header

content = sys.stdin.buffer.read()

if len(sys.argv) > 1:
    try:
        import dkim
    except ImportError:
        print("null")
        sys.exit()

    with open(sys.argv[1]) as keys:
        records = dict(line.rstrip("\n").split(" ", 1) for line in keys)

    def dns(name, timeout=5):
        return records.get(name.decode().rstrip("."), "").encode()

    def verifies(at):
        try:
            return dkim.DKIM(content).verify(idx=at, dnsfunc=dns)
        except dkim.DKIMException:
            return False

    names = [name.lower() for name, _ in dkim.DKIM(content).headers]
    print(json.dumps([verifies(at) for at in range(names.count(b"dkim-signature"))]))
    sys.exit()

message = email.message_from_bytes(content, policy=email.policy.default)
parts = [part for part in message.walk() if not part.is_multipart()]
defects = list(message.defects)
for part in message.walk():
    defects += part.defects
    for value in part.values():
        defects += value.defects
# The newer parser keeps the space between two encoded-words of a name (python/cpython#92081).
name, address = email.utils.parseaddr(email.message_from_bytes(content)["To"])
json.dump(
    {
        "fields": [[name, str(value)] for name, value in message.items()],
        "to": [str(make_header(decode_header(name))), address],
        "type": message.get_content_type(),
        "parts": [
            {
                "type": part.get_content_type(),
                "encoding": str(part["content-transfer-encoding"]),
                "text": part.get_content(),
            }
            for part in parts
        ],
        "defects": [repr(defect) for defect in defects],
    },
    sys.stdout,
)
