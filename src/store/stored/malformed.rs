/// A stored value that does not mean anything here; says which.
#[derive(Debug)]
pub(in crate::store) struct Malformed(pub String);
