//! Which message serves which waiter, decided over values.

mod choosing;
