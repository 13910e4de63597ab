//! The actions that exist, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Action;
use crate::workflow::{ActionSpec, Catalogue};

#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Entry>);

#[derive(Clone)]
struct Entry {
    action: Arc<dyn Action>,
    spec: Arc<ActionSpec>,
}

impl Registry {
    /// All actions that come with onramp.
    pub fn builtin() -> Self {
        let mut registry = Self::default();
        super::builtin().into_iter().for_each(|action| registry.add(action));
        registry
    }

    /// Adds an action, or replaces the one of the same name.
    pub fn add(&mut self, action: Arc<dyn Action>) {
        let spec = Arc::new(action.spec());
        self.0.insert(spec.name, Entry { action, spec });
    }

    /// The action of that name, and what it states about itself.
    pub fn get(&self, name: &str) -> Option<(Arc<dyn Action>, Arc<ActionSpec>)> {
        self.0.get(name).map(|Entry { action, spec }| (action.clone(), spec.clone()))
    }

    /// What the action states about itself.
    pub fn spec(&self, name: &str) -> Option<Arc<ActionSpec>> {
        self.0.get(name).map(|entry| entry.spec.clone())
    }

    /// What checks ask.
    pub fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.0.values().map(|entry| (*entry.spec).clone()))
    }
}
