//! What bounds a run as a whole: `max-parallel`, `rate` and `timeout`; and `on-failure`.

use std::time::Duration;

use super::decoder::Decoder;
use super::fields::Fields;
use crate::workflow::tree::{Kind, Node};
use crate::workflow::{Limits, Rate};

pub(in crate::workflow) const RATE_KEYS: &[&str] = &["count", "per"];
/// So many moments are remembered to hold a rate.
pub(in crate::workflow) const MAX_RATE: u32 = 10_000;

impl Decoder<'_> {
    pub fn limits(&mut self, fields: &Fields<'_>) -> Limits {
        Limits {
            max_parallel: fields.get("max-parallel").and_then(|node| self.integer(node, 1, 10_000)),
            rate: fields.get("rate").and_then(|node| self.rate(node)),
            timeout: fields.get("timeout").and_then(|node| self.time_limit(node)),
        }
    }

    /// `rate: 20/m` or `rate: { count: 20, per: 90s }`
    fn rate(&mut self, node: &Node) -> Option<Rate> {
        if let Kind::Map(_) = &node.kind {
            let fields = self.fields(node, "`rate`", RATE_KEYS)?;
            let [count, per] = ["count", "per"].map(|key| fields.required(self, key, "`rate`", node.span));
            let count = count.and_then(|node| self.integer(node, 1, MAX_RATE));
            let time = per.and_then(|node| self.duration(node));
            if let (Some(node), Some(Duration::ZERO)) = (per, time) {
                self.error("E0134", node.span, "a rate is per some time, and this is none");
                return None;
            }
            return Some(Rate { count: count?, per: time? });
        }
        let rate = parse_rate(self.text(node, "a rate")?);
        if rate.is_none() {
            let message = format!("{} is not a rate", node.found());
            let help = format!(
                "write `20/m`, up to {MAX_RATE} in a second (`s`), minute (`m`) or hour (`h`), or `{{ count: 20, per: 90s }}`"
            );
            self.error_with_help("E0134", node.span, message, &help);
        }
        rate
    }

    /// `on-failure: teardown`, the only thing that can be done.
    pub fn is_teardown(&mut self, node: &Node) -> bool {
        let Some(text) = self.text(node, "`teardown`") else { return false };
        if text != "teardown" {
            let message = format!("{} is nothing that can be done on failure", node.found());
            self.error_with_help("E0134", node.span, message, "write `teardown`");
        }
        text == "teardown"
    }
}

fn parse_rate(text: &str) -> Option<Rate> {
    let (count, unit) = text.split_once('/')?;
    let seconds = match unit.trim_start() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    let count = count.trim_end();
    let count = count.bytes().all(|b| b.is_ascii_digit()).then(|| count.parse().ok())??;
    (1..=MAX_RATE).contains(&count).then_some(Rate { count, per: Duration::from_secs(seconds) })
}
