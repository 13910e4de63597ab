//! Access tokens at a real server: Dovecot asks a token service of the test's own whose they are.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use onramp::clock::SystemClock;
use onramp::mail::{Limits, Mail, MailError, MailErrorKind, Mailbox, Tokens};
use onramp::secret::Secret;

use crate::support::dovecot::Dovecot;
use crate::support::{Invocation, OAuth, TestContext, leaks};

const LONG: Duration = Duration::from_secs(30);

fn start() -> (OAuth, Dovecot) {
    let oauth = OAuth::of("ada@onramp.test");
    let dovecot = Dovecot::with_tokens(&format!("{}/tokeninfo?access_token=", oauth.url));
    (oauth, dovecot)
}

fn mail(dovecot: &Dovecot, tokens: Option<Arc<dyn Tokens>>) -> Mail {
    let tls = onramp::tls::client_config(Some(&dovecot.ca())).unwrap();
    Mail::with_tokens(Arc::new(SystemClock), tls, Limits::default(), tokens)
}

fn mailbox(dovecot: &Dovecot, auth: &str) -> Mailbox {
    Mailbox::parse(&dovecot.url_by(auth)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn both_mechanisms_are_taken() {
    let (oauth, dovecot) = start();
    for auth in ["XOAUTH2", "OAUTHBEARER"] {
        let mailbox = mailbox(&dovecot, &format!(";AUTH={auth}:{}", oauth.access_token()));
        mail(&dovecot, None).mark(&mailbox, LONG).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_token_that_ended_is_refused_with_the_reason() {
    let (oauth, dovecot) = start();
    for auth in ["XOAUTH2", "OAUTHBEARER"] {
        let token = oauth.access_token();
        oauth.end_all();
        let mailbox = mailbox(&dovecot, &format!(";AUTH={auth}:{token}"));
        let error = mail(&dovecot, None).mark(&mailbox, LONG).await.unwrap_err();
        assert_eq!(error.kind, MailErrorKind::Login, "{error}");
        assert!(error.message.contains("status ") && !error.message.contains(&token), "{error}");
    }
}

/// Has an old token at hand, and a fresh one when that is refused.
struct Purse(OAuth, String);

impl Tokens for Purse {
    fn token(&self, _: &Mailbox, refused: Option<&Secret<String>>) -> Result<Secret<String>, MailError> {
        Ok(Secret::new(if refused.is_some() { self.0.access_token() } else { self.1.clone() }))
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
async fn a_token_that_ended_is_replaced() {
    let (oauth, dovecot) = start();
    let stale = oauth.access_token();
    oauth.end_all();
    let mail = mail(&dovecot, Some(Arc::new(Purse(oauth, stale))));
    mail.mark(&mailbox(&dovecot, ";AUTH=XOAUTH2"), LONG).await.unwrap();
}

/// A machine whose `onramp.toml` names the mailbox, its tokens and its authority.
struct Scene {
    user: TestContext,
    files: TestContext,
    oauth: OAuth,
    dovecot: Dovecot,
}

/// What onramp.toml says of where the tokens come from.
type Source<'s> = &'s dyn Fn(&OAuth) -> String;

impl Scene {
    /// The tokens come from a refresh token in a file.
    fn new() -> Self {
        let scene = Self::with(|oauth| {
            let url = &oauth.url;
            format!("refresh = {{ token-url = '{url}/token', client-id = 'onramp', refresh-token-file = 'refresh' }}")
        });
        scene.private("refresh", &scene.oauth.refresh_token());
        scene
    }

    /// The tokens come from where the line says.
    fn with(source: impl FnOnce(&OAuth) -> String) -> Self {
        let (user, files, (oauth, dovecot)) = (TestContext::new(), TestContext::new(), start());
        let text = format!(
            "[defaults]\nca-file = '{}'\n[profile.ci]\nmailbox = 'ci'\n[mailbox.ci]\nurl = '{}'\nauth = 'oauthbearer'\n{}\n",
            dovecot.ca().display(),
            dovecot.url_by(""),
            source(&oauth)
        );
        let scene = Self { user, files, oauth, dovecot };
        scene.private("onramp.toml", &text);
        scene
    }

    /// Writes a file for the user alone, beside `onramp.toml`.
    fn private(&self, name: &str, text: &str) {
        fs::set_permissions(self.files.write(name, text), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn command(&self, args: &[&str]) -> Invocation {
        let command = self.user.onramp(args.iter().copied()).args(["--log", "trace", "--config"]);
        command.arg(self.files.path("onramp.toml"))
    }
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn a_run_and_its_resumption_log_in_by_a_refresh_token_that_changes() {
    let scene = Scene::new();
    let flow = "
name: flow
secrets: { mailbox: { env: ONRAMP_MAILBOX_URL } }
steps:
  before: { uses: mail.mark, with: { mailbox: '${{ secrets.mailbox }}' } }
  stop: { uses: random.password, needs: [before] }
  after: { uses: mail.mark, with: { mailbox: '${{ secrets.mailbox }}' }, needs: [stop] }
";
    let flow = scene.user.write("flow.yaml", flow);
    let run = scene.command(&["run", "--profile", "ci", "--until", "stop"]).arg(flow);
    run.run().expect_code(0);
    // What the first process was given has ended, and no profile is named again.
    scene.oauth.end_all();
    let run = scene.command(&["resume", "last", "--json"]).run().expect_code(0).json();
    assert_eq!(run["status"], "succeeded", "{run}");
    assert_eq!(fs::read_to_string(scene.files.path("refresh")).unwrap().trim(), scene.oauth.refresh_token());
    let all = scene.oauth.all();
    assert_eq!(all.len(), 5, "{all:?}");
    for token in all {
        let found = leaks(&token, scene.user.dir());
        assert!(found.is_empty(), "{token} lies in the open: {}", found.join("\n"));
    }
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn a_test_with_a_message_measures_and_leaves_nothing() {
    let scene = Scene::new();
    let test = |args: &[&str]| scene.command(&["mail", "test", "--json", "--mailbox", "ci"]).args(args.iter().copied());
    let found = test(&["--append"]).run().expect_code(0).json();
    assert_eq!((&found["login"], &found["tls"]), (&"OAUTHBEARER".into(), &"TLS 1.3".into()), "{found}");
    assert_eq!((&found["arrival"]["told_by"], &found["arrival"]["removed"]), (&"IDLE".into(), &true.into()), "{found}");
    assert!(found["arrival"]["after_ms"].is_u64());
    assert_eq!(test(&[]).run().expect_code(0).json()["messages"], 0);
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn an_authority_by_flag_or_variable_is_trusted_and_no_other() {
    let scene = Scene::new();
    let url = scene.dovecot.url();
    let test = || scene.user.onramp(["mail", "test", "--json"]).env("ONRAMP_MAILBOX_URL", &url);
    let ca = scene.dovecot.ca();
    test().arg("--ca-file").arg(&ca).run().expect_code(0);
    test().env("ONRAMP_CA_FILE", &ca).run().expect_code(0);
    let refused = test().run().expect_code(1).json();
    assert_eq!(refused["error"]["code"], "mail.tls", "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("--ca-file"), "{refused}");
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn http_trusts_the_authority_as_well() {
    let scene = Scene::new();
    // It speaks no HTTP, which shows only to those who trust it.
    let port = scene.dovecot.url_by("").rsplit(':').next().unwrap().trim_end_matches("/INBOX").to_owned();
    let doctor = |args: &[&str]| {
        let doctor = scene.user.onramp(["doctor", "--json", "--base-url"]).arg(format!("https://localhost:{port}"));
        doctor.args(args.iter().copied()).run().expect_code(1).stdout
    };
    assert!(doctor(&[]).contains("UnknownIssuer; if the server has"), "{}", doctor(&[]));
    let trusting = doctor(&["--ca-file", scene.dovecot.ca().to_str().unwrap()]);
    assert!(!trusting.contains("UnknownIssuer") && trusting.contains("broke before the whole answer"), "{trusting}");
}

#[test]
#[ignore = "needs dovecot-imapd and dovecot-lmtpd; tests/run installs them"]
fn a_command_a_file_and_a_refresh_token_each_log_in() {
    let command = |oauth: &OAuth| format!("token-command = ['echo', '{}']", oauth.access_token());
    let given = |oauth: &OAuth| {
        let (url, token) = (&oauth.url, oauth.refresh_token());
        format!("refresh = {{ token-url = '{url}/token', client-id = 'onramp', refresh-token = '{token}' }}")
    };
    let file = |_: &OAuth| "token-file = 'token'".to_owned();
    let sources: [(Source<'_>, &str); 3] =
        [(&command, ""), (&file, ""), (&given, "is lost when this process ends; name a `refresh-token-file`")];
    for (source, said) in sources {
        let scene = Scene::with(source);
        scene.private("token", &scene.oauth.access_token());
        let tested = scene.command(&["mail", "test", "--profile", "ci", "--json"]).run().expect_code(0).says(&[said]);
        assert_eq!(tested.json()["login"], "OAUTHBEARER");
        for token in scene.oauth.all() {
            assert!(leaks(&token, scene.user.dir()).is_empty(), "{token} lies in the open: {tested:?}");
        }
    }
}
