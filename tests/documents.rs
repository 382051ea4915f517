//! The documents and the code agree, where both say the same thing.

use std::collections::{BTreeMap, BTreeSet};

use aftertaste::http::ProblemKind;
use serde_json::Value;

use crate::harness::{code_of, file};

fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the table whose head begins so, each as its cells.
fn table(document: &str, head: &str) -> Vec<Vec<String>> {
    let text = text(document);
    let mut lines = text.lines().skip_while(|line| !line.starts_with(head));
    assert!(lines.next().is_some(), "{document} has no table that begins with {head}");
    lines
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// The texts between backticks.
fn marked(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_kind_of_problem_is_described_with_its_status() {
    let described: BTreeMap<String, String> = table("docs/http-api.md", "| `type`: `/problems/…` | status |")
        .into_iter()
        .map(|row| (marked(&row[0]).remove(0), row[1].clone()))
        .collect();
    let kinds: BTreeMap<String, String> =
        ProblemKind::ALL.iter().map(|kind| (kind.name().to_owned(), kind.status().as_u16().to_string())).collect();
    assert_eq!(described, kinds);
}

/// The variables with keys that template.yaml gives each function.
pub fn keys_of_functions() -> BTreeMap<String, BTreeSet<String>> {
    let template = text("template.yaml");
    let functions = template.split("      CodeUri: functions/").skip(1);
    functions.map(|function| (function.lines().next().unwrap().to_owned(), names(function, "_KEYS: "))).collect()
}

/// The words before an ending, up to the next function.
fn names(function: &str, ending: &str) -> BTreeSet<String> {
    let own = function.split("\n\n").next().unwrap();
    let before = |part: &str| part.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap().to_owned();
    let parts: Vec<&str> = own.split(ending).collect();
    parts[..parts.len() - 1].iter().map(|part| format!("{}{}", before(part), ending.trim_end_matches(": "))).collect()
}

#[test]
fn a_function_is_given_the_keys_that_its_code_needs_and_may_read_no_others() {
    let template = text("template.yaml");
    let given = keys_of_functions();
    assert!(given.len() > 6 && given["roll-up-stores"].is_empty(), "{given:?}");
    for function in template.split("      CodeUri: functions/").skip(1) {
        let name = function.lines().next().unwrap();
        let code = text(&format!("functions/{name}/src/lib.rs"));
        let kinds = [
            ("Guest", ["GuestKeys", "BothKeys", "ReceiverKeys"]),
            ("Grant", ["GrantKeys", "BothKeys", "OperatorKeys"]),
            ("Seal", ["SealKeys", "OperatorKeys", "ReceiverKeys"]),
        ];
        for (kind, types) in kinds {
            let needs = types.iter().any(|keys| code.contains(&format!("App<{keys}>")));
            let own = function.split("\n\n").next().unwrap();
            assert_eq!(own.contains(&format!("!Ref Read{kind}Keys")), needs, "{name} {kind}");
            let variable = format!("{}_KEYS", kind.to_uppercase());
            assert_eq!(given[name].contains(&variable), needs, "{name} {variable}");
        }
    }
}

#[test]
fn the_limits_of_the_api_are_those_of_the_template() {
    let mut described = BTreeMap::new();
    for row in table("docs/http-api.md", "| route | a second | burst |") {
        let routes = if row[0] == "every other" { vec!["every other".to_owned()] } else { marked(&row[0]) };
        described.extend(routes.into_iter().map(|route| (route, (row[1].clone(), row[2].clone()))));
    }
    let template = text("template.yaml");
    let mut limits = BTreeMap::new();
    for line in template.lines().filter(|line| line.contains("ThrottlingRateLimit")) {
        let route = line.split('"').nth(1).unwrap_or("every other").to_owned();
        let numbers: Vec<String> = line
            .rsplit('{')
            .next()
            .unwrap()
            .split(|c: char| !c.is_ascii_digit())
            .filter(|n| !n.is_empty())
            .map(str::to_owned)
            .collect();
        limits.insert(route, (numbers[0].clone(), numbers[1].clone()));
    }
    assert_eq!(described, limits);
}

#[test]
fn every_outcome_that_is_logged_is_described_and_every_one_described_is_logged() {
    let described: BTreeSet<String> = table("docs/operations.md", "| `outcome` | from |")
        .into_iter()
        .flat_map(|row| marked(row[0].split(" (").next().unwrap()).into_iter().chain(marked(&row[0])))
        .collect();
    let code = code_of(&["functions", "shared/service/src"]);
    for name in &described {
        assert!(code.contains(&format!("\"{name}\"")), "nothing logs {name}");
    }
    let literal = code.split("outcome = \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let kinds: BTreeSet<&str> = ProblemKind::ALL.iter().map(|kind| kind.name()).collect();
    let replies: Vec<Value> = serde_json::from_str(&text("tests/data/replies.json")).unwrap();
    let logged = replies.iter().flat_map(|reply| reply["log"].as_array().unwrap());
    let logged = logged.map(|line| line["outcome"].as_str().unwrap().to_owned());
    for name in literal.chain(logged) {
        assert!(
            described.contains(&name) || kinds.contains(name.as_str()),
            "docs/operations.md does not describe {name}"
        );
    }
}

#[test]
fn every_variable_is_described() {
    let described: BTreeSet<String> =
        table("README.md", "| variable | holds |").into_iter().flat_map(|row| marked(&row[0])).collect();
    let code = text("shared/service/src/environment.rs") + &text("functions/roll-up-stores/src/main.rs");
    let read = code.split("variable(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for name in read {
        assert!(described.contains(name), "README.md does not describe {name}");
    }
}
