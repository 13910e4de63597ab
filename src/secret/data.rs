//! Named values.

use super::Datum;

/// Named values: the parameters of a step or its outputs, in the order of their names.
///
/// A sorted list: there are seldom more than ten, a run keeps several for each step, and a map of one name takes a whole
/// node of a tree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Data(Vec<(String, Datum)>);

impl Data {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With room for so many values, and for no more.
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.as_str().cmp(name))
    }

    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.find(name).ok().map(|at| &self.0[at].1)
    }

    pub fn get_mut(&mut self, name: &str) -> Option<&mut Datum> {
        self.find(name).ok().map(|at| &mut self.0[at].1)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    /// Sets a value; the one that it takes the place of comes back.
    pub fn insert(&mut self, name: String, datum: Datum) -> Option<Datum> {
        match self.find(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.0[at].1, datum)),
            Err(at) => {
                self.0.insert(at, (name, datum));
                None
            }
        }
    }

    pub fn remove(&mut self, name: &str) -> Option<Datum> {
        self.find(name).ok().map(|at| self.0.remove(at).1)
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&String, &Datum)> + Clone {
        self.0.iter().map(|(name, datum)| (name, datum))
    }

    pub fn keys(&self) -> impl ExactSizeIterator<Item = &String> {
        self.0.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl ExactSizeIterator<Item = &Datum> {
        self.0.iter().map(|(_, datum)| datum)
    }

    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Datum> {
        self.0.iter_mut().map(|(_, datum)| datum)
    }
}

impl std::ops::Index<&str> for Data {
    type Output = Datum;

    /// For a name that must be there, as with any map.
    fn index(&self, name: &str) -> &Datum {
        &self.0[self.find(name).unwrap_or(self.0.len())].1
    }
}

impl Extend<(String, Datum)> for Data {
    fn extend<I: IntoIterator<Item = (String, Datum)>>(&mut self, named: I) {
        named.into_iter().for_each(|(name, datum)| drop(self.insert(name, datum)));
    }
}

impl FromIterator<(String, Datum)> for Data {
    fn from_iter<I: IntoIterator<Item = (String, Datum)>>(named: I) -> Self {
        let named = named.into_iter();
        let mut data = Self::with_capacity(named.size_hint().0);
        data.extend(named);
        data
    }
}

impl<const N: usize> From<[(String, Datum); N]> for Data {
    fn from(named: [(String, Datum); N]) -> Self {
        Self::from_iter(named)
    }
}

impl IntoIterator for Data {
    type Item = (String, Datum);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Data {
    type Item = (&'a String, &'a Datum);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, (String, Datum)>, fn(&'a (String, Datum)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(name, datum)| (name, datum))
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
}
