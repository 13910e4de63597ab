//! What an action states about itself, in one value from which checks, documentation and schema derive.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::{Bounds, Effect, Judges, Reach};
use crate::expr::ValueType;

/// The type of a parameter, input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    String,
    Integer,
    Number,
    Boolean,
    /// Written `30s`, `5m`, `1h30m`; carried as a string.
    Duration,
    Array(Box<Type>),
    Object,
    Any,
}

impl Type {
    pub fn array(items: Type) -> Self {
        Self::Array(Box::new(items))
    }
}

impl From<&Type> for ValueType {
    fn from(ty: &Type) -> Self {
        match ty {
            Type::String | Type::Duration => Self::String,
            Type::Integer => Self::Integer,
            Type::Number => Self::Number,
            Type::Boolean => Self::Boolean,
            Type::Array(items) => Self::list((&**items).into()),
            Type::Object => Self::Object,
            Type::Any => Self::Any,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Integer => f.write_str("integer"),
            Self::Number => f.write_str("number"),
            Self::Boolean => f.write_str("boolean"),
            Self::Duration => f.write_str("duration"),
            Self::Array(items) => write!(f, "array of {items}"),
            Self::Object => f.write_str("object"),
            Self::Any => f.write_str("any value"),
        }
    }
}

/// One entry of `with:`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub name: &'static str,
    pub ty: Type,
    pub required: bool,
    /// The value is secret whatever it is made from.
    pub secret: bool,
    /// The only values allowed, where the parameter is an enumeration.
    pub one_of: &'static [&'static str],
    pub bounds: Option<Bounds>,
    pub judges: Judges,
    /// Another parameter, and the value of it with which this one cannot be given; `None`: any.
    pub not_with: Option<(&'static str, Option<&'static str>)>,
    /// Another parameter without which this one says too little, and where it may be left out all the same.
    pub needs: Option<(&'static str, &'static str)>,
    pub audience: Audience,
    /// The value is a URL that says where the action turns to, with all the secrets that it is given.
    pub destination: bool,
    /// The value is one of `secrets` itself, and is never stored, not even sealed: a run knows the secret's name alone.
    pub unstored: bool,
    /// The value is a page that a person has to open while the step is under way.
    pub prompts: bool,
    pub doc: &'static str,
}

/// Who sees a parameter's value, but for the program and the service that it is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Nobody,
    /// It is shown by onramp itself; where.
    Shown(&'static str),
    /// Others may see or keep it; who, and what to do instead.
    Others {
        who: &'static str,
        instead: &'static str,
    },
}

impl Parameter {
    pub const fn required(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Self::new(name, ty, true, doc)
    }

    pub const fn optional(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Self::new(name, ty, false, doc)
    }

    const fn new(name: &'static str, ty: Type, required: bool, doc: &'static str) -> Self {
        Self {
            name,
            ty,
            required,
            secret: false,
            one_of: &[],
            bounds: None,
            judges: Judges::NONE,
            not_with: None,
            needs: None,
            audience: Audience::Nobody,
            destination: false,
            unstored: false,
            prompts: false,
            doc,
        }
    }

    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.one_of = values;
        self
    }

    pub const fn within(mut self, bounds: Bounds) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// It cannot be given where `parameter` is `value`.
    pub const fn not_with(mut self, parameter: &'static str, value: &'static str) -> Self {
        self.not_with = Some((parameter, Some(value)));
        self
    }

    /// It cannot be given where `parameter` is.
    pub const fn instead_of(mut self, parameter: &'static str) -> Self {
        self.not_with = Some((parameter, None));
        self
    }

    /// It needs `parameter` beside it, which only `exception`, that no file tells of, makes up for.
    pub const fn needs(mut self, parameter: &'static str, exception: &'static str) -> Self {
        self.needs = Some((parameter, exception));
        self
    }

    pub const fn judged(mut self, judges: Judges) -> Self {
        self.judges = judges;
        self
    }

    pub const fn email(self) -> Self {
        self.within(Bounds::Format("email"))
    }

    /// It is shown by onramp; `place` says where.
    pub const fn shown(mut self, place: &'static str) -> Self {
        self.audience = Audience::Shown(place);
        self
    }

    /// `who` may see or keep it; `instead` says what to do with a secret.
    pub const fn seen_by(mut self, who: &'static str, instead: &'static str) -> Self {
        self.audience = Audience::Others { who, instead };
        self
    }

    /// It is a URL that says where the action turns to.
    pub const fn destination(mut self) -> Self {
        self.destination = true;
        self
    }

    /// It comes from `secrets` alone, and is never stored.
    pub const fn unstored(mut self) -> Self {
        (self.secret, self.unstored) = (true, true);
        self
    }

    /// It is a page that a person has to open while the step is under way, and is told of.
    pub const fn prompts(mut self) -> Self {
        self.prompts = true;
        self.shown("a person is told to open it")
    }
}

/// One output: `steps.ID.outputs.NAME`.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSpec {
    pub name: &'static str,
    pub ty: Type,
    pub secret: bool,
    /// The parameter whose value, or a part of it, comes back here: the output is secret whenever that is.
    pub echoes: Option<&'static str>,
    pub doc: &'static str,
}

impl OutputSpec {
    pub const fn public(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Self { name, ty, secret: false, echoes: None, doc }
    }

    pub const fn secret(name: &'static str, ty: Type, doc: &'static str) -> Self {
        Self { name, ty, secret: true, echoes: None, doc }
    }

    pub const fn echoes(mut self, parameter: &'static str) -> Self {
        self.echoes = Some(parameter);
        self
    }

    /// Whether it is secret in a step where `secret` says which parameters are.
    pub fn is_secret(&self, secret: impl FnOnce(&str) -> bool) -> bool {
        self.secret || self.echoes.is_some_and(secret)
    }
}

/// How the class of an action's effect is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EffectRule {
    Always(Effect),
    /// `http`: GET and HEAD are `read`, the rest `once`, unless the step says otherwise with `effect:`.
    ByMethod,
}

/// How what an action did is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoRule {
    /// It leaves nothing that could be taken back.
    Nothing,
    /// The action itself can.
    BuiltIn,
    /// Nobody can; why.
    Never(&'static str),
    /// Only the step can say how (`undo:`).
    ByStep,
}

/// An action as the language sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionSpec {
    /// As written in `uses:`.
    pub name: &'static str,
    /// Sentences; the first says in a line what it does.
    pub doc: &'static str,
    pub effect: EffectRule,
    /// How the action looks whether an attempt took place, as a sentence; `None` if it cannot.
    pub probe: Option<&'static str>,
    pub undo: UndoRule,
    pub reach: Reach,
    pub parameters: Vec<Parameter>,
    pub outputs: Vec<OutputSpec>,
    /// The step may capture further outputs from the answer (`outputs:`) and judge its status (`expect:`).
    pub captures: bool,
    /// Error codes that the action can end with, for `on-error` and the documentation: `mail.timeout`.
    pub errors: Vec<&'static str>,
    /// A small workflow that uses it, valid as it stands.
    pub example: Cow<'static, str>,
}

impl ActionSpec {
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    pub fn output(&self, name: &str) -> Option<&OutputSpec> {
        self.outputs.iter().find(|output| output.name == name)
    }
}

/// The actions that exist, by name: what checks ask.
#[derive(Debug, Clone, Default)]
pub struct Catalogue(BTreeMap<&'static str, Arc<ActionSpec>>);

impl Catalogue {
    pub fn new(specs: impl IntoIterator<Item = ActionSpec>) -> Self {
        Self(specs.into_iter().map(|spec| (spec.name, Arc::new(spec))).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Arc<ActionSpec>> {
        self.0.get(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.keys().copied()
    }
}
