//! The actions that tests of the language know: the shipped ones.

use crate::action::Registry;
use crate::workflow::Catalogue;

pub fn catalogue() -> Catalogue {
    Registry::builtin().catalogue()
}
