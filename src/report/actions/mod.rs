//! What actions state about themselves: a list, all of one, a page of Markdown, or data. The words stand in `card` alone.

mod card;
mod data;
mod list;
mod page;
mod sheet;

pub use data::{all_data, data};
pub use list::list;
pub use page::page;
pub use sheet::sheet;
