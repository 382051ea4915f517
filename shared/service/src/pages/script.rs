//! The script of a survey's page.

use std::sync::LazyLock;

/// The script, in a scope of its own, with the logic that the mini-program has too. Each file stands below those that
/// it calls.
pub static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let logic = without_comments(include_str!("logic.js"));
    let page = [include_str!("notes.js"), include_str!("form.js"), include_str!("visit.js"), include_str!("survey.js")];
    let page = page.map(without_comments).concat();
    format!("(()=>{{\nconst logic=(()=>{{const module={{}};\n{logic}return module.exports}})();\n{page}}})();\n")
});

/// A script as phones get it: without what is written for who reads it here, a sixth of the page. Only whole lines are
/// taken for comments, and these scripts have no text that goes over lines.
fn without_comments(script: &str) -> String {
    let code = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.filter(|line| !(line.starts_with("/*") && line.ends_with("*/"))).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn the_mini_program_has_the_same_logic() {
        let library = Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = fs::read(library.join("src/pages/logic.js")).unwrap();
        let mini_program = fs::read(library.join("../../miniprogram/survey/logic.js")).unwrap();
        assert!(
            page == mini_program,
            "shared/service/src/pages/logic.js and miniprogram/survey/logic.js differ: copy the one you changed over the other"
        );
    }
}
