//! Flags as they are kept and as the protocol has them.

use std::collections::BTreeSet;

use imap_next::imap_types::ToStatic;
use imap_next::imap_types::flag::{Flag, FlagFetch, StoreType};

pub const SEEN: &str = "\\Seen";
pub const DELETED: &str = "\\Deleted";
/// The flags that every mailbox announces.
pub const SYSTEM: [&str; 5] = ["\\Answered", "\\Flagged", DELETED, SEEN, "\\Draft"];

pub fn flags(names: &[&str]) -> Vec<Flag<'static>> {
    names.iter().filter_map(|name| Flag::try_from(*name).ok()).map(|flag| flag.to_static()).collect()
}

pub fn fetched(kept: &BTreeSet<String>) -> Vec<FlagFetch<'static>> {
    kept.iter().flat_map(|name| flags(&[name])).map(FlagFetch::Flag).collect()
}

pub fn names(flags: &[Flag<'_>]) -> BTreeSet<String> {
    flags.iter().map(ToString::to_string).collect()
}

/// What STORE makes of `kept`.
pub fn stored(kept: &BTreeSet<String>, kind: &StoreType, given: &BTreeSet<String>) -> BTreeSet<String> {
    match kind {
        StoreType::Add => kept.union(given).cloned().collect(),
        StoreType::Remove => kept.difference(given).cloned().collect(),
        StoreType::Replace => given.clone(),
    }
}
