//! Loads the project's sources and resolves the imports between them.

use crate::code::{Code, Import};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// All files in `src` and `style`. Maps each path, relative to the project's root, to the file's contents.
#[derive(Clone)]
pub struct Tree {
    pub files: BTreeMap<String, String>,
}

impl Tree {
    pub fn load() -> Self {
        let mut tree = Self { files: BTreeMap::new() };
        for folder in ["src", "style"] {
            tree.add(Path::new(env!("CARGO_MANIFEST_DIR")), Path::new(folder));
        }
        tree
    }

    fn add(&mut self, root: &Path, folder: &Path) {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            let path = folder.join(entry.file_name());
            if entry.path().is_dir() {
                self.add(root, &path);
            } else {
                let text = std::fs::read_to_string(entry.path()).expect("text");
                self.files.insert(path.display().to_string(), text);
            }
        }
    }

    /// Parses the Rust files, except for test modules, which may import anything.
    pub fn code(&self) -> BTreeMap<String, Code> {
        let rust = self.files.iter().filter(|(path, _)| path.ends_with(".rs"));
        let mut code: BTreeMap<_, _> = rust.map(|(path, text)| (path.clone(), Code::parse(path, text))).collect();
        let tests: Vec<String> = code.values().flat_map(|code| code.test_files.clone()).collect();
        code.retain(|path, _| !tests.contains(path));
        code
    }
}

/// The imports of all files. A name that is re-exported with `pub use` is attributed to the file that defines it.
pub struct Imports {
    /// The files that each file refers to.
    pub files: BTreeMap<String, BTreeSet<String>>,
    /// The crates that each file refers to.
    pub crates: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    pub fn of(code: &BTreeMap<String, Code>) -> Self {
        let resolver = Resolver { code };
        let (mut files, mut crates) = (BTreeMap::new(), BTreeMap::new());
        for (path, code) in code {
            let (mut to_files, mut to_crates) = (BTreeSet::new(), BTreeSet::new());
            for import in &code.imports {
                match resolver.resolve(path, import) {
                    Some(target) if target != *path => drop(to_files.insert(target)),
                    Some(_) => {}
                    None => drop(to_crates.insert(import.path[0].clone())),
                }
            }
            files.insert(path.clone(), to_files);
            crates.insert(path.clone(), to_crates);
        }
        Self { files, crates }
    }

    /// Returns a cycle of files that import each other; `None` if there is no cycle.
    pub fn cycle(&self) -> Option<Vec<String>> {
        let mut done = BTreeSet::new();
        self.files.keys().find_map(|file| self.cycle_from(file, &mut Vec::new(), &mut done))
    }

    fn cycle_from(&self, file: &str, path: &mut Vec<String>, done: &mut BTreeSet<String>) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|earlier| earlier == file) {
            return Some(path[start..].to_vec());
        }
        if done.contains(file) {
            return None;
        }
        path.push(file.to_owned());
        let cycle = self.files.get(file)?.iter().find_map(|next| self.cycle_from(next, path, done));
        path.pop();
        done.insert(file.to_owned());
        cycle
    }
}

struct Resolver<'a> {
    code: &'a BTreeMap<String, Code>,
}

impl Resolver<'_> {
    /// Returns the file that defines an imported name; `None` if the name comes from another crate.
    fn resolve(&self, file: &str, import: &Import) -> Option<String> {
        let own = &self.code[file].module;
        let (base, rest): (Vec<String>, &[String]) = match import.path[0].as_str() {
            "crate" | "host_telemetry" => (Vec::new(), &import.path[1..]),
            "self" => (own.clone(), &import.path[1..]),
            "super" => {
                let ups = import.path.iter().take_while(|segment| *segment == "super").count();
                (own[..own.len().saturating_sub(ups)].to_vec(), &import.path[ups..])
            }
            first if self.file_of(&[own.as_slice(), &[first.to_owned()]].concat()).is_some() => {
                (own.clone(), &import.path[..])
            }
            _ => return None,
        };
        Some(self.follow(base, rest))
    }

    /// Descends through the modules in the path, then follows `pub use` to the definition.
    fn follow(&self, mut module: Vec<String>, rest: &[String]) -> String {
        let mut rest = rest.iter();
        let mut item = rest.next();
        while let Some(segment) = item {
            let below = [module.as_slice(), std::slice::from_ref(segment)].concat();
            if self.file_of(&below).is_none() {
                break;
            }
            module = below;
            item = rest.next();
        }
        let file = self.file_of(&module).unwrap_or_else(|| panic!("no file for {module:?}"));
        match item.and_then(|item| self.code[&file].exports.get(item)) {
            Some(path) => self.follow(module, path),
            None => file,
        }
    }

    fn file_of(&self, module: &[String]) -> Option<String> {
        self.code.iter().find(|(_, code)| code.module == module).map(|(path, _)| path.clone())
    }
}
