"""python3 smtplib_client.py PORT CERTIFICATE: sends two emails over one connection."""

import smtplib
import ssl
import sys
from email.message import EmailMessage

port, certificate = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port)) as smtp:
    smtp.starttls(context=ssl.create_default_context(cafile=certificate))
    smtp.ehlo()
    # `login` accepts only ASCII, so this is the base64 of NUL, ada, NUL, sécret.
    code, answer = smtp.docmd("AUTH", "PLAIN AGFkYQBzw6ljcmV0")
    assert code == 235, answer
    for to in ("ada@example.com", "j\xf6rg@example.com"):
        mail = EmailMessage()
        mail["From"] = "Registration <no-reply@example.com>"
        mail["To"] = to
        mail["Subject"] = "4466 ist Ihr Code f\xfcr heute"
        mail.set_content("Ihr Code ist 4466.")
        smtp.send_message(mail)
