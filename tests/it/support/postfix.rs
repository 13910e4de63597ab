//! A Postfix of one's own, that takes all mail for `onramp.test` and hands it to another server's catch-all account by LMTP.
//! It only starts as root, or by `sudo`. Stopped when dropped.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::net::{free_ports, until_greeted};
use super::smtp;

pub struct Postfix {
    folder: TempDir,
    smtp: u16,
}

impl Postfix {
    pub fn in_front_of(lmtp: u16) -> Self {
        let folder = tempfile::Builder::new().prefix("postfix").tempdir().unwrap();
        let [smtp] = free_ports();
        std::fs::write(folder.path().join("main.cf"), configuration(folder.path(), lmtp)).unwrap();
        std::fs::write(folder.path().join("master.cf"), services(smtp)).unwrap();
        ["queue", "data"].iter().for_each(|name| std::fs::create_dir(folder.path().join(name)).unwrap());
        let postfix = Self { folder, smtp };
        // Its processes have users of their own, which must be able to pass through the folder.
        postfix.as_root("chmod", &["755"]);
        postfix.as_root("chown", &["-R", "root:root"]);
        assert!(as_root("chown").arg("postfix").arg(postfix.folder.path().join("data")).status().unwrap().success());
        postfix.control("start");
        until_greeted(&[smtp], || std::fs::read_to_string(postfix.folder.path().join("log")).unwrap_or_default());
        postfix
    }

    /// Hands a message over by SMTP.
    pub fn send(&self, to: &str, message: &str) {
        smtp::send(("127.0.0.1", self.smtp), "EHLO", "bounces@modelslab.test", to, message);
    }

    fn control(&self, what: &str) {
        let output = as_root("postfix").arg("-c").arg(self.folder.path()).arg(what).output().expect("postfix");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn as_root(&self, program: &str, arguments: &[&str]) {
        assert!(as_root(program).args(arguments).arg(self.folder.path()).status().unwrap().success());
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        let _ = as_root("postfix").arg("-c").arg(self.folder.path()).arg("stop").output();
        let _ = as_root("find").arg(self.folder.path()).args(["-mindepth", "1", "-delete"]).output();
    }
}

fn as_root(program: &str) -> Command {
    if rustix::process::getuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.args(["-n", program]);
    command
}

fn configuration(folder: &Path, lmtp: u16) -> String {
    let d = folder.display();
    format!(
        "compatibility_level = 3.6\nqueue_directory = {d}/queue\ndata_directory = {d}/data\nmaillog_file = {d}/log\n\
         maillog_file_prefixes = /\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmyhostname = mx.onramp.test\n\
         mydestination =\nalias_maps =\nalias_database =\nvirtual_mailbox_domains = onramp.test\n\
         virtual_alias_domains =\nvirtual_alias_maps = static:catchall@onramp.test\n\
         virtual_transport = lmtp:inet:127.0.0.1:{lmtp}\nsmtpd_relay_restrictions = reject_unauth_destination\n"
    )
}

/// `flags=DO`: the recipients before and after the catch-all each get a header.
fn services(smtp: u16) -> String {
    format!(
        "{smtp} inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n\
         rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\nproxymap unix - - n - - proxymap\nerror unix - - n - - error\n\
         retry unix - - n - - error\nlmtp unix - - n - - lmtp flags=DO\nanvil unix - - n - 1 anvil\n\
         scache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n"
    )
}
