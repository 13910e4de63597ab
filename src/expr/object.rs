//! JSON values as CEL sees them. CEL's own map iterates in random order; this one in the order of its keys, so that an
//! expression gives the same result each time.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use cel::ExecutionError;
use cel::common::traits::{self, Container, Indexer, Iterable, Sizer};
use cel::common::types::{self, CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelUInt, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use serde_json::Value;

/// A JSON object. Cloning shares it.
#[derive(Debug, Clone)]
pub(super) struct Object(Arc<BTreeMap<String, Field>>);

#[derive(Debug)]
struct Field {
    /// The field's name as CEL's iteration hands it out.
    key: CelString<'static>,
    value: Box<dyn Val>,
}

impl Object {
    pub fn new(fields: impl IntoIterator<Item = (String, Box<dyn Val>)>) -> Self {
        let field = |(name, value): (String, _)| (name.clone(), Field { key: CelString::from(name), value });
        Self(Arc::new(fields.into_iter().map(field).collect()))
    }

    fn find(&self, key: &dyn Val) -> Option<&(dyn Val + 'static)> {
        let name = key.downcast_ref::<CelString<'_>>()?;
        self.0.get(name.inner()).map(|field| &*field.value)
    }
}

/// `value` as CEL sees it.
pub(super) fn to_cel(value: &Value) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(flag) => Box::new(CelBool::from(*flag)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => Box::new(CelInt::from(int)),
            (None, Some(uint)) => Box::new(CelUInt::from(uint)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => Box::new(CelString::from(text.clone())),
        Value::Array(items) => Box::new(CelList::from(items.iter().map(to_cel).collect::<Vec<_>>())),
        Value::Object(fields) => {
            Box::new(Object::new(fields.iter().map(|(name, value)| (name.clone(), to_cel(value)))))
        }
    }
}

/// The value that CEL computed, or the kind of what JSON cannot hold.
pub(super) fn to_json(value: &dyn Val) -> Result<Value, String> {
    if value.downcast_ref::<CelNull>().is_some() {
        Ok(Value::Null)
    } else if let Some(flag) = value.downcast_ref::<CelBool>() {
        Ok(Value::Bool(*flag.inner()))
    } else if let Some(int) = value.downcast_ref::<CelInt>() {
        Ok(Value::from(*int.inner()))
    } else if let Some(uint) = value.downcast_ref::<CelUInt>() {
        Ok(Value::from(*uint.inner()))
    } else if let Some(double) = value.downcast_ref::<CelDouble>() {
        serde_json::Number::from_f64(*double.inner()).map(Value::Number).ok_or_else(|| "an infinite number".to_owned())
    } else if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        Ok(Value::String(text.inner().to_owned()))
    } else if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        list.inner().iter().map(|item| to_json(&**item)).collect()
    } else if let Some(object) = value.downcast_ref::<Object>() {
        object.0.iter().map(|(name, field)| Ok((name.clone(), to_json(&*field.value)?))).collect()
    } else {
        Err(format!("a {}", value.get_type().name()))
    }
}

impl StaticVal for Object {}

impl Val for Object {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        &types::MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn into_indexer<'v>(self: Box<Self>) -> Option<Box<dyn Indexer + 'v>>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        other.downcast_ref::<Self>().is_some_and(|other| {
            self.0.len() == other.0.len()
                && self.0.iter().zip(other.0.iter()).all(|((a, x), (b, y))| a == b && x.value.equals(&*y.value))
        })
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl Container for Object {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(key).is_some())
    }
}

impl Indexer for Object {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        match self.find(key) {
            Some(value) => Ok(CowVal::Borrowed(value)),
            None => Err(ExecutionError::no_such_key("")),
        }
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(key).map(CowVal::into_owned)
    }
}

impl Iterable for Object {
    fn iter<'b, 'v>(&'b self) -> Box<dyn traits::Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Keys(self.0.values()))
    }
}

impl Sizer for Object {
    fn size(&self) -> CelInt {
        CelInt::from(self.0.len() as i64)
    }
}

struct Keys<'b>(std::collections::btree_map::Values<'b, String, Field>);

impl<'b, 'v> traits::Iterator<'b, 'v> for Keys<'b> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|field| &field.key as &(dyn Val + 'v))
    }
}
