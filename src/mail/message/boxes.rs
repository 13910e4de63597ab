//! Digits and capitals that stand in a box each, as in forms: one code, and not as many lines.

use super::content::Block;

/// More boxes in a row are none of a code.
const MAX_BOXES: usize = 12;

/// Puts `block` behind the boxes in `row`, if it is one of them; else gives it back.
pub(super) fn put(row: &mut Block, block: Block) -> Option<Block> {
    let dressed = |one: &Block| (one.hidden, one.quoted, one.linked);
    let fits = is_box(&block.text) && dressed(row) == dressed(&block);
    if !fits || row.text.len() + 1 >= 2 * MAX_BOXES || !row.text.split(' ').all(is_box) {
        return Some(block);
    }
    row.text.push(' ');
    let at = row.text.len();
    row.text.push_str(&block.text);
    match row.strong.last_mut() {
        _ if block.strong.is_empty() => {}
        Some(strong) if strong.end == at - 1 => strong.end = at + 1,
        _ => row.strong.push(at..at + 1),
    }
    None
}

fn is_box(text: &str) -> bool {
    matches!(text.as_bytes(), [b'0'..=b'9' | b'A'..=b'Z'])
}
