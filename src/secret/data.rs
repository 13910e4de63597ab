//! Named values.

use std::sync::Arc;

use super::Datum;

type Named = (String, Datum);

/// Named values: the parameters of a step or its outputs, in the order of their names.
///
/// A sorted list: there are seldom more than ten, a run keeps several for each step, and a map of one name takes a whole
/// node of a tree. Copies share it: an entry, the state and what an action is told have the same input.
#[derive(Debug, Clone, Default)]
pub struct Data(Option<Arc<Vec<Named>>>);

impl Data {
    pub const fn new() -> Self {
        Self(None)
    }

    /// With room for so many values, and for no more.
    pub fn with_capacity(count: usize) -> Self {
        Self((count > 0).then(|| Arc::new(Vec::with_capacity(count))))
    }

    fn named(&self) -> &[Named] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    fn named_mut(&mut self) -> &mut Vec<Named> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    pub fn len(&self) -> usize {
        self.named().len()
    }

    pub fn is_empty(&self) -> bool {
        self.named().is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.named().binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.find(name).ok().map(|at| &self.named()[at].1)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Datum> {
        self.find(name).ok().map(|at| &mut self.named_mut()[at].1)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Sets a value; the one that it takes the place of comes back.
    pub fn insert(&mut self, name: String, datum: Datum) -> Option<Datum> {
        match self.find(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.named_mut()[at].1, datum)),
            Err(at) => {
                self.named_mut().insert(at, (name, datum));
                None
            }
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Datum> {
        self.find(name).ok().map(|at| self.named_mut().remove(at).1)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&String, &Datum)> + Clone {
        self.named().iter().map(|(name, datum)| (name, datum))
    }

    pub fn keys(&self) -> impl ExactSizeIterator<Item = &String> {
        self.named().iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl ExactSizeIterator<Item = &Datum> {
        self.named().iter().map(|(_, datum)| datum)
    }

    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Datum> {
        self.named_mut().iter_mut().map(|(_, datum)| datum)
    }
}

impl PartialEq for Data {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.named(), other.named()) || self.named() == other.named()
    }
}

impl std::ops::Index<&str> for Data {
    type Output = Datum;

    /// For a name that must be there, as with any map.
    fn index(&self, name: &str) -> &Datum {
        &self.named()[self.find(name).unwrap_or(self.len())].1
    }
}

impl Extend<Named> for Data {
    fn extend<I: IntoIterator<Item = Named>>(&mut self, named: I) {
        named.into_iter().for_each(|(name, datum)| drop(self.insert(name, datum)));
    }
}

impl FromIterator<Named> for Data {
    fn from_iter<I: IntoIterator<Item = Named>>(named: I) -> Self {
        let named = named.into_iter();
        let mut data = Self::with_capacity(named.size_hint().0);
        data.extend(named);
        data
    }
}

impl<const N: usize> From<[Named; N]> for Data {
    fn from(named: [Named; N]) -> Self {
        Self::from_iter(named)
    }
}

impl IntoIterator for Data {
    type Item = Named;
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.map(Arc::unwrap_or_clone).unwrap_or_default().into_iter()
    }
}

impl<'a> IntoIterator for &'a Data {
    type Item = (&'a String, &'a Datum);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, Named>, fn(&'a Named) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.named().iter().map(|(name, datum)| (name, datum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn datum(value: i32) -> Datum {
        Datum::Public(value.into())
    }

    #[test]
    fn names_are_in_order_and_there_once() {
        let mut data = Data::from([("b".into(), datum(1)), ("a".into(), datum(2)), ("b".into(), datum(3))]);
        assert_eq!(data.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((data.get("b"), data.get("c")), (Some(&datum(3)), None));
        assert_eq!(data.insert("aa".into(), datum(4)), None);
        assert_eq!(data.remove("a"), Some(datum(2)));
        assert_eq!(data, Data::from([("b".into(), datum(3)), ("aa".into(), datum(4))]));
    }

    #[test]
    fn a_copy_does_not_see_what_is_changed_afterwards() {
        let mut data = Data::from([("a".into(), datum(1))]);
        let copy = data.clone();
        data.insert("a".into(), datum(2));
        data.values_mut().for_each(|value| *value = datum(3));
        assert_eq!((copy.get("a"), data.get("a")), (Some(&datum(1)), Some(&datum(3))));
        assert_eq!(data.remove("a"), Some(datum(3)));
        assert_eq!((data, copy.into_iter().count()), (Data::new(), 1));
    }
}
