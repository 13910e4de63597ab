//! Workflows to start from.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::OpError;
use crate::diagnostic::nearest;

/// A workflow that explains itself. Each runs against the embedded sandbox as it stands.
#[derive(Debug)]
pub struct Template {
    pub name: &'static str,
    pub text: &'static str,
}

/// The first is what a newcomer gets who names none.
pub static TEMPLATES: [Template; 4] = [
    Template { name: "modelslab", text: include_str!("../../templates/modelslab.yaml") },
    Template { name: "service", text: include_str!("../../templates/service.yaml") },
    Template { name: "ci", text: include_str!("../../templates/ci.yaml") },
    Template { name: "fleet", text: include_str!("../../templates/fleet.yaml") },
];

impl Template {
    /// What it does, in a line: its first comment.
    pub fn about(&self) -> &'static str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ").trim_end_matches('.')
    }
}

pub fn template(name: &str) -> Result<&'static Template, OpError> {
    TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| {
        let near = nearest(name, TEMPLATES.iter().map(|template| template.name));
        let meant = near.map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
        OpError::Usage(format!("there is no template `{name}`;{meant} `onramp init --list` names all"))
    })
}

/// Writes `template` to `path`, whole or not at all. What is there already is only replaced by `force`.
pub fn init(template: &Template, path: &Path, force: bool) -> Result<(), OpError> {
    write(template.text, path, force).map_err(|error| {
        let shown = path.display();
        OpError::Usage(match error.kind() {
            io::ErrorKind::AlreadyExists => {
                format!("{shown} is there already and was left as it is; name another file with `-o`, or say `--force`")
            }
            _ => format!("cannot write {shown}: {error}"),
        })
    })
}

fn write(text: &str, path: &Path, force: bool) -> io::Result<()> {
    // A link is followed: with `force` the file that it names is replaced, and not the link.
    let path = if force { fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()) } else { path.to_owned() };
    let folder = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    // As any file of the user's: what the umask leaves of it.
    let mut file = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let placed = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
    placed.map(drop).map_err(|error| error.error)
}
