//! Reads the files that a workflow calls, and nothing outside of its folder.

use std::fs;
use std::path::Path;

use super::validate::MAX_FILE;

/// The text of the file at `path` from the folder of `workflow`, or why it cannot be had. A link counts as what it leads to.
pub(super) fn called_file(workflow: &Path, path: &str) -> Result<String, String> {
    let folder = match workflow.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => format!("it cannot be read: {error}"),
    };
    let folder = fs::canonicalize(folder).map_err(unreadable)?;
    let file = fs::canonicalize(folder.join(path)).map_err(unreadable)?;
    if !file.starts_with(&folder) {
        return Err("a link leads out of the folder of the workflow; a workflow reads no file beyond".to_owned());
    }
    let found = fs::metadata(&file).map_err(unreadable)?;
    if !found.is_file() {
        return Err("it is not a file".to_owned());
    }
    if found.len() > MAX_FILE {
        return Err(format!("a workflow has at most {MAX_FILE} bytes, this file has {}", found.len()));
    }
    String::from_utf8(fs::read(&file).map_err(unreadable)?).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_inside_of_the_folder_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let flows = dir.path().join("flows");
        fs::create_dir_all(flows.join("lib/folder.yaml")).unwrap();
        fs::write(dir.path().join("outside.yaml"), "steps: {}").unwrap();
        fs::write(flows.join("lib/in.yaml"), "steps: {}").unwrap();
        fs::write(flows.join("lib/latin.yaml"), [0xe4]).unwrap();
        fs::write(flows.join("lib/large.yaml"), vec![b'#'; MAX_FILE as usize + 1]).unwrap();
        symlink(flows.join("lib/in.yaml"), flows.join("lib/link.yaml")).unwrap();
        symlink(dir.path().join("outside.yaml"), flows.join("lib/out.yaml")).unwrap();
        symlink(dir.path(), flows.join("up")).unwrap();
        let read = |path: &str| called_file(&flows.join("main.yaml"), path);
        assert_eq!(read("lib/in.yaml").as_deref(), Ok("steps: {}"));
        assert_eq!(read("lib/link.yaml").as_deref(), Ok("steps: {}"));
        for (path, why) in [
            ("lib/none.yaml", "no such file"),
            ("lib/folder.yaml", "not a file"),
            ("lib/latin.yaml", "not UTF-8"),
            ("lib/large.yaml", "at most"),
            ("lib/out.yaml", "leads out"),
            ("up/outside.yaml", "leads out"),
        ] {
            let error = read(path).unwrap_err();
            assert!(error.contains(why), "{path}: {error}");
        }
    }
}
