//! The actions that exist, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Action;
use crate::workflow::Catalogue;

#[derive(Clone, Default)]
pub struct Registry(BTreeMap<&'static str, Arc<dyn Action>>);

impl Registry {
    /// All actions that come with onramp.
    pub fn builtin() -> Self {
        let mut registry = Self::default();
        super::builtin().into_iter().for_each(|action| registry.add(action));
        registry
    }

    /// Adds an action, or replaces the one of the same name.
    pub fn add(&mut self, action: Arc<dyn Action>) {
        self.0.insert(action.spec().name, action);
    }

    pub fn get(&self, name: &str) -> Option<Arc<dyn Action>> {
        self.0.get(name).cloned()
    }

    /// What checks ask.
    pub fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.0.values().map(|action| action.spec()))
    }
}
