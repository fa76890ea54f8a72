//! The code of the workspace as the other tests see it: file by file, without tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::text::{masked, without_tests};

/// A file of code that ships.
pub(crate) struct SourceFile {
    /// The crate's folder below `crates/`.
    pub(crate) package: String,
    /// The path below the crate's `src/`.
    pub(crate) path: PathBuf,
    /// The text as it is written, with what is compiled for tests only.
    pub(crate) text: String,
    /// The text without comments, literals and what is compiled for tests only; line by line where `text` has it.
    pub(crate) code: String,
}

impl SourceFile {
    /// How messages name the file.
    pub(crate) fn shown(&self) -> String {
        format!("crates/{}/src/{}", self.package, self.path.display())
    }

    /// The modules that lead to this file from the root of the crate.
    pub(crate) fn modules(&self) -> Vec<String> {
        let without_extension = self.path.with_extension("");
        let names = without_extension
            .iter()
            .map(|name| name.to_string_lossy().into_owned());
        names
            .filter(|name| !["mod", "lib", "main"].contains(&name.as_str()))
            .collect()
    }

    /// The doc comments of what ships.
    pub(crate) fn docs(&self) -> Vec<Doc> {
        let code: Vec<_> = self.code.lines().collect();
        let comment = |(number, line): (usize, &str)| {
            let line = line.trim_start();
            // In a string, the line is masked.
            let words = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?;
            code[number]
                .trim()
                .is_empty()
                .then(|| (words.to_owned(), line.starts_with("//!")))
        };
        let mut found: Vec<Doc> = Vec::new();
        let mut last = None;
        for (number, line) in self.text.lines().enumerate() {
            let Some((words, inner)) = comment((number, line)) else {
                continue;
            };
            if last.is_some_and(|last| last + 1 == number) {
                found.last_mut().unwrap().text += &words;
            } else {
                let module = || self.modules().pop().unwrap_or_default();
                let item = if inner { module() } else { String::new() };
                found.push(Doc {
                    line: number + 1,
                    text: words,
                    item,
                });
            }
            last = Some(number);
            let doc = found.last_mut().unwrap();
            if !inner {
                // What follows nearest has its attributes within so many lines.
                let end = code.len().min(number + 30);
                doc.item = code[number + 1..end].join("\n");
            }
        }
        // Nothing follows a comment of a test, whose code is masked, but what belongs to another comment.
        found.retain(|doc| !doc.item.trim().is_empty());
        found
    }
}

/// A doc comment.
pub(crate) struct Doc {
    /// The number of its first line, from 1.
    pub(crate) line: usize,
    /// Its words.
    pub(crate) text: String,
    /// Code that begins with the item; of a comment inside a module, the module's name.
    pub(crate) item: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders below `crates/`, in order.
pub(crate) fn packages() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("src").is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// The code of one crate that ships, in the order of paths.
pub(crate) fn files(package: &str) -> Vec<SourceFile> {
    read(package).0
}

/// The files of one crate that ship, and those that are compiled for tests only.
fn read(package: &str) -> (Vec<SourceFile>, Vec<SourceFile>) {
    let source = root().join("crates").join(package).join("src");
    let mut paths = Vec::new();
    walk(&source, &mut paths);
    paths.sort_unstable();
    let (mut files, mut tests) = (Vec::new(), Vec::new());
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let (code, modules) = without_tests(&masked(&text));
        let file = SourceFile {
            package: package.to_owned(),
            path: path.strip_prefix(&source).unwrap().to_owned(),
            text,
            code,
        };
        tests.extend(modules.into_iter().map(|name| {
            let mut modules = file.modules();
            modules.push(name);
            modules
        }));
        files.push(file);
    }
    files
        .into_iter()
        .partition(|file| !tests.iter().any(|test| file.modules().starts_with(test)))
}

#[test]
fn a_file_for_tests_has_a_path_that_says_so() {
    let files = packages()
        .iter()
        .flat_map(|package| read(package).1)
        .collect::<Vec<_>>();
    assert!(files.len() > 50);
    for file in files {
        assert!(
            file.modules().iter().any(|module| module == "tests"),
            "{} is compiled for tests only: its place is a file or a folder called tests",
            file.shown()
        );
    }
}

/// The code of all crates that ships.
pub(crate) fn workspace() -> Vec<SourceFile> {
    packages().iter().flat_map(|package| files(package)).collect()
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
