"""Appends the message on stdin to an inbox, over STARTTLS: append.py PORT CA USER PASSWORD."""

import imaplib
import ssl
import sys

_, port, ca, user, password = sys.argv
with imaplib.IMAP4("127.0.0.1", int(port)) as inbox:
    inbox.starttls(ssl_context=ssl.create_default_context(cafile=ca))
    inbox.login(user, password)
    status, told = inbox.append("INBOX", None, None, sys.stdin.buffer.read())
    sys.exit(None if status == "OK" else str(told))
