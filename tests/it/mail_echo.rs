//! A mailbox's server that repeats what it was sent: nobody gets to read it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{Invocation, TestContext, leaks};

const SECRET: &str = "hunter22-hunter22";

const FLOW: &str = "
name: flow
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  mark: { uses: mail.mark, with: { mailbox: '${{ secrets.mailbox }}' }, timeout: 5s, retry: { max-attempts: 1 } }
";

/// Lets everybody in, and opens no folder: it tells the login instead, as it came and decoded.
fn echoing() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || talk(stream));
        }
    });
    port
}

fn talk(mut stream: TcpStream) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let mut login = String::new();
    stream.write_all(b"* OK ready\r\n").ok()?;
    while let Some(line) = lines.next() {
        let (tag, command) = line.split_once(' ')?;
        let answer = match command.split(' ').next()? {
            "CAPABILITY" => {
                format!("* CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER\r\n{tag} OK\r\n")
            }
            "AUTHENTICATE" => {
                stream.write_all(b"+ \r\n").ok()?;
                login = lines.next()?;
                format!("{tag} OK in\r\n")
            }
            "EXAMINE" => {
                let plain = String::from_utf8(STANDARD.decode(&login).ok()?).ok()?;
                format!("{tag} NO {login} {}\r\n", plain.replace(|c: char| c.is_control(), " "))
            }
            _ => format!("{tag} OK done\r\n"),
        };
        stream.write_all(answer.as_bytes()).ok()?;
    }
    Some(())
}

/// Each way to ask a mailbox, with where the answer is told.
fn asking(context: &TestContext) -> Vec<(&'static str, Invocation)> {
    context.write("flow.yaml", FLOW);
    [
        ("wait", &["mail", "wait", "--to", "ada@onramp.test", "--timeout", "5s"][..]),
        ("wait, since", &["mail", "wait", "--to", "ada@onramp.test", "--timeout", "5s", "--since", "1h", "--json"]),
        ("test", &["mail", "test"]),
        ("test, JSON", &["mail", "test", "--json"]),
        ("doctor", &["doctor"]),
        ("run", &["run", "flow.yaml"]),
        ("run, JSON", &["run", "flow.yaml", "--json"]),
    ]
    .map(|(name, args)| (name, context.onramp(args.iter().copied()).args(["--log", "trace"])))
    .into()
}

/// Whether the echo came, and came masked.
fn check(context: &TestContext, login: &str, asking: Vec<(&'static str, Invocation)>) {
    let encoded = STANDARD.encode(login);
    for (name, invocation) in asking {
        let told = invocation.run().expect_code(1);
        let text = format!("{}{}", told.stdout, told.stderr);
        assert!(text.contains("does not open the folder") && text.contains("***"), "{name}: {told:?}");
        // Of what is sent in base64, not even an end is told.
        for part in [SECRET, &encoded[..8], encoded[encoded.len() - 9..].trim_end_matches('=')] {
            assert!(!text.contains(part), "{name} tells {part}: {told:?}");
        }
    }
    for folder in [context.path("printed"), context.store()] {
        for secret in [SECRET, encoded.trim_end_matches('=')] {
            assert_eq!(leaks(secret, &folder), Vec::<String>::new());
        }
    }
}

#[test]
fn a_login_that_the_server_repeats_is_told_nowhere() {
    let port = echoing();
    for (auth, login) in [
        ("", format!("\0ada\0{SECRET}")),
        (";AUTH=XOAUTH2", format!("user=ada\u{1}auth=Bearer {SECRET}\u{1}\u{1}")),
        (
            ";AUTH=OAUTHBEARER",
            format!("n,a=ada,\u{1}host=127.0.0.1\u{1}port={port}\u{1}auth=Bearer {SECRET}\u{1}\u{1}"),
        ),
    ] {
        let context = TestContext::new();
        let url = format!("imap://ada{auth}:{SECRET}@127.0.0.1:{port}/INBOX");
        let with_url = |(name, invocation): (&'static str, Invocation)| {
            (name, invocation.env("ONRAMP_MAILBOX_URL", &url).env("ONRAMP_BASE_URL", "http://127.0.0.1:1"))
        };
        check(&context, &login, asking(&context).into_iter().map(with_url).collect());
    }
}

#[test]
fn a_token_of_a_file_that_the_server_repeats_is_told_nowhere() {
    let (context, port) = (TestContext::new(), echoing());
    fs::create_dir_all(context.path("config/onramp")).unwrap();
    let own = format!("url = 'imap://ada@127.0.0.1:{port}/INBOX'\nauth = 'xoauth2'\ntoken-file = 'token'");
    for (name, text) in
        [("onramp.toml", format!("[defaults]\nmailbox = 'ci'\n[mailbox.ci]\n{own}\n")), ("token", SECRET.to_owned())]
    {
        let path = context.write(&format!("config/onramp/{name}"), &text);
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let login = format!("user=ada\u{1}auth=Bearer {SECRET}\u{1}\u{1}");
    let nowhere = |(name, invocation): (&'static str, Invocation)| {
        (name, invocation.env("ONRAMP_BASE_URL", "http://127.0.0.1:1"))
    };
    check(&context, &login, asking(&context).into_iter().map(nowhere).collect());
}
