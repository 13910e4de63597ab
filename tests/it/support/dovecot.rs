//! A Dovecot of one's own: a temporary folder, its own CA, free ports. Needs Debian's `dovecot-imapd`, `dovecot-lmtpd` and
//! `openssl`; runs as root or as any user. Stopped when dropped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::net::{free_ports, until_greeted};
use super::smtp;

pub struct Dovecot {
    folder: TempDir,
    process: Child,
    imaps: u16,
    imap: u16,
    lmtp: u16,
}

/// The accounts, all with this password. Mail to `+tags` of them arrives; a `catchall` account is only an account, and
/// so are `u0` to `u199`.
pub const PASSWORD: &str = "p\u{e4}\"ss\\w rd";
const USERS: [&str; 3] = ["ada@onramp.test", "lin@onramp.test", CATCH_ALL];
pub const CATCH_ALL: &str = "catchall@onramp.test";

impl Dovecot {
    /// Starts the server and waits until it greets.
    pub fn start() -> Self {
        Self::start_with(|_| String::new())
    }

    /// One that puts all mail into one inbox, whomever it is to.
    pub fn with_catch_all() -> Self {
        Self::start_with(|_| format!("protocol lmtp {{\n auth_username_format = {CATCH_ALL}\n}}\n"))
    }

    /// One that takes access tokens as well, and asks at `tokeninfo`, followed by the token, whose one is.
    pub fn with_tokens(tokeninfo: &str) -> Self {
        Self::start_with(|folder| {
            let d = folder.display();
            let oauth2 = format!("tokeninfo_url = {tokeninfo}\nusername_attribute = email\n");
            std::fs::write(folder.join("oauth2.conf"), oauth2).unwrap();
            format!(
                "auth_mechanisms = plain login xoauth2 oauthbearer\n\
                 passdb {{\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = {d}/oauth2.conf\n}}\n"
            )
        })
    }

    /// `more` gives what stands at the end of the configuration.
    fn start_with(more: impl FnOnce(&Path) -> String) -> Self {
        let folder = tempfile::Builder::new().prefix("dovecot").tempdir().unwrap();
        let [imap, imaps, lmtp] = free_ports();
        write_certificates(folder.path());
        let users = USERS.into_iter().map(str::to_owned).chain((0..200).map(|n| format!("u{n}@onramp.test")));
        let users: String = users.map(|user| format!("{user}:{{PLAIN}}{PASSWORD}\n")).collect();
        std::fs::write(folder.path().join("users"), users).unwrap();
        let configuration = configuration(folder.path(), imap, imaps, lmtp) + &more(folder.path());
        std::fs::write(folder.path().join("dovecot.conf"), configuration).unwrap();
        let process = launch(folder.path());
        let dovecot = Self { folder, process, imaps, imap, lmtp };
        dovecot.wait_until_ready();
        dovecot
    }

    /// Stops the server, with all its connections, and starts it again in the same place.
    pub fn restart(&mut self) {
        assert!(self.doveadm(&["stop"]).status.success());
        self.process.wait().unwrap();
        self.process = launch(self.folder.path());
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        let log = || std::fs::read_to_string(self.folder.path().join("dovecot.log")).unwrap_or_default();
        until_greeted(&[self.imap, self.lmtp], log);
    }

    fn doveadm(&self, arguments: &[&str]) -> Output {
        let conf = self.folder.path().join("dovecot.conf");
        Command::new("doveadm").arg("-c").arg(conf).args(arguments).output().unwrap()
    }

    /// Of the first account's inbox, over TLS.
    pub fn url(&self) -> String {
        self.url_of("ada@onramp.test", PASSWORD)
    }

    pub fn url_of(&self, user: &str, password: &str) -> String {
        format!("imaps://{}:{}@localhost:{}/INBOX", encode(user), encode(password), self.imaps)
    }

    /// Of the first account's inbox, with `auth` after the user.
    pub fn url_by(&self, auth: &str) -> String {
        format!("imaps://{}{auth}@localhost:{}/INBOX", encode("ada@onramp.test"), self.imaps)
    }

    pub fn starttls_url(&self) -> String {
        format!("imap+starttls://{}:{}@localhost:{}", encode("ada@onramp.test"), encode(PASSWORD), self.imap)
    }

    pub fn lmtp_port(&self) -> u16 {
        self.lmtp
    }

    /// The certificate of the authority that signed the server's.
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Delivers a message over LMTP, one recipient a transaction.
    pub fn deliver(&self, to: &str, message: &str) {
        smtp::send(("127.0.0.1", self.lmtp), "LHLO", "", to, message);
    }

    /// Lays a message into a folder other than the inbox, which is made.
    pub fn put(&self, user: &str, folder: &str, message: &str) {
        self.doveadm(&["mailbox", "create", "-u", user, folder]);
        let file = self.folder.path().join("put.eml");
        std::fs::write(&file, message).unwrap();
        let conf = self.folder.path().join("dovecot.conf");
        let save = ["save", "-u", user, "-m", folder];
        let input = std::fs::File::open(&file).unwrap();
        let saved = Command::new("doveadm").arg("-c").arg(conf).args(save).stdin(input).output().unwrap();
        assert!(saved.status.success(), "{}", String::from_utf8_lossy(&saved.stderr));
    }

    /// The processes that serve the account's sessions.
    pub fn sessions(&self, user: &str) -> Vec<Pid> {
        let told = String::from_utf8(self.doveadm(&["who", "-1", user]).stdout).unwrap();
        let processes = told.lines().skip(1).filter_map(|line| line.split_whitespace().nth(2)?.parse().ok());
        processes.filter_map(Pid::from_raw).collect()
    }

    /// Sends a signal to the processes that serve the account's sessions; there must be one.
    pub fn signal_sessions(&self, user: &str, signal: Signal) {
        let sessions = self.sessions(user);
        assert!(!sessions.is_empty(), "nobody is logged in as {user}");
        sessions.into_iter().for_each(|process| kill_process(process, signal).unwrap());
    }

    /// Throws every session of the account out; there must be one.
    pub fn kick(&self, user: &str) {
        assert!(self.doveadm(&["kick", user]).status.success());
    }

    /// Throws the account's mail away; the folder comes back with another UIDVALIDITY, unless that happens within a second.
    pub fn forget_mail(&self, user: &str) {
        let maildir = self.folder.path().join("mail").join(user.split('@').next().unwrap()).join("Maildir");
        let deadline = Instant::now() + Duration::from_secs(20);
        // A session that is just ending may write into the folder while it goes.
        while let Err(error) = std::fs::remove_dir_all(&maildir) {
            if error.kind() == std::io::ErrorKind::NotFound {
                break;
            }
            assert!(Instant::now() < deadline, "cannot remove {}: {error}", maildir.display());
            std::thread::yield_now();
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let _ = self.doveadm(&["stop"]);
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn launch(folder: &Path) -> Child {
    let mut command = Command::new("dovecot");
    command.args(["-F", "-c"]).arg(folder.join("dovecot.conf")).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("dovecot: apt-get install --no-install-recommends dovecot-imapd dovecot-lmtpd")
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn write_certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().expect("openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        .unwrap();
    openssl(&format!(
        "req -x509 {key} -days 3650 -subj /CN=TestCA -keyout ca.key -out ca.pem -addext basicConstraints=critical,CA:TRUE"
    ));
    openssl(&format!("req {key} -subj /CN=localhost -keyout srv.key -out srv.csr"));
    openssl("x509 -req -in srv.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out srv.pem -extfile names");
}

fn configuration(folder: &Path, imap: u16, imaps: u16, lmtp: u16) -> String {
    let d = folder.display();
    let output = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output().unwrap().stdout;
        String::from_utf8(output).unwrap().trim().to_owned()
    };
    let (user, group) = (output("id", "-un"), output("id", "-gn"));
    let (internal, login, mail, mail_group) = match &*user {
        "root" => {
            std::fs::create_dir(folder.join("mail")).unwrap();
            assert!(Command::new("chown").arg("mail:mail").arg(folder.join("mail")).status().unwrap().success());
            // The mail user must be able to pass through the folder that `tempfile` keeps to its owner.
            assert!(Command::new("chmod").arg("755").arg(folder).status().unwrap().success());
            ("dovecot", "dovenull", "mail", "mail")
        }
        user => (user, user, user, &*group),
    };
    let internal_group = if user == "root" { "dovecot" } else { &group };
    format!(
        "base_dir = {d}/run\nstate_dir = {d}/state\nlog_path = {d}/dovecot.log\ninstance_name = onramp\n\
         protocols = imap lmtp\nlisten = 127.0.0.1, 127.0.0.2\nfirst_valid_uid = 0\nmail_uid = {mail}\nmail_gid = {mail_group}\n\
         default_internal_user = {internal}\ndefault_internal_group = {internal_group}\ndefault_login_user = {login}\n\
         ssl = yes\nssl_cert = <{d}/srv.pem\nssl_key = <{d}/srv.key\ndisable_plaintext_auth = yes\n\
         auth_failure_delay = 0\nauth_mechanisms = plain login\nrecipient_delimiter = +\n\
         mail_location = maildir:~/Maildir\nmail_max_userip_connections = 1000\n\
         passdb {{\n driver = passwd-file\n args = username_format=%u {d}/users\n}}\n\
         userdb {{\n driver = static\n args = home={d}/mail/%n allow_all_users=yes\n}}\n\
         namespace inbox {{\n inbox = yes\n separator = /\n}}\n\
         service imap-login {{\n chroot =\n service_count = 0\n inet_listener imap {{\n port = {imap}\n }}\n\
         inet_listener imaps {{\n port = {imaps}\n ssl = yes\n }}\n}}\n\
         service anvil {{\n chroot =\n}}\n\
         service lmtp {{\n inet_listener lmtp {{\n address = 127.0.0.1\n port = {lmtp}\n }}\n}}\n"
    )
}
