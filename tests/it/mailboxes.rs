//! The mailboxes of `onramp.toml`: providers, and where tokens come from.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use onramp::ops::{ProfileRequest, profile};

use crate::support::{Invocation, Output, TestContext, leaks};

const FLOW: &str = "
name: flow
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  mark: { uses: mail.mark, with: { mailbox: '${{ secrets.mailbox }}' }, timeout: 2s, retry: { max-attempts: 1 } }
";

/// Writes a file for the user alone.
fn private(context: &TestContext, name: &str, text: &str) {
    let path = context.write(name, text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A context whose mailbox `ci` is as `lines` say.
fn context(lines: &str) -> TestContext {
    let context = TestContext::new();
    fs::create_dir_all(context.path("config/onramp")).unwrap();
    private(&context, "config/onramp/onramp.toml", &format!("[defaults]\nmailbox = 'ci'\n[mailbox.ci]\n{lines}\n"));
    context.write("flow.yaml", FLOW);
    context
}

fn run(context: &TestContext) -> Invocation {
    context.onramp(["run", "flow.yaml", "--json", "--log", "trace"])
}

/// What the step that reads the mailbox failed with.
fn error(run: &Output) -> (String, String) {
    let error = run.json()["steps"]["mark"]["error"].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("message"))
}

/// A mailbox on this machine at which nobody answers.
const URL: &str = "url = 'imap://me@127.0.0.1:1/INBOX'\nauth = 'xoauth2'";

#[test]
fn what_does_not_fit_together_is_told() {
    for (lines, said) in [
        (
            "url = 'imaps://a:b@h'\nprovider = 'gmail'\nuser = 'me'",
            ":3:1: a mailbox has either a `url` or a `provider`",
        ),
        ("url = 'imaps://a:b@h'\nuser = 'me'", "`folder` go with a `provider`"),
        ("url = 'imaps://a@h'", "the password is missing"),
        ("url = 'imaps://a@h'\ntoken-file = 'x'", "it must say how the token is given"),
        ("url = 'imaps://a@h'\nauth = 'password'\ntoken-file = 'x'", "a token comes with `auth = \"xoauth2\"`"),
        ("url = 'imaps://a@h'\nauth = 'xoauth2'", "where its token comes from"),
        ("url = 'imaps://a:b@h'\nauth = 'xoauth2'\ntoken-file = 'x'", "another than that of the `url`"),
        ("url = 'imaps://a;AUTH=XOAUTH2:b@h'\ntoken-file = 'x'", "leave one out"),
        ("url = 'imaps://a@h'\nauth = 'xoauth2'\ntoken-file = 'x'\ntoken-command = ['x']", "a token has one source"),
        ("url = 'imaps://a@h'\nauth = 'kerberos'", ":5:8: must be one of password, xoauth2, oauthbearer"),
        ("url = 'imaps://a@h'\ntoken-command = []", ":5:17: must be a program and its arguments"),
        ("url = 'imaps://a@h'\ntoken-command = ['./x']", ":5:17: must be a program by its name alone"),
        ("url = 'imaps://a@h'\ntoken-comand = ['x']", "did you mean `token-command`?"),
        ("provider = 'gmial'\nuser = 'me'", ":4:12: must be one of gmail, outlook, fastmail; any other server"),
        ("provider = 'gmail'\npassword = 'x'", "a `provider` needs a `user`"),
        ("provider = 'gmail'\nuser = 'me'", "the password is missing"),
        ("provider = 'gmail'\nuser = \"me\\r\\nx\"\npassword = 'x'", "control character"),
        ("provider = 'outlook'\nuser = 'me'\npassword = 'x'", "Outlook takes no passwords"),
        ("provider = 'fastmail'\nuser = 'me'\nauth = 'xoauth2'\ntoken-file = 'x'", "app password"),
        (
            "url = 'imaps://a@h'\nauth = 'xoauth2'\nrefresh = { token-url = 'https://h' }",
            "a refresh needs a `client-id`",
        ),
        (
            "url = 'imaps://a@h'\nrefresh = { token-url = 'https://h', client-id = 'x' }",
            "either a `refresh-token` or a `refresh-token-file`",
        ),
        ("url = 'imaps://a@h'\nrefresh = { token-url = 'http://h', client-id = 'x' }", "must be an https:// URL"),
    ] {
        let refused = context(lines).onramp(["runs"]).run().expect_code(2).says(&[said]);
        assert!(refused.stderr.contains("onramp.toml:"), "{refused:?}");
    }
}

#[test]
fn a_provider_stands_for_host_and_port() {
    for (lines, url) in [
        (
            "provider = 'gmail'\nuser = 'me@x.test'\npassword = 'a b'",
            "imaps://me%40x.test:a%20b@imap.gmail.com:993/INBOX",
        ),
        (
            "provider = 'fastmail'\nuser = 'me'\npassword = 'x'\nfolder = 'Junk Mail'",
            "imaps://me:x@imap.fastmail.com:993/Junk%20Mail",
        ),
        (
            "provider = 'outlook'\nuser = 'me'\ntoken-file = 'x'",
            "imaps://me;AUTH=XOAUTH2@outlook.office365.com:993/INBOX",
        ),
    ] {
        let context = context(lines);
        let path = context.path("config/onramp/onramp.toml");
        let request = ProfileRequest { named: Some(&path), ..ProfileRequest::default() };
        assert_eq!(profile(&request).unwrap().mailbox.unwrap().expose(), url);
    }
}

#[test]
fn a_command_that_gives_no_token_is_told_with_its_words() {
    let script = "token-command = ['/bin/sh', '-c', 'echo token-hunter22; echo \"no $ONRAMP_SEEN. for token-hunter22\" >&2; exit 4']";
    let context = context(&format!("{URL}\n{script}"));
    let failed = run(&context).env("ONRAMP_SEEN", "seen").run().expect_code(1);
    let (code, message) = error(&failed);
    assert_eq!(code, "mail.config", "{message}");
    assert!(message.contains("exit status: 4") && message.contains("no . for ***"), "{message}");
    assert!(leaks("token-hunter22", &context.path("printed")).is_empty());
}

#[test]
fn a_token_file_is_looked_for_beside_the_file_that_names_it() {
    let context = context(&format!("{URL}\ntoken-file = 'token'"));
    let (code, message) = error(&run(&context).run().expect_code(1));
    assert_eq!(code, "mail.config", "{message}");
    assert!(message.contains("config/onramp/token"), "{message}");
    private(&context, "config/onramp/token", "token-hunter22\n");
    // Now only the server is missing.
    let (code, message) = error(&run(&context).run().expect_code(1));
    assert_eq!(code, "mail.network", "{message}");
    assert!(leaks("token-hunter22", &context.path("printed")).is_empty());
    assert!(leaks("token-hunter22", &context.store()).is_empty());
}

#[test]
fn a_mailbox_without_password_or_source_stops_a_run_before_it_begins() {
    let context = TestContext::new();
    context.write("flow.yaml", FLOW);
    let refused = run(&context).env("ONRAMP_MAILBOX_URL", "imaps://me;AUTH=XOAUTH2@mail.test/INBOX").run();
    refused
        .expect_code(2)
        .says(&["ONRAMP_MAILBOX_URL: there is no token for imaps://me@mail.test:993", "`token-command`"]);
    let refused = run(&context).env("ONRAMP_MAILBOX_URL", "imaps://me@mail.test/INBOX").run();
    refused.expect_code(2).says(&["the password is missing", ";AUTH=XOAUTH2"]);
}

#[test]
fn a_test_of_the_mailbox_says_what_its_server_can_do() {
    let context = TestContext::new();
    let sandbox = context.sandbox();
    let test = |args: &[&str]| context.onramp(["mail", "test"]).args(args.iter().copied()).against(&sandbox);
    let found = test(&["--json"]).run().expect_code(0).json();
    assert_eq!(
        (&found["ok"], &found["messages"], &found["capabilities"]["IDLE"]),
        (&true.into(), &0.into(), &true.into())
    );
    assert_eq!(found["arrival"], serde_json::Value::Null);
    let page = test(&[]).run().expect_code(0).stdout;
    for part in ["login", "PLAIN", "UIDVALIDITY", "no TLS (this machine)"] {
        assert!(page.contains(part), "{page}");
    }
}

#[test]
fn a_test_of_a_mailbox_that_does_not_work_says_what_to_do() {
    let context = context(&format!("{URL}\ntoken-file = 'token'"));
    private(&context, "config/onramp/token", "token-hunter22\n");
    let test = || context.onramp(["mail", "test", "--mailbox", "ci", "--log", "trace"]);
    let page = test().run().expect_code(1);
    assert!(page.stdout.contains("mail.network: cannot connect") && page.stdout.contains("advice"), "{page:?}");
    let error = test().arg("--json").run().expect_code(1).json();
    assert_eq!((&error["ok"], &error["error"]["code"]), (&false.into(), &"mail.network".into()));
    assert!(leaks("token-hunter22", &context.path("printed")).is_empty());
}

#[test]
fn an_authority_that_cannot_be_used_stops_what_would_connect() {
    let context = context(&format!("{URL}\ntoken-file = 'token'"));
    context.write("ca.pem", "no certificate");
    for run in [run(&context).args(["--ca-file", "ca.pem"]), run(&context).env("ONRAMP_CA_FILE", "ca.pem")] {
        run.run().expect_code(2).says(&["cannot use ca.pem as a certificate authority"]);
    }
}

/// A command that reads a mailbox.
const READING: [&[&str]; 2] = [&["mail", "test"], &["mail", "wait", "--to", "me@x.test", "--timeout", "5s"]];

#[test]
fn the_mailbox_that_is_named_is_the_one_that_is_read() {
    let context = context(
        "url = 'imap://me:hunter22@127.0.0.1:1/INBOX'\n[mailbox.other]\nurl = 'imap://me:hunter22@127.0.0.1:2/INBOX'",
    );
    for command in READING {
        let reading = |args: &[&str]| context.onramp(command.iter().chain(args).copied()).run();
        for (args, port) in
            [(&[][..], "127.0.0.1:1"), (&["--mailbox", "ci"], "127.0.0.1:1"), (&["--mailbox", "other"], "127.0.0.1:2")]
        {
            let told = reading(args).expect_code(1);
            assert!(
                format!("{}{}", told.stdout, told.stderr).contains(&format!("cannot connect to {port}")),
                "{told:?}"
            );
        }
        let refused = reading(&["--mailbox", "cy"]).expect_code(2);
        refused.says(&["did you mean `ci`?", "config/onramp/onramp.toml has `ci`, `other`"]);
    }
}

#[test]
fn the_only_mailbox_need_not_be_named() {
    let (one, none) = (TestContext::new(), TestContext::new());
    fs::create_dir_all(one.path("config/onramp")).unwrap();
    let only = "[mailbox.ci]\nurl = 'imap://me:hunter22@127.0.0.1:1/INBOX'\n";
    private(&one, "config/onramp/onramp.toml", only);
    for command in READING {
        let told = one.onramp(command.iter().copied()).run().expect_code(1);
        assert!(format!("{}{}", told.stdout, told.stderr).contains("cannot connect to 127.0.0.1:1"), "{told:?}");
        let refused = none.onramp(command.iter().copied()).run().expect_code(2);
        refused.says(&["which mailbox?", "--mailbox", "config/onramp/onramp.toml has none"]);
    }
    private(&one, "config/onramp/onramp.toml", &format!("{only}{}", only.replace("ci", "other")));
    for command in READING {
        let refused = one.onramp(command.iter().copied()).run().expect_code(2);
        refused.says(&["which mailbox?", "has `ci`, `other`"]);
    }
}
