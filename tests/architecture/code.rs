//! Extracts the imports, re-exports and feature cfgs from a Rust file.

use std::collections::BTreeMap;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// A path that a file imports or refers to.
#[derive(Clone, Debug)]
pub struct Import {
    pub path: Vec<String>,
}

/// What the rules need to know about a Rust file.
#[derive(Default)]
pub struct Code {
    /// The file's module path, such as `["ui", "live", "state"]`; empty for `lib.rs`.
    pub module: Vec<String>,
    pub imports: Vec<Import>,
    /// The names that the file re-exports from its child modules, each with its path relative to the file's module.
    pub exports: BTreeMap<String, Vec<String>>,
    /// How many feature cfgs are on anything other than a `mod` or `use` line.
    pub misplaced_cfgs: usize,
    /// The files of the module's test-only child modules.
    pub test_files: Vec<String>,
    children: Vec<String>,
}

impl Code {
    pub fn parse(path: &str, text: &str) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let stem = path.trim_start_matches("src/").trim_end_matches(".rs");
        // main.rs needs no special case: it is a separate crate that nothing imports.
        let module = match stem {
            "lib" => Vec::new(),
            // These files are alternatives for the same module; a feature selects one of them.
            "ui/lazy/ssr" | "ui/lazy/hydrate" => ["ui", "lazy", "first"].map(String::from).into(),
            _ => stem.split('/').map(String::from).collect(),
        };
        let mut code = Self { module, ..Self::default() };
        code.children = file.items.iter().filter_map(child).collect();
        let folder = format!("{}/", path.trim_end_matches(".rs"));
        let mut reader = Reader { code: &mut code, folder };
        reader.visit_file(&file);
        code
    }
}

fn child(item: &Item) -> Option<String> {
    match item {
        Item::Mod(module) => Some(module.ident.to_string()),
        _ => None,
    }
}

struct Reader<'a> {
    code: &'a mut Code,
    folder: String,
}

impl Reader<'_> {
    fn import(&mut self, path: Vec<String>) {
        self.code.imports.push(Import { path });
    }

    fn use_tree(&mut self, tree: &UseTree, before: &[String], is_public: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.use_tree(&path.tree, &with(&path.ident), is_public),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.use_tree(tree, before, is_public)),
            UseTree::Name(name) if name.ident == "self" => self.used(before.to_vec(), &name.ident, is_public),
            UseTree::Name(name) => self.used(with(&name.ident), &name.ident, is_public),
            UseTree::Rename(rename) => self.used(with(&rename.ident), &rename.rename, is_public),
            UseTree::Glob(_) => self.import(before.to_vec()),
        }
    }

    /// Records a name from a `use` item. A `pub use` from a child module is a re-export, not an import.
    fn used(&mut self, path: Vec<String>, name: &syn::Ident, is_public: bool) {
        if is_public && self.code.children.contains(&path[0]) {
            self.code.exports.insert(name.to_string(), path);
        } else {
            self.import(path);
        }
    }

    /// Records the paths in a macro's tokens, which syn does not parse.
    fn tokens(&mut self, tokens: &str) {
        let words: Vec<&str> = tokens.split_whitespace().collect();
        let mut at = 0;
        while at < words.len() {
            let mut path = vec![words[at].to_owned()];
            while words.get(at + 1) == Some(&"::") && words.get(at + 2).is_some_and(|word| is_name(word)) {
                path.push(words[at + 2].to_owned());
                at += 2;
            }
            if path.len() > 1 && is_name(&path[0]) {
                self.import(path);
            }
            at += 1;
        }
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.parse_args::<syn::Ident>().is_ok_and(|name| name == "test")
    })
}

fn names_a_feature(attribute: &Attribute) -> bool {
    let is_cfg = attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr");
    is_cfg && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("feature"))
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if is_for_tests(attributes) {
            if let Item::Mod(ItemMod { ident, content: None, .. }) = item {
                self.code.test_files.push(format!("{}{ident}.rs", self.folder));
            }
            return;
        }
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // Feature cfgs are allowed on `use` items, so their attributes are not visited.
        self.use_tree(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        for item in item.content.iter().flat_map(|(_, items)| items) {
            self.visit_item(item);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if names_a_feature(attribute) {
            self.code.misplaced_cfgs += 1;
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.import(segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let tokens = item.tokens.to_string();
        if item.path.is_ident("cfg") && tokens.contains("feature") {
            self.code.misplaced_cfgs += 1;
        }
        self.tokens(&tokens);
    }
}
