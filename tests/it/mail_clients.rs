//! The sandbox's mail server, asked by clients that are not ours: Python's imaplib and smtplib, and imapflow.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{SandboxProcess, TestContext};

const USER: &str = "ada@onramp.test";

/// What the client hears, for the account of `USER`.
fn told(client: &mut Command, sandbox: &SandboxProcess) -> Value {
    let port = |url: &str| url::Url::parse(url).unwrap().port().unwrap();
    let password = url::Url::parse(&sandbox.mailbox).unwrap().password().unwrap().to_owned();
    let (imap, imaps) = (port(&sandbox.mailbox), port(sandbox.imaps.as_ref().unwrap()));
    let smtp: u16 = sandbox.smtp.rsplit_once(':').unwrap().1.parse().unwrap();
    let site =
        json!({ "imap": imap, "imaps": imaps, "smtp": smtp, "user": USER, "password": password, "ca": sandbox.ca });
    let client = client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut client = client.spawn().expect("tests/run to install the client");
    client.stdin.take().unwrap().write_all(site.to_string().as_bytes()).unwrap();
    let told = client.wait_with_output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

#[track_caller]
fn says(told: &Value, name: &str, pieces: &[&str]) {
    let answer = told[name].to_string().replace("\\\"", "\"").replace("\\\\", "\\");
    for piece in pieces {
        assert!(answer.contains(piece), "{name}: {piece} in {answer}");
    }
}

#[test]
#[ignore = "needs python3; tests/run installs it"]
fn imaplib_and_smtplib_get_along_with_the_server() {
    let context = TestContext::new();
    let sandbox = context.sandbox_with(&["--tls"]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/imaplib_client.py");
    let told = &told(Command::new("python3").arg(script), &sandbox);
    for (name, pieces) in [
        ("untrusted", &["CERTIFICATE_VERIFY_FAILED"][..]),
        ("wrong password", &["AUTHENTICATIONFAILED"]),
        ("capabilities", &["STARTTLS", "AUTH=PLAIN", "UIDPLUS"]),
        ("starttls", &["OK"]),
        ("login", &["OK"]),
        ("namespace", &["((\"\" \"/\")) NIL NIL"]),
        ("id data", &["onramp sandbox"]),
        ("list", &["(\\HasNoChildren) \"/\" INBOX", "(\\HasNoChildren \\Junk) \"/\" Junk"]),
        ("lsub", &["INBOX", "Junk"]),
        ("noselect", &["(\\Noselect) \"/\" \"\""]),
        ("authenticate", &["OK"]),
        ("status", &["MESSAGES 1 RECENT 0 UIDNEXT 2", "UNSEEN 1"]),
        ("examine", &["OK", "1"]),
        ("store read-only", &["NO", "read-only"]),
        ("search", &["[\"OK\",[\"1\"]]"]),
        ("search not", &["[\"OK\",[\"\"]]"]),
        ("search subject", &["[\"OK\",[\"1\"]]"]),
        ("envelope", &["UID 1", "=?UTF-8?", "NIL \"elodie\" \"shop.test\"", "NIL NIL \"ada\" \"onramp.test\""]),
        (
            "structure",
            &["\"plain\" (\"charset\" \"utf-8\")", "\"alternative\"", "(\"filename\" \"a.png\")", "\"mixed\""],
        ),
        ("headers", &["Delivered-To: ada@onramp.test"]),
        ("part", &["Your code is 482911."]),
        ("mime", &["Content-Type: image/png"]),
        ("partial", &["<0>", "--"]),
        ("attachment", &["a.png"]),
        ("select", &["OK", "1"]),
        ("idle", &["+ "]),
        ("idle told", &["* 2 EXISTS"]),
        ("idle done", &["i OK"]),
        ("append", &["APPENDUID", " 3] "]),
        ("store", &["\\Flagged", "Mine"]),
        ("copy", &["COPYUID", " 1 4]"]),
        ("move", &["OK"]),
        ("deleted", &["OK"]),
        ("uid expunge", &["OK"]),
        ("left", &["[\"OK\",[\"\"]]"]),
        ("junk", &["MESSAGES 2"]),
        ("unselect", &["OK"]),
        ("logout", &["BYE"]),
    ] {
        says(told, name, pieces);
    }
    assert!(!told["capabilities after"].to_string().contains("STARTTLS"), "{told}");
    assert_eq!(told["smtp"], json!([]), "nobody was refused");
}

#[test]
#[ignore = "needs node and imapflow from npm; tests/run installs them"]
fn imapflow_gets_along_with_the_server() {
    let context = TestContext::new();
    let sandbox = context.sandbox_with(&["--tls"]);
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("mail");
    let told = &told(Command::new("node").arg(installed.join("imapflow.mjs")), &sandbox);
    assert_eq!(told["untrusted"]["authentication"], false);
    assert!(
        told["untrusted"]["code"].as_str().is_some_and(|code| code.contains("CERT") || code.contains("SIGN")),
        "{told}"
    );
    assert_eq!(told["refused"]["authentication"], true);
    assert_eq!(told["starttls"]["secure"], true);
    assert_eq!(told["server"]["name"], "onramp sandbox");
    let folder = |path: &str, use_: &str, count: u32| json!({ "path": path, "specialUse": use_, "subscribed": true, "messages": count });
    assert_eq!(told["folders"], json!([folder("INBOX", "\\Inbox", 0), folder("Junk", "\\Junk", 0)]));
    assert_eq!(told["opened"], json!({ "exists": 0, "uidNext": 1, "readOnly": false }));
    assert_eq!(told["appended"], json!({ "uid": 1, "destination": "INBOX" }));
    assert_eq!(told["idle"], json!({ "count": 1, "prevCount": 0 }));
    assert_eq!(told["search"], json!([1]));
    let message = json!({
        "subject": "Grüße",
        "from": [{ "name": "Élodie", "address": "elodie@shop.test" }],
        "types": ["text/plain", "image/png"],
        "attachment": { "filename": "a.png" },
        "parts": { "1": "caf=C3=A9 482911", "2": "iVBO" },
        "headers": "To: ada@onramp.test\r\n\r\n",
        "source": "From",
        "size": true,
        "date": "1970-01-01T00:00:00.000Z",
        "flags": ["\\Flagged"],
    });
    assert_eq!(told["message"], message);
    assert_eq!(told["downloaded"], "café 482911");
    assert_eq!((&told["flagged"], &told["deleted"]), (&json!(true), &json!(true)));
    assert_eq!((&told["copied"], &told["moved"]), (&json!([[1, 2]]), &json!([[1, 3]])));
    assert_eq!(told["left"], json!([]));
}
