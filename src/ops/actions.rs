//! Which actions are meant by a name.

use std::sync::Arc;

use super::OpError;
use crate::diagnostic::nearest;
use crate::workflow::{ActionSpec, Catalogue};

/// What a name stands for.
#[derive(Debug)]
pub enum Named {
    One(Arc<ActionSpec>),
    /// All of a family (`mail` for `mail.mark` and `mail.wait`), or all there are.
    Family(Vec<Arc<ActionSpec>>),
}

/// The actions that `name` stands for; all of them without one.
pub fn actions(catalogue: &Catalogue, name: Option<&str>) -> Result<Named, OpError> {
    let all = || catalogue.names().filter_map(|name| catalogue.get(name).cloned());
    let Some(name) = name else { return Ok(Named::Family(all().collect())) };
    if let Some(spec) = catalogue.get(name) {
        return Ok(Named::One(spec.clone()));
    }
    let family = name.strip_suffix('.').unwrap_or(name);
    let members: Vec<_> = all().filter(|spec| family_of(spec.name) == Some(family)).collect();
    if members.is_empty() { Err(unknown(catalogue, name)) } else { Ok(Named::Family(members)) }
}

fn family_of(name: &str) -> Option<&str> {
    name.split_once('.').map(|(family, _)| family)
}

fn unknown(catalogue: &Catalogue, name: &str) -> OpError {
    let names = || catalogue.names();
    let last = |full: &'static str| full.rsplit('.').next().unwrap_or(full);
    let meant = nearest(name, names().chain(names().filter_map(family_of))).or_else(|| {
        let near = nearest(name, names().map(last)).or_else(|| names().map(last).find(|last| *last == name))?;
        names().find(|full| last(full) == near)
    });
    let meant = meant.map(|meant| format!(" did you mean `{meant}`?")).unwrap_or_default();
    OpError::Usage(format!("there is no action `{name}`;{meant} `onramp actions` lists all"))
}
