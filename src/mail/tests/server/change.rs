//! The commands that change a folder.

use std::io::BufRead;

use super::Connection;
use crate::clock::Timestamp;

impl Connection {
    /// APPEND, with the message as a literal.
    pub(super) fn take(&mut self, command: &str, input: &mut impl BufRead) -> std::io::Result<()> {
        let size: usize = command.rsplit(['{', '}']).nth(1).unwrap().parse().unwrap();
        self.say("+ go on\r\n")?;
        let mut message = vec![0; size];
        input.read_exact(&mut message)?;
        input.read_line(&mut String::new())?;
        self.shared.deliver(&String::from_utf8(message).unwrap(), Timestamp::default());
        Ok(())
    }

    pub(super) fn expunge(&mut self, command: &str) {
        let uid = command.trim_start_matches("UID EXPUNGE ");
        self.shared.state.lock().unwrap().messages.retain(|message| message.uid.to_string() != uid);
    }
}
