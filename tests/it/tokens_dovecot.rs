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

impl Scene {
    fn new() -> Self {
        let (user, files, (oauth, dovecot)) = (TestContext::new(), TestContext::new(), start());
        let text = format!(
            "[defaults]\nca-file = '{}'\n[profile.ci]\nmailbox = 'ci'\n[mailbox.ci]\nurl = '{}'\nauth = 'oauthbearer'\n\
             [mailbox.ci.refresh]\ntoken-url = '{}/token'\nclient-id = 'onramp'\nrefresh-token-file = 'refresh'\n",
            dovecot.ca().display(),
            dovecot.url_by(""),
            oauth.url
        );
        for (name, text) in [("onramp.toml", &*text), ("refresh", &*oauth.refresh_token())] {
            fs::set_permissions(files.write(name, text), fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self { user, files, oauth, dovecot }
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
    assert!(scene.dovecot.ca().exists());
}
