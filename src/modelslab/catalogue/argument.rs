//! What a request's fields may be.

use serde_json::Value;

use crate::secret::Secret;
use crate::workflow::{Parameter, Type};

/// A value that is sent.
pub trait Argument {
    const REQUIRED: bool = true;
    const SECRET: bool = false;
    fn ty() -> Type;
    /// `None` if there is nothing to send.
    fn to_json(&self) -> Option<Value>;
}

/// A field's name as it is sent: a word of Rust's own is written `r#type`.
pub(super) fn name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// The parameter of an action that becomes such a field.
pub(super) fn parameter<A: Argument>(field: &'static str, doc: &'static str) -> Parameter {
    let (name, ty) = (name(field), A::ty());
    let parameter = if A::REQUIRED { Parameter::required(name, ty, doc) } else { Parameter::optional(name, ty, doc) };
    if A::SECRET { parameter.secret() } else { parameter }
}

impl<A: Argument> Argument for Option<A> {
    const REQUIRED: bool = false;
    const SECRET: bool = A::SECRET;

    fn ty() -> Type {
        A::ty()
    }

    fn to_json(&self) -> Option<Value> {
        self.as_ref()?.to_json()
    }
}

impl Argument for Secret<String> {
    const SECRET: bool = true;

    fn ty() -> Type {
        Type::String
    }

    fn to_json(&self) -> Option<Value> {
        Some(self.expose().as_str().into())
    }
}

macro_rules! plain {
    ($($Rust:ty: $ty:expr;)+) => {$(
        impl Argument for $Rust {
            fn ty() -> Type {
                $ty
            }

            fn to_json(&self) -> Option<Value> {
                Some(Value::from(self.clone()))
            }
        }
    )+};
}

plain! {
    String: Type::String;
    i64: Type::Integer;
    f64: Type::Number;
    bool: Type::Boolean;
    Vec<String>: Type::array(Type::String);
}
