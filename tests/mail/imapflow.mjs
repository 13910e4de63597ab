// Talks to an IMAP server as imapflow does, and prints what it heard as JSON. Reads { imap, imaps (ports), user, password, ca }.
import { readFileSync } from "node:fs";
import { ImapFlow } from "imapflow";

const site = JSON.parse(readFileSync(0, "utf8"));
const tls = { ca: readFileSync(site.ca) };

function client(options) {
  const auth = { user: site.user, pass: site.password };
  return new ImapFlow({ host: "127.0.0.1", port: site.imaps, secure: true, auth, tls, logger: false, ...options });
}

// What a client that cannot connect says.
async function refusal(options) {
  try {
    await client(options).connect();
    return null;
  } catch (error) {
    return { code: error.code ?? null, authentication: error.authenticationFailed ?? false, text: error.responseText ?? null };
  }
}

const heard = {
  untrusted: await refusal({ tls: {} }),
  refused: await refusal({ auth: { user: site.user, pass: "wrong" } }),
};

const upgraded = client({ port: site.imap, secure: false, doSTARTTLS: true });
await upgraded.connect();
heard.starttls = { secure: upgraded.secureConnection, capabilities: [...upgraded.capabilities.keys()] };
await upgraded.logout();

const one = client({});
const two = client({});
await one.connect();
await two.connect();
heard.server = one.serverInfo;
heard.namespaces = one.namespaces;
heard.capabilities = [...one.capabilities.keys()];
heard.folders = (await one.list({ statusQuery: { messages: true, unseen: true } })).map(
  ({ path, specialUse, subscribed, status }) => ({ path, specialUse, subscribed, messages: status?.messages }),
);
heard.status = await one.status("INBOX", { messages: true, uidNext: true, uidValidity: true, unseen: true });
heard.status.uidValidity = String(heard.status.uidValidity);
const opened = await one.mailboxOpen("INBOX");
heard.opened = { exists: opened.exists, uidNext: opened.uidNext, readOnly: opened.readOnly };

// IDLE: told by the server, while the other client appends.
const told = new Promise((resolve) => one.once("exists", resolve));
const idling = one.idle();
const raw =
  "From: =?utf-8?B?w4lsb2RpZQ==?= <elodie@shop.test>\r\nTo: ada@onramp.test\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n" +
  'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n' +
  "Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9 482911\r\n--b\r\nContent-Type: image/png\r\n" +
  'Content-Disposition: attachment; filename="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\n--b--\r\n';
const appended = await two.append("INBOX", raw, ["\\Flagged"], new Date(0));
heard.appended = { uid: appended.uid, destination: appended.destination };
const { count, prevCount } = await told;
heard.idle = { count, prevCount };

heard.search = await one.search({ from: "shop.test", flagged: true, not: { subject: "nothing" } }, { uid: true });
const wanted = { uid: true, flags: true, envelope: true, bodyStructure: true, internalDate: true, size: true, headers: ["to"] };
const message = await one.fetchOne(`${appended.uid}`, { ...wanted, bodyParts: ["1", "2"], source: { maxLength: 4 } }, { uid: true });
heard.message = {
  subject: message.envelope.subject,
  from: message.envelope.from,
  types: message.bodyStructure.childNodes.map((node) => node.type),
  attachment: message.bodyStructure.childNodes[1].dispositionParameters,
  parts: Object.fromEntries([...message.bodyParts].map(([name, bytes]) => [name, bytes.toString()])),
  headers: message.headers.toString(),
  source: message.source.toString(),
  size: message.size === raw.length,
  date: message.internalDate.toISOString(),
  flags: [...message.flags],
};
const { content } = await one.download(`${appended.uid}`, "1", { uid: true });
heard.downloaded = Buffer.concat(await content.toArray()).toString();
heard.flagged = await one.messageFlagsAdd(`${appended.uid}`, ["\\Seen", "Mine"], { uid: true });
const copied = await one.messageCopy(`${appended.uid}`, "Junk", { uid: true });
heard.copied = [...copied.uidMap];
const moved = await one.messageMove(`${appended.uid}`, "Junk", { uid: true });
heard.moved = [...moved.uidMap];
await one.mailboxOpen("Junk");
heard.deleted = await one.messageDelete("1:*", { uid: true });
heard.left = await one.search({ all: true });
await one.noop();
await idling;
await one.logout();
await two.logout();
console.log(JSON.stringify(heard));
