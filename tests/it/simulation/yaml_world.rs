//! A service for workflows that are written out: a script for each step, by name.

use std::collections::BTreeMap;

use onramp::run::Order;
use onramp::secret::Data;
use serde_json::json;

use super::script::{Script, Try};
use super::world::Service;

#[derive(Default)]
pub struct Named(BTreeMap<String, Script>);

/// Everything succeeds, and takes the same time.
pub fn smooth() -> Named {
    Named::default()
}

impl Named {
    pub fn with(mut self, step: &str, tries: &[(Try, u64)]) -> Self {
        self.0.insert(step.into(), Script { tries: tries.to_vec(), blind: Some(0) });
        self
    }
}

impl Service for Named {
    fn script(&self, order: &Order, _occurrence: u32) -> Script {
        self.0.get(order.task.step.as_str()).cloned().unwrap_or_else(Script::smooth)
    }

    fn outputs(&self, order: &Order) -> Data {
        Data::from([("value".to_owned(), json!(order.task.to_string()).into())])
    }
}
