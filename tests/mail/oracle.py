"""Reads a mail on standard input as a mail program does and prints what it understood as JSON.

With arguments KEY_FILE NAME..., checks the DKIM signatures against the public keys in the file
(lines `DNS-NAME TXT`) and prints whether each verifies.
"""

import email
import email.policy
import json
import sys

content = sys.stdin.buffer.read()

if len(sys.argv) > 1:
    import dkim

    with open(sys.argv[1]) as keys:
        records = dict(line.rstrip("\n").split(" ", 1) for line in keys)

    def dns(name, timeout=5):
        return records.get(name.decode().rstrip("."), "").encode()

    verifier = dkim.DKIM(content)
    count = sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)
    print(json.dumps([dkim.DKIM(content).verify(idx=at, dnsfunc=dns) for at in range(count)]))
    sys.exit()

message = email.message_from_bytes(content, policy=email.policy.default)
parts = [part for part in message.walk() if not part.is_multipart()]
defects = list(message.defects)
for part in message.walk():
    defects += part.defects
    for value in part.values():
        defects += value.defects
json.dump(
    {
        "fields": [[name, str(value)] for name, value in message.items()],
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
