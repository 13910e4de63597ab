//! How events change the state.

use std::collections::VecDeque;

use super::event::Event;
use super::records::{Account, ApiKey, Image, Member};
use super::whole::State;
use crate::clock::Timestamp;

/// The ledger keeps this many requests and mails, the last ones.
const MAX_NOTES: usize = 100_000;

fn note<T>(notes: &mut VecDeque<T>, note: T) {
    if notes.len() >= MAX_NOTES {
        notes.pop_front();
    }
    notes.push_back(note);
}

impl State {
    /// Makes `event` true. What it names is there: handlers look before they say that something shall happen.
    pub(super) fn apply(&mut self, event: Event) {
        match event {
            Event::MailboxCreated { uid_validity } => self.mailbox.uid_validity = uid_validity,
            Event::ValuesDrawn { count } => self.drawn += count,
            Event::AccountCreated { account } => self.add_account(account),
            Event::AccountVerified { account, code, at } => self.verify_account(account, code, at),
            Event::AccountChanged { account } => drop(self.accounts.insert(account.id, account)),
            Event::ResetIssued { reset } => drop(self.resets.insert(reset.account, reset)),
            Event::ResetUsed { account } => drop(self.resets.remove(&account)),
            Event::CodeIssued { code } => drop(self.codes.insert(code.fingerprint.clone(), code)),
            Event::TokenIssued { token } => {
                self.take_id(token.id);
                self.tokens.insert(token.id, token);
            }
            Event::TokensRevoked { tokens } => {
                self.tokens.values_mut().filter(|token| tokens.contains(&token.id)).for_each(|t| t.revoked = true);
            }
            Event::KeyCreated { key } => self.add_key(key),
            Event::KeyChanged { key, name, notes } => {
                self.keys.entry(key).and_modify(|key| (key.name, key.notes) = (name, notes));
            }
            Event::KeyDeleted { key } => drop(self.keys.entry(key).and_modify(|key| key.deleted = true)),
            Event::MemberInvited { member } => {
                self.take_id(member.id);
                self.members.insert(member.id, member);
            }
            Event::MemberChanged { member, role, permissions, status } => {
                let change = |m: &mut Member| (m.role, m.permissions, m.status) = (role, permissions, status);
                self.members.entry(member).and_modify(change);
            }
            Event::ImageRequested { image } => {
                self.take_id(image.id);
                self.images.insert(image.id, image);
            }
            Event::ImagePolled { image, finished } => {
                let poll = |image: &mut Image| (image.polls, image.finished) = (image.polls + 1, finished);
                self.images.entry(image).and_modify(poll);
            }
            Event::Booked { entry } => {
                self.take_id(entry.id());
                self.books.apply(entry);
            }
            Event::MailQueued { mail } => {
                self.take_id(mail.id);
                self.outbox.insert(mail.id, mail);
            }
            Event::MailLeft { mail } => drop(self.outbox.remove(&mail)),
            Event::MailStored { message } => self.mailbox.store(message),
            Event::MailNoted { note: mail } => note(&mut self.mails, mail),
            Event::FlagsChanged { uid, flags } => self.mailbox.flag(uid, flags),
            Event::Expunged { uids } => self.mailbox.expunge(&uids),
            Event::FaultCounted { counter } => *self.fault_counts.entry(counter).or_default() += 1,
            Event::Requested { request } => note(&mut self.requests, request),
        }
    }

    fn take_id(&mut self, id: u64) {
        self.last_id = self.last_id.max(id);
    }

    fn add_account(&mut self, account: Account) {
        self.take_id(account.id);
        self.account_by_email.insert(account.email.to_lowercase(), account.id);
        self.accounts.insert(account.id, account);
    }

    /// One use of a code ends every code of the account.
    fn verify_account(&mut self, id: u64, code: String, at: Timestamp) {
        self.codes.retain(|_, other| other.account != id);
        let verify = |account: &mut Account| (account.verified_at, account.verified_by) = (Some(at), Some(code));
        self.accounts.entry(id).and_modify(verify);
    }

    fn add_key(&mut self, key: ApiKey) {
        self.take_id(key.id);
        self.key_by_fingerprint.insert(key.fingerprint.clone(), key.id);
        self.keys.insert(key.id, key);
    }
}
