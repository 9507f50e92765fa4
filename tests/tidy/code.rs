//! What a Rust file says, without what is only compiled for tests: imports, and paths in code.
//!
//! Macro bodies are not parsed by anybody before they are expanded, so paths are read from the
//! tokens: nothing hides inside `select!` or `assert!`.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Item, ItemUse, Stmt, UseTree, Visibility};

/// One token; a group is its brackets and what is between them.
pub struct Token {
    /// The token as it is written, `::` in one piece.
    pub text: String,
    /// Where it stands, from 1.
    pub line: usize,
    /// A name or a keyword.
    pub is_name: bool,
}

/// One name that a `use` brings in.
pub struct Import {
    /// The whole path.
    pub path: Vec<String>,
    /// What the file calls it; `None` for a glob.
    pub alias: Option<String>,
    /// Whether others may take it from here.
    pub public: bool,
    /// How many inline modules are around it.
    pub depth: usize,
    /// Where it stands, from 1.
    pub line: usize,
}

/// A path of two segments or more that stands in code.
pub struct PathUse {
    /// `["File", "create"]`.
    pub segments: Vec<String>,
    /// How many inline modules are around it.
    pub depth: usize,
    /// Where it stands, from 1.
    pub line: usize,
}

/// Everything that one file takes from elsewhere.
#[derive(Default)]
pub struct Code {
    /// Its imports, those inside functions too.
    pub imports: Vec<Import>,
    /// The paths in its code.
    pub paths: Vec<PathUse>,
    /// The names that it defines at any level.
    pub defined: Vec<String>,
    depth: usize,
}

/// Reads a file; what stands under `#[cfg(test)]` or `#[test]` is left out.
pub fn read(file: &syn::File) -> Code {
    let mut code = Code::default();
    code.add(file.items.clone());
    code
}

/// All tokens of a stream, in order.
pub fn tokens(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

/// Whether an attribute says that its item is for tests only.
pub fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        if path.segments.last().is_some_and(|last| last.ident == "test") {
            return true;
        }
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string());
        path.is_ident("cfg") && condition.is_ok_and(|text| text == "test" || text.contains("(test"))
    })
}

/// Where `mod name;` in a file may lead to (the Rust reference, "Module source filenames").
pub fn places(file: &str, name: &str) -> [String; 4] {
    let (folder, own) = file.rsplit_once('/').unwrap_or(("", file));
    let stem = own.trim_end_matches(".rs");
    [
        format!("{folder}/{stem}/{name}.rs"),
        format!("{folder}/{stem}/{name}/mod.rs"),
        format!("{folder}/{name}.rs"),
        format!("{folder}/{name}/mod.rs"),
    ]
}

impl Code {
    fn add(&mut self, items: Vec<Item>) {
        for mut item in items {
            if is_test(attributes(&item)) {
                continue;
            }
            self.defined.extend(name(&item));
            match item {
                Item::Use(import) => self.import(&import),
                Item::Mod(module) => {
                    if let Some((_, items)) = module.content {
                        self.depth += 1;
                        self.add(items);
                        self.depth -= 1;
                    }
                }
                _ => {
                    self.visit_item_mut(&mut item);
                    self.scan(&tokens(item.to_token_stream()));
                }
            }
        }
    }

    fn import(&mut self, import: &ItemUse) {
        let public = !matches!(import.vis, Visibility::Inherited);
        let line = import.span().start().line;
        let depth = self.depth;
        leaves(&import.tree, &mut Vec::new(), &mut |path, alias| {
            self.imports.push(Import { path, alias, public, depth, line });
        });
    }

    fn scan(&mut self, tokens: &[Token]) {
        let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
        let mut at = 0;
        while at < tokens.len() {
            let goes_on =
                at > 0 && (text(at - 1) == "." || text(at - 1) == "::" && text(at - 2) == ">");
            let start = at;
            let mut segments = Vec::new();
            while tokens.get(at).is_some_and(|token| token.is_name) {
                segments.push(text(at).to_owned());
                if text(at + 1) != "::" {
                    break;
                }
                at += 2;
            }
            if segments.len() > 1 && !goes_on {
                let line = tokens.get(start).map_or(0, |token| token.line);
                self.paths.push(PathUse { segments, depth: self.depth, line });
            }
            at += 1;
        }
    }
}

/// Takes the imports out of functions and the test-only methods out of `impl` blocks.
impl VisitMut for Code {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.retain(|statement| match statement {
            Stmt::Item(Item::Use(import)) => {
                self.import(import);
                false
            }
            _ => true,
        });
        syn::visit_mut::visit_block_mut(self, block);
    }

    fn visit_item_impl_mut(&mut self, block: &mut syn::ItemImpl) {
        block.items.retain(|item| match item {
            syn::ImplItem::Fn(method) => !is_test(&method.attrs),
            _ => true,
        });
        syn::visit_mut::visit_item_impl_mut(self, block);
    }
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let mut first_colon = false;
    for tree in stream {
        let line = tree.span().start().line;
        let token = |text: String, is_name| Token { text, line, is_name };
        let joint = matches!(&tree, TokenTree::Punct(punct)
            if punct.as_char() == ':' && punct.spacing() == Spacing::Joint && !first_colon);
        match tree {
            TokenTree::Ident(name) => into.push(token(name.to_string(), true)),
            TokenTree::Literal(literal) => into.push(token(literal.to_string(), false)),
            TokenTree::Punct(_) if joint => {}
            TokenTree::Punct(_) if first_colon => into.push(token("::".into(), false)),
            TokenTree::Punct(punct) => into.push(token(punct.as_char().to_string(), false)),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                into.push(token(open.into(), false));
                flatten(group.stream(), into);
                into.push(token(close.into(), false));
            }
        }
        first_colon = joint;
    }
}

/// Calls `found` with the path and the alias of every name in a `use` tree.
fn leaves(
    tree: &UseTree,
    above: &mut Vec<String>,
    found: &mut impl FnMut(Vec<String>, Option<String>),
) {
    match tree {
        UseTree::Path(path) => {
            above.push(path.ident.to_string());
            leaves(&path.tree, above, found);
            above.pop();
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                leaves(tree, above, found);
            }
        }
        UseTree::Glob(_) => found(above.clone(), None),
        UseTree::Name(name) => leaf(above, &name.ident, &name.ident, found),
        UseTree::Rename(rename) => leaf(above, &rename.ident, &rename.rename, found),
    }
}

/// `use a::{self}` brings in `a` itself.
fn leaf(
    above: &[String],
    name: &syn::Ident,
    alias: &syn::Ident,
    found: &mut impl FnMut(Vec<String>, Option<String>),
) {
    let mut path = above.to_vec();
    let itself = name == "self" && !above.is_empty();
    if !itself {
        path.push(name.to_string());
    }
    let alias = match above.last() {
        Some(last) if itself && alias == "self" => last.clone(),
        _ => alias.to_string(),
    };
    found(path, Some(alias));
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Mod(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        _ => return None,
    };
    Some(name.to_string())
}

/// Imports and paths are found wherever they hide, and test code is left out.
#[test]
fn reads_what_a_file_takes_from_elsewhere() {
    let file = syn::parse_file(
        "use a::{self, b::{C as D, *}};
         fn f(x: Vec<std::fs::File>) { use e::F; select! { _ = tokio::time::sleep(x) => {} } }
         #[cfg(test)] mod tests { use hidden::Name; }
         mod inner { fn g() { super::f(<T>::no(), x.y::<z::Z>()) } }",
    )
    .unwrap();
    let code = read(&file);
    let imports: Vec<_> = code
        .imports
        .iter()
        .map(|import| {
            format!("{} {}", import.path.join("::"), import.alias.as_deref().unwrap_or("*"))
        })
        .collect();
    assert_eq!(imports, ["a a", "a::b::C D", "a::b *", "e::F F"]);
    let paths: Vec<_> =
        code.paths.iter().map(|path| (path.segments.join("::"), path.depth)).collect();
    let expected = [("std::fs::File", 0), ("tokio::time::sleep", 0), ("super::f", 1), ("z::Z", 1)];
    assert_eq!(paths, expected.map(|(path, depth)| (path.to_owned(), depth)));
}
