//! The order of the house: which way code may know other code, and how long a file and a function may be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{code, file, files};

/// The rooms of the domain, each knows only those before it.
const ROOMS: [&str; 11] =
    ["place", "access", "visit", "survey", "payment", "case", "count", "report", "watch", "trend", "action"];

/// Lines of a file, without its tests.
const LONGEST_FILE: usize = 400;

const LONGEST_FUNCTION: usize = 60;

/// The paths that the `use` statements of a code name, each whole.
fn used(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for statement in code.split('\n').collect::<Vec<_>>().join(" ").split("use ").skip(1) {
        let Some(tree) = statement.split(';').next() else { continue };
        if tree.starts_with("crate::") || tree.starts_with("super::") {
            flatten("", tree.trim(), &mut paths);
        }
    }
    paths
}

fn flatten(before: &str, tree: &str, paths: &mut Vec<String>) {
    let Some((head, rest)) = tree.split_once('{') else {
        paths.push(format!("{before}{}", tree.trim()));
        return;
    };
    let inner = rest.trim().strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut from) = (0, 0);
    let before = format!("{before}{}", head.trim());
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let part = inner[from..at].trim();
                if !part.is_empty() {
                    flatten(&before, part, paths);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
}

#[test]
fn the_rooms_of_the_domain_are_a_chain() {
    for (at, room) in ROOMS.iter().enumerate() {
        for path in files(&format!("shared/domain/src/{room}"), ".rs") {
            let code = code(&path);
            for later in &ROOMS[at + 1..] {
                assert!(!code.contains(&format!("crate::{later}")), "{} knows {later}", path.display());
                let known = used(&code).iter().any(|path| path.starts_with(&format!("crate::{later}")));
                assert!(!known, "{} knows {later}", path.display());
            }
        }
    }
}

/// The file in which each public item of a crate is defined, by the names of its folder and of the item.
fn definitions(files: &[PathBuf]) -> BTreeMap<(String, String), PathBuf> {
    let mut found = BTreeMap::new();
    for path in files {
        for line in code(path).lines().filter(|line| line.starts_with("pub")) {
            let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            let kind = words.iter().position(|word| ["struct", "enum", "fn", "const", "type", "trait"].contains(word));
            if let Some(name) = kind.and_then(|at| words[at + 1..].iter().find(|word| !["fn", "async"].contains(*word)))
            {
                found.insert((room(path), (*name).to_owned()), path.clone());
            }
        }
    }
    found
}

fn room(path: &Path) -> String {
    path.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned()
}

/// Which file of a crate uses which, seen by the items that it names.
fn uses(folder: &str) -> BTreeMap<PathBuf, BTreeSet<PathBuf>> {
    let files: Vec<PathBuf> = files(folder, ".rs").into_iter().filter(|path| !path.ends_with("mod.rs")).collect();
    let definitions = definitions(&files);
    let mut uses: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in files.iter().filter(|path| !path.ends_with("lib.rs")) {
        for name in used(&code(path)) {
            let parts: Vec<&str> = name.split("::").collect();
            let item = parts.iter().rev().find(|part| **part != "self").unwrap();
            // `super::Item`, `crate::room::Item`, `crate::room::file::Item` or `crate::file`.
            let rooms = [room(path), parts[1].to_owned()];
            let defined = rooms.iter().find_map(|room| definitions.get(&(room.clone(), (*item).to_owned())));
            let as_file = || files.iter().find(|file| file.file_stem().is_some_and(|stem| stem == *item));
            if let Some(to) = defined.or_else(as_file).filter(|to| *to != path) {
                uses.entry(path.clone()).or_default().insert(to.clone());
            }
        }
    }
    uses
}

#[test]
fn no_files_of_a_crate_know_each_other_in_a_circle() {
    let crates = ["shared/domain/src", "shared/service/src", "local/src"].map(str::to_owned);
    let functions = std::fs::read_dir(file("functions")).unwrap().map(|entry| entry.unwrap().file_name());
    let functions = functions.map(|name| format!("functions/{}/src", name.to_str().unwrap()));
    for folder in crates.into_iter().chain(functions) {
        let mut left = uses(&folder);
        // A file that uses none of those left is in no circle; without it, another may be.
        while !left.is_empty() {
            let free: Vec<PathBuf> = left
                .iter()
                .filter(|(_, to)| to.iter().all(|to| !left.contains_key(to)))
                .map(|(from, _)| from.clone())
                .collect();
            assert!(!free.is_empty(), "a circle in {folder}: {left:#?}");
            left.retain(|from, _| !free.contains(from));
        }
    }
}

#[test]
fn table_and_http_do_not_know_each_other() {
    for (folder, other) in [("table", "http"), ("table", "pages"), ("http", "table"), ("http", "pages")] {
        for path in files(&format!("shared/service/src/{folder}"), ".rs") {
            assert!(!code(&path).contains(&format!("crate::{other}")), "{} knows {other}", path.display());
        }
    }
}

#[test]
fn functions_know_no_other_function_and_nobody_knows_local() {
    let manifest = |path: &str| std::fs::read_to_string(file(path).join("Cargo.toml")).unwrap();
    let names: Vec<String> = std::fs::read_dir(file("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let knows =
        |manifest: &str, name: &str| manifest.lines().any(|line| line.starts_with(&format!("{name}.workspace")));
    for path in ["shared/domain", "shared/service"]
        .map(str::to_owned)
        .into_iter()
        .chain(names.iter().map(|name| format!("functions/{name}")))
    {
        let manifest = manifest(&path);
        assert!(!knows(&manifest, "aftertaste-local"), "{path} knows local");
        for name in &names {
            assert!(!knows(&manifest, name), "{path} knows {name}");
        }
    }
}

#[test]
fn the_domain_stands_on_no_sdk_no_http_and_no_runtime() {
    let tree = ["tree", "--offline", "--package", "domain", "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let output = Command::new(env!("CARGO")).args(tree).current_dir(file(".")).output().unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.starts_with("domain "), "{}", String::from_utf8_lossy(&output.stderr));
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap();
        let outside = ["aws", "lambda", "hyper", "http", "rustls", "tokio", "tower", "tracing", "jsonwebtoken"];
        assert!(!outside.iter().any(|start| name.starts_with(start)), "the domain stands on {name}");
    }
}

#[test]
fn no_file_and_no_function_is_long() {
    let mut long = Vec::new();
    for folder in ["shared", "functions", "local", "tests", "miniprogram"] {
        for path in [".rs", ".js", ".mjs"].into_iter().flat_map(|ending| files(folder, ending)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines: Vec<&str> = text.split("\n#[cfg(test)]\nmod tests").next().unwrap().lines().collect();
            if lines.len() > LONGEST_FILE {
                long.push(format!("{}: {} lines", path.display(), lines.len()));
            }
            let all: Vec<&str> = text.lines().collect();
            for (at, line) in all.iter().enumerate().filter(|(_, line)| begins_function(line)) {
                let indent: String = line.chars().take_while(|c| *c == ' ').collect();
                let ends = |line: &&str| line.strip_prefix(&*indent).is_some_and(|rest| rest.starts_with('}'));
                let length = all[at..].iter().position(ends).map_or(0, |end| end + 1);
                if length > LONGEST_FUNCTION && !line.trim_end().ends_with('}') {
                    long.push(format!("{}:{}: {length} lines: {}", path.display(), at + 1, line.trim()));
                }
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

/// The line on which a function of Rust or JavaScript begins.
fn begins_function(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let marks = ["pub", "pub(crate)", "pub(super)", "const", "async", "export", "default"];
    let first = words.by_ref().find(|word| !marks.contains(word));
    matches!(first, Some("fn" | "function"))
}
