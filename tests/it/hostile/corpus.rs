//! What the fuzz targets found, and what they start from.

use std::fs;
use std::path::Path;

use super::judge;

/// More is not worth keeping in the repository.
const MOST_BYTES: usize = 300 * 1024;

#[test]
fn all_that_was_ever_found_is_explained() {
    let (mut files, mut bytes) = (0, 0);
    for (target, judge) in
        [("workflow", judge::workflow as fn(&[u8])), ("expression", judge::expression), ("mail", judge::mail)]
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        for entry in fs::read_dir(folder).unwrap() {
            let input = fs::read(entry.unwrap().path()).unwrap();
            judge(&input);
            files += 1;
            bytes += input.len();
        }
    }
    assert!(files > 30 && bytes <= MOST_BYTES, "{files} files of {bytes} bytes");
}
