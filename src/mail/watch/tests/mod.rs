//! Which message serves which waiter, decided over values, and whose turn it is.

mod choosing;
mod turns;
