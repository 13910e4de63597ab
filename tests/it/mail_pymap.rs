//! Codes in the inbox of a server that is neither ours nor Dovecot: pymap, over STARTTLS, with mail that comes by IMAP APPEND.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::{Invocation, LONG, SandboxProcess, TestContext, eventually, free_ports, until_greeted};

const USER: &str = "demouser";
const PASSWORD: &str = "demopass";
const ADA: &str = "ada@onramp.test";

/// A server whose inbox holds some old mails; it ends with the value.
struct Pymap {
    process: Child,
    port: u16,
    /// The certificate is that of this sandbox.
    certificate: SandboxProcess,
}

impl Pymap {
    fn start(context: &TestContext) -> Self {
        let certificate = context.sandbox_with(&["--tls"]);
        let pem = certificate.state.join("tls.pem");
        let [port] = free_ports();
        let mut command = Command::new(python().with_file_name("pymap"));
        command
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .arg("--cert")
            .arg(&pem)
            .arg("--key")
            .arg(&pem);
        command.args(["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().expect("tests/run to install pymap");
        let server = Self { process, port, certificate };
        until_greeted(&[port], || "pymap".to_owned());
        server
    }

    fn ca(&self) -> &Path {
        self.certificate.ca.as_deref().unwrap()
    }

    /// A mail arrives for `to`.
    fn deliver(&self, to: &str, code: &str) {
        let message = format!(
            "From: Shop <shop@shop.test>\r\nTo: {to}\r\nSubject: Your verification code\r\n\r\nYour verification code is: {code}\r\n"
        );
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/append.py");
        let mut append = Command::new(python());
        append.arg(script).arg(self.port.to_string()).arg(self.ca()).args([USER, PASSWORD]);
        let mut append = append.stdin(Stdio::piped()).spawn().unwrap();
        append.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
        assert!(append.wait().unwrap().success());
    }

    /// A run that notes where the inbox stands, and waits for a code.
    fn waiting(&self, context: &TestContext, password: &str) -> Invocation {
        let file = context.write("wait.yaml", WAIT);
        let url = format!("imap+starttls://{USER}:{password}@127.0.0.1:{}/INBOX", self.port);
        let run = context.onramp(["run", "--json", "--reveal"]).arg(file);
        run.env("ONRAMP_MAILBOX_URL", url).env("SSL_CERT_FILE", self.ca())
    }
}

impl Drop for Pymap {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const WAIT: &str = r#"
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  inbox:
    uses: mail.mark
    with: { mailbox: "${{ secrets.mailbox }}" }
  code:
    uses: mail.wait
    with:
      mailbox: "${{ secrets.mailbox }}"
      to: ada@onramp.test
      after: "${{ steps.inbox.outputs.cursor }}"
      extract: code
    timeout: 60s
outputs:
  code: { value: "${{ steps.code.outputs.code }}", secret: true }
"#;

/// Of the environment that pymap is installed in.
fn python() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("pymap/bin/python")
}

#[test]
#[ignore = "needs pymap from PyPI; tests/run installs it"]
fn a_code_that_arrives_while_waiting_is_found_and_neither_an_old_one_nor_that_of_another() {
    let context = TestContext::new();
    let pymap = Pymap::start(&context);
    pymap.deliver(ADA, "111111");
    let mut run = pymap.waiting(&context, PASSWORD).start();
    let journal = context.journal();
    let begun =
        eventually(LONG, || (journal.path().is_some() && journal.count("attempt_started", "code") > 0).then_some(()));
    begun.unwrap_or_else(|| panic!("{}", run.stderr()));
    pymap.deliver("ada+other@onramp.test", "222222");
    pymap.deliver(ADA, "482911");
    let ended = run.wait(LONG).unwrap().expect_code(0);
    assert_eq!(ended.json()["outputs"]["code"], "482911", "{ended:?}");
}

#[test]
#[ignore = "needs pymap from PyPI; tests/run installs it"]
fn a_wrong_password_is_told_as_one() {
    let context = TestContext::new();
    let pymap = Pymap::start(&context);
    let run = pymap.waiting(&context, "wrong").run().expect_code(1);
    assert_eq!(run.json()["steps"]["inbox"]["error"]["code"], "mail.login", "{run:?}");
}
