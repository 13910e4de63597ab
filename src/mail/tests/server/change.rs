//! The commands that change a folder.

use std::io::BufRead;

use super::{Connection, Fault};
use crate::clock::Timestamp;

impl Connection {
    /// APPEND, with the message as a literal.
    pub(super) fn take(&mut self, tag: &str, command: &str, input: &mut impl BufRead) -> std::io::Result<bool> {
        if self.has(Fault::AppendRefused) {
            return self.say(&format!("{tag} NO no room\r\n")).map(|()| true);
        }
        let size: usize = command.rsplit(['{', '}']).nth(1).unwrap().parse().unwrap();
        self.say("+ go on\r\n")?;
        let mut message = vec![0; size];
        input.read_exact(&mut message)?;
        input.read_line(&mut String::new())?;
        self.shared.deliver(&String::from_utf8(message).unwrap(), Timestamp::default());
        let (also, uid) = {
            let mut state = self.shared.state.lock().unwrap();
            (state.arrives_too.take(), state.append_uid)
        };
        also.iter().for_each(|message| self.shared.deliver(message, Timestamp::default()));
        if self.has(Fault::AppendBreaks) {
            return Ok(false);
        }
        let code = uid.map_or_else(String::new, |uid| format!("[APPENDUID 7 {uid}] "));
        self.say(&format!("{tag} OK {code}taken\r\n")).map(|()| true)
    }

    pub(super) fn expunge(&mut self, command: &str) {
        let uid = command.trim_start_matches("UID EXPUNGE ");
        self.shared.state.lock().unwrap().messages.retain(|message| message.uid.to_string() != uid);
    }
}
