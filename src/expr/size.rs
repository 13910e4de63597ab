//! How large a value is, or can become.

use serde_json::Value;

/// A text counts as one value for each so many bytes.
const BYTES_OF_A_VALUE: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    /// Of a list or object, in items.
    pub length: usize,
    /// Of the longest list or object inside.
    pub inner: usize,
    /// All values in it; of an item of a list, the mean of all.
    pub weight: usize,
}

impl Size {
    pub const NOTHING: Self = Self { length: 0, inner: 0, weight: 0 };
    /// A number or the like.
    pub const ONE: Self = Self { length: 0, inner: 0, weight: 1 };

    pub fn text(text: &str) -> Self {
        Self { weight: 1 + text.len() / BYTES_OF_A_VALUE, ..Self::ONE }
    }

    pub fn of(value: &Value) -> Self {
        let mut size = Self::NOTHING;
        let mut open = vec![(value, true)];
        while let Some((value, outermost)) = open.pop() {
            let length = match value {
                Value::String(text) => {
                    size.weight += text.len() / BYTES_OF_A_VALUE;
                    0
                }
                Value::Array(items) => {
                    open.extend(items.iter().map(|item| (item, false)));
                    items.len()
                }
                Value::Object(fields) => {
                    // What a loop gives out of an object are its keys.
                    size.weight += fields.keys().map(|key| 1 + key.len() / BYTES_OF_A_VALUE).sum::<usize>();
                    open.extend(fields.values().map(|field| (field, false)));
                    fields.len()
                }
                _ => 0,
            };
            size.weight += 1;
            if outermost {
                size.length = length;
            } else {
                size.inner = size.inner.max(length);
            }
        }
        size
    }

    pub fn list(items: &[Self]) -> Self {
        let all = items.iter().fold(Self::ONE, |all, item| all.and(&item.enclosed()));
        Self { length: items.len(), ..all }
    }

    /// One after the other.
    pub fn and(&self, other: &Self) -> Self {
        Self {
            length: self.length.saturating_add(other.length),
            inner: self.inner.max(other.inner),
            weight: self.weight.saturating_add(other.weight),
        }
    }

    /// The larger of two.
    pub fn or(&self, other: &Self) -> Self {
        Self {
            length: self.length.max(other.length),
            inner: self.inner.max(other.inner),
            weight: self.weight.max(other.weight),
        }
    }

    /// So many of these, one after the other.
    pub fn times(&self, times: usize) -> Self {
        Self {
            length: self.length.saturating_mul(times),
            weight: self.weight.saturating_mul(times).saturating_add(1),
            ..*self
        }
    }

    /// A field or item, of which nothing is known but that it is not larger than the whole.
    pub fn inside(&self) -> Self {
        Self { length: self.inner, ..*self }
    }

    /// An item as a loop takes it. All items together have the weight of the list, and so has what is made of them.
    pub fn item(&self) -> Self {
        Self { weight: self.weight.div_ceil(self.length.max(1)), ..self.inside() }
    }

    /// As an item of a list.
    fn enclosed(&self) -> Self {
        Self { length: 0, inner: self.inner.max(self.length), weight: self.weight }
    }
}
