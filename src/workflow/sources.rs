//! A workflow's text with those of all files that it calls.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::call;
use crate::diagnostic::Source;

/// Bounds that no workflow meets by honest work.
const MAX_FILES: usize = 256;
const MAX_BYTES: usize = 4 << 20;

/// The texts that a plan is made from, to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Of the workflow itself.
    pub main: String,
    /// Of the files that it calls, directly or not, by their paths from its folder.
    pub library: BTreeMap<String, String>,
}

impl From<&str> for Texts {
    fn from(main: &str) -> Self {
        Self { main: main.to_owned(), library: BTreeMap::new() }
    }
}

/// The same with what is needed to say what is wrong with them.
#[derive(Debug, Clone)]
pub struct Sources {
    pub main: Source,
    /// By its path from the workflow's folder, or why it cannot be read.
    library: BTreeMap<String, Result<Source, String>>,
}

impl From<Source> for Sources {
    /// A workflow that calls no file.
    fn from(main: Source) -> Self {
        Self { main, library: BTreeMap::new() }
    }
}

impl Sources {
    /// Finds all files that `main` calls and lets `read` read each once; it is given the path from the workflow's folder.
    pub fn gather(main: Source, read: &mut dyn FnMut(&str) -> Result<String, String>) -> Self {
        let mut sources = Self::from(main);
        let mut open = VecDeque::from([(sources.main_path().to_owned(), sources.main.clone())]);
        let mut bytes = sources.main.text.len();
        while let Some((caller, source)) = open.pop_front() {
            for uses in call::called_in(&source) {
                let Ok(path) = call::resolve(&caller, &uses.value) else { continue };
                if path == sources.main_path() || sources.library.contains_key(&path) {
                    continue;
                }
                let found = match sources.library.len() < MAX_FILES && bytes < MAX_BYTES {
                    true => read(&path).map(|text| Source::new(&sources.shown(&path), &text)),
                    false => Err(format!("a workflow calls at most {MAX_FILES} files of {MAX_BYTES} bytes together")),
                };
                if let Ok(source) = &found {
                    bytes += source.text.len();
                    open.push_back((path.clone(), source.clone()));
                }
                sources.library.insert(path, found);
            }
        }
        sources
    }

    /// Texts that were kept. `path` is the workflow's, as the user wrote it.
    pub fn kept(path: &str, texts: &Texts) -> Self {
        let mut sources = Self::from(Source::new(path, &texts.main));
        let library = texts.library.iter();
        let library: BTreeMap<_, _> =
            library.map(|(path, text)| (path.clone(), Ok(Source::new(&sources.shown(path), text)))).collect();
        sources.library = library;
        sources
    }

    pub fn texts(&self) -> Texts {
        let text = |source: &Source| Arc::as_ref(&source.text).to_owned();
        let read = self.library.iter().filter_map(|(path, found)| Some((path.clone(), text(found.as_ref().ok()?))));
        Texts { main: text(&self.main), library: read.collect() }
    }

    /// The workflow's own path from its folder: its file name.
    pub fn main_path(&self) -> &str {
        self.main.path.rsplit('/').next().unwrap_or(&self.main.path)
    }

    /// A file by its path from the workflow's folder.
    pub fn file(&self, path: &str) -> Result<&Source, &str> {
        match self.library.get(path) {
            Some(found) => found.as_ref().map_err(String::as_str),
            None if path == self.main_path() => Ok(&self.main),
            None => Err("it is not among the texts at hand"),
        }
    }

    /// As the user would write the path.
    fn shown(&self, path: &str) -> String {
        let folder = self.main.path.strip_suffix(self.main_path()).unwrap_or_default();
        format!("{folder}{path}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(uses: &[&str]) -> String {
        uses.iter()
            .enumerate()
            .fold("steps:\n".to_owned(), |text, (n, uses)| text + &format!("  s{n}: {{ uses: {uses} }}\n"))
    }

    #[test]
    fn each_file_is_read_once_and_called_by_the_path_that_the_user_would_write() {
        let main = Source::new("flows/a.yaml", &calls(&["./lib/b.yaml", "./lib/c.yaml", "./lib/b.yaml"]));
        let mut asked = Vec::new();
        let sources = Sources::gather(main, &mut |path| {
            asked.push(path.to_owned());
            match path {
                "lib/b.yaml" => Ok(calls(&["./c.yaml", "../a.yaml", "../../out.yaml"])),
                _ => Err("it is not there".into()),
            }
        });
        assert_eq!(asked, ["lib/b.yaml", "lib/c.yaml"]);
        assert_eq!(&*sources.file("lib/b.yaml").unwrap().path, "flows/lib/b.yaml");
        assert_eq!(sources.file("lib/c.yaml"), Err("it is not there"));
        let kept = Sources::kept("flows/a.yaml", &sources.texts());
        assert_eq!(kept.texts(), sources.texts());
        assert_eq!(kept.file("lib/b.yaml"), sources.file("lib/b.yaml"));
    }

    #[test]
    fn there_is_an_end_to_what_is_read() {
        let mut read = 0;
        let main = Source::new("a.yaml", &calls(&["./f0.yaml"]));
        let sources = Sources::gather(main, &mut |_| {
            read += 1;
            Ok(calls(&[&format!("./f{read}.yaml")]))
        });
        assert_eq!(read, MAX_FILES);
        assert!(sources.file(&format!("f{MAX_FILES}.yaml")).unwrap_err().contains("at most"));
    }
}
