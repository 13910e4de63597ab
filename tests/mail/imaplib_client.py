"""Talks to a mail server as Python's own clients do, over STARTTLS and over TLS, and prints what it heard as JSON.

Reads { imap, imaps, smtp (ports), user, password, ca } from stdin.
"""

import email.message
import imaplib
import json
import smtplib
import ssl
import sys

HOST = "127.0.0.1"
site = json.load(sys.stdin)
user, password = site["user"], site["password"]
trusting = ssl.create_default_context(cafile=site["ca"])
heard = {}


def note(name, answer):
    """Keeps the answer of a command, as text."""
    def text(value):
        if isinstance(value, bytes):
            return value.decode()
        if isinstance(value, (list, tuple)):
            return [text(item) for item in value]
        return value
    heard[name] = text(answer)
    return answer


def refusal(name, attempt):
    try:
        attempt()
    except Exception as error:
        heard[name] = f"{type(error).__name__}: {error}"
    else:
        heard[name] = None


def send(subject, text, to=user):
    """Sends a mail of three parts by SMTP, after STARTTLS."""
    message = email.message.EmailMessage()
    message["From"] = "Élodie <elodie@shop.test>"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    with smtplib.SMTP(HOST, site["smtp"]) as smtp:
        smtp.starttls(context=trusting)
        note("smtp", list(smtp.send_message(message)))


# A client that trusts nobody here, and one with a wrong password.
refusal("untrusted", lambda: imaplib.IMAP4_SSL(HOST, site["imaps"], ssl_context=ssl.create_default_context()))
with imaplib.IMAP4(HOST, site["imap"]) as plain:
    refusal("wrong password", lambda: plain.login(user, "wrong"))

# STARTTLS, and what can be asked before a mailbox is open.
one = imaplib.IMAP4(HOST, site["imap"])
note("capabilities", one.capabilities)
note("starttls", one.starttls(ssl_context=trusting))
note("capabilities after", one.capabilities)
note("login", one.login(user, password))
note("namespace", one.namespace())
note("id", one.xatom("ID", '("name" "imaplib")'))
note("id data", one.response("ID"))
note("list", one.list())
note("lsub", one.lsub())
note("noselect", one.list('""', '""'))

# TLS from the beginning, AUTHENTICATE, and a mailbox with one mail.
send("Grüße 1", "Your code is 482911.")
two = imaplib.IMAP4_SSL(HOST, site["imaps"], ssl_context=trusting)
note("authenticate", two.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode()))
note("status", two.status("INBOX", "(MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN)"))
note("examine", two.select("INBOX", readonly=True))
note("store read-only", two.store("1", "+FLAGS", "\\Seen"))
note("search", two.search(None, "UNSEEN", "FROM", "shop.test", "SINCE", "1-Jan-2020"))
note("search not", two.search(None, "NOT", "BODY", "482911"))
note("search subject", two.uid("SEARCH", "CHARSET", "UTF-8", "SUBJECT", '"1"'))
note("envelope", two.fetch("1", "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)"))
note("structure", two.fetch("1", "(BODYSTRUCTURE)"))
note("headers", two.fetch("1", "(BODY.PEEK[HEADER.FIELDS (FROM DELIVERED-TO)])"))
note("part", two.fetch("1", "(BODY.PEEK[1.1])"))
note("mime", two.fetch("1", "(BODY.PEEK[2.MIME])"))
note("partial", two.fetch("1", "(BODY.PEEK[TEXT]<0.2>)"))
whole = two.uid("FETCH", "1:*", "(BODY.PEEK[])")[1][0][1]
heard["attachment"] = [part.get_filename() for part in email.message_from_bytes(whole).walk()][-1]

# One connection idles; the other changes what is there.
note("select", one.select("INBOX"))
one.send(b"i IDLE\r\n")
note("idle", one.readline())
send("Later", "Your code is 117700.")
note("idle told", one.readline())
one.readline()
one.send(b"DONE\r\n")
note("idle done", one.readline())
appended = b"Subject: kept\r\n\r\nkept\r\n"
note("append", one.append("INBOX", "(\\Seen)", imaplib.Time2Internaldate(0), appended))
note("store", one.store("1", "+FLAGS", "(\\Flagged Mine)"))
note("copy", one.copy("1", "Junk"))
note("move", one.uid("MOVE", "2", "Junk"))
note("deleted", one.uid("STORE", "1,3", "+FLAGS.SILENT", "(\\Deleted)"))
note("uid expunge", one.uid("EXPUNGE", "3"))
note("expunge", one.expunge())
note("left", one.uid("SEARCH", "ALL"))
note("junk", one.status("Junk", "(MESSAGES)"))
note("unselect", one.unselect())
note("logout", one.logout())
two.logout()
json.dump(heard, sys.stdout)
