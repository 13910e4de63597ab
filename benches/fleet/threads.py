"""What a user would otherwise write: requests in a thread pool, and a thread that reads the inbox. It keeps nothing.

Usage: threads.py BASE_URL MAILBOX ROWS IN_FLIGHT
"""

import imaplib
import re
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit

import requests

base_url, mailbox, rows, in_flight = sys.argv[1], urlsplit(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
api = f"{base_url}/api/agents/v1"
codes, arrived = {}, threading.Condition()
local = threading.local()


def read_codes():
    inbox = imaplib.IMAP4(mailbox.hostname, mailbox.port)
    inbox.login(unquote(mailbox.username), unquote(mailbox.password))
    inbox.select("INBOX", readonly=True)
    following = 1
    while True:
        inbox.noop()  # what came since is there after this
        _, found = inbox.uid("FETCH", f"{following}:*", "(UID BODY.PEEK[])")
        for item in found:
            if not isinstance(item, tuple):
                continue
            uid, text = int(re.search(rb"UID (\d+)", item[0]).group(1)), item[1].replace(b"=\r\n", b"").decode("utf-8", "replace")
            if uid < following:
                continue
            following = uid + 1
            to = re.search(r"^To: <?([^>\r\n]+)", text, re.M).group(1)
            with arrived:
                codes[to] = re.search(r"/verify/(\w+)", text).group(1)
                arrived.notify_all()
        time.sleep(0.1)


def post(url, body, token=None):
    if not hasattr(local, "session"):
        local.session = requests.Session()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = local.session.post(url, json=body, headers=headers, timeout=60)
    answer.raise_for_status()
    return answer.json()


def find(value, name):
    if isinstance(value, dict):
        if isinstance(value.get(name), str):
            return value[name]
        value = list(value.values())
    if isinstance(value, list):
        return next((found for item in value if (found := find(item, name))), None)
    return None


def row(number):
    email = f"agent+{number}@onramp.test"
    post(f"{api}/auth/signup", {"email": email, "password": "correct horse battery staple 9"})
    with arrived:
        arrived.wait_for(lambda: email in codes)
        code = codes.pop(email)
    token = find(post(f"{api}/auth/verify-email", {"verification_code": code}), "access_token")
    key = find(post(f"{api}/api-keys", {"name": "production"}, token), "key")
    image = post(f"{base_url}/api/v6/images/text2img", {"key": key, "model_id": "flux", "prompt": "A sunset over mountains"})
    while "fetch_result" in image:
        time.sleep(image["eta"])
        image = post(image["fetch_result"], {"key": key})


threading.Thread(target=read_codes, daemon=True).start()
with ThreadPoolExecutor(in_flight) as pool:
    list(pool.map(row, range(1, rows + 1)))
