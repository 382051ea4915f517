//! Lists the languages: each file in words/ is one of guests' pages, and each in words/people/ one of people's.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    list("words", "languages.rs")?;
    list("words/people", "people.rs")
}

/// Writes the list of a folder's files, each with its language's tag.
fn list(folder: &str, name: &str) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").join(folder);
    println!("cargo:rerun-if-changed={}", folder.display());
    let files = fs::read_dir(&folder)?.map(|file| file.map(|file| file.path())).collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> =
        files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    let mut list = format!("const FILES: [(&str, &str); {}] = [", files.len());
    for file in &files {
        println!("cargo:rerun-if-changed={}", file.display());
        let tag = file.file_stem().unwrap_or_default().to_string_lossy();
        write!(list, "({tag:?}, include_str!({file:?})),")?;
    }
    list.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join(name), list)?;
    Ok(())
}
