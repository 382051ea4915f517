//! The names of nodes, one by one or from a table.

use std::collections::BTreeMap;

use aftertaste::{
    app::Stop,
    domain::{
        Invalid, Mistakes,
        access::Grant,
        place::{Path, Scope},
        shortened,
        survey::{Node, NodeDetails, Texts, check_language_tag, check_languages, check_node_name},
    },
    http::{Problem, Reply, Request},
    table::NodeList,
};
use csv::{ByteRecord, ReaderBuilder};
use serde::Serialize;
use serde_json::json;

use crate::{App, body_without, covered_scope, csv_body, ok, written};

/// How large a table of names may be, in bytes.
const LARGEST_FILE: usize = 64 * 1024;

/// How many lines of names a table has at most.
const MOST_LINES: usize = 1_000;

/// How many mistakes of a table are named at most.
const NAMED_AT_MOST: usize = 10;

/// A node as it is shown. One that nobody named has no name.
#[derive(Serialize)]
struct Shown<'a> {
    path: &'a Path,
    #[serde(flatten)]
    node: Option<&'a Node>,
}

fn path(request: &Request) -> Result<Path, Problem> {
    Ok(Path::try_from(request.path_parameter("path").to_owned())?)
}

fn covered(grant: &Grant, path: &Path) -> Result<(), Problem> {
    covered_scope(grant, &Scope::Node(path.clone()), path)
}

/// Every node that the grant covers, with its names, also one that is there only because a store lies below it.
pub(crate) async fn list(app: &App, grant: &Grant) -> Result<Reply, Stop> {
    let NodeList { nodes: named, mut unreadable } = app.table.nodes().await?;
    let stores = app.table.stores().await?;
    let of_stores = stores.iter().flat_map(|store| store.details.path.with_ancestors()).map(|path| (path, None));
    let mut nodes: BTreeMap<Path, Option<&Node>> = of_stores.collect();
    nodes.extend(named.iter().map(|(path, node)| (path.clone(), Some(node))));
    nodes.retain(|path, _| covered(grant, path).is_ok());
    unreadable.retain(|node| node.path.as_ref().map_or(grant.allows_admin(), |path| covered(grant, path).is_ok()));
    let nodes: Vec<Shown<'_>> = nodes.iter().map(|(path, node)| Shown { path, node: *node }).collect();
    Ok(ok(&json!({"nodes": nodes, "unreadable": unreadable})))
}

/// Puts the names of a node, over what was there.
pub(crate) async fn put(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let path = path(request)?;
    covered(grant, &path)?;
    let details: NodeDetails = body_without(request, "path")?;
    let node = Node::try_from(details).map_err(Problem::from)?;
    app.table.put_node(&path, &node).await?;
    Ok(ok(&Shown { path: &path, node: Some(&node) }))
}

/// Takes the names of a node away: its path is shown again.
pub(crate) async fn delete(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let path = path(request)?;
    covered(grant, &path)?;
    app.table.delete_node(&path).await?;
    Ok(ok(&json!({"path": path, "state": "gone"})))
}

/// Puts the names of many nodes: a line for each, a column for each language.
pub(crate) async fn put_csv(app: &App, request: &Request, grant: &Grant) -> Result<Reply, Stop> {
    let bytes = csv_body(request, LARGEST_FILE)?;
    // All lines are checked before the first is written.
    let nodes = read(&bytes, grant).map_err(|mut mistakes| {
        let count = mistakes.0.len();
        if count > NAMED_AT_MOST {
            mistakes.0.truncate(NAMED_AT_MOST);
            mistakes
                .0
                .insert(0, Invalid(format!("The table has {count} mistakes; these are the first {NAMED_AT_MOST}.")));
        }
        Problem::from(mistakes)
    })?;
    written(nodes.iter().map(|(path, node)| app.table.put_node(path, node)).collect()).await
}

/// Where a mistake of a table is, and which.
fn at(line: usize, column: &str, Invalid(why): Invalid) -> Invalid {
    Invalid(format!("Line {line}, column {column}: {why}"))
}

/// The line that a record begins on, 1 for the first. The reader counts blank lines to the record after them.
fn line_of(bytes: &[u8], record: &ByteRecord) -> usize {
    let start = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default();
    let (before, rest) = bytes.split_at_checked(start).unwrap_or((bytes, &[]));
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let before = before.iter().chain(blank);
    let next = before.clone().skip(1).chain([&b'-']);
    // An end of a line is \n, \r\n, or \r alone.
    1 + before.zip(next).filter(|(byte, next)| **byte == b'\n' || (**byte == b'\r' && **next != b'\n')).count()
}

/// A cell without the spaces around it.
fn text(cell: &[u8]) -> Result<&str, Invalid> {
    let text = std::str::from_utf8(cell).map(str::trim);
    text.map_err(|_| Invalid("this is not written in UTF-8. Save the table as CSV UTF-8.".into()))
}

/// The nodes of a table, or everything that is wrong with it. Lines without any text are passed over.
fn read(bytes: &[u8], grant: &Grant) -> Result<BTreeMap<Path, Node>, Mistakes> {
    let mut lines = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes).into_byte_records();
    let broken = |error: csv::Error| Mistakes::from(Invalid(error.to_string()));
    let languages = languages(&lines.next().transpose().map_err(broken)?.unwrap_or_default())?;
    let mut mistakes = Mistakes::default();
    let mut nodes: BTreeMap<Path, (usize, Node)> = BTreeMap::new();
    for (count, cells) in (1..).zip(lines) {
        let cells = cells.map_err(broken)?;
        let line = line_of(bytes, &cells);
        if count > MOST_LINES {
            let why = format!("a table has {MOST_LINES} lines of names at most. Send the others in a second one.");
            mistakes.0.insert(0, at(line, "path", Invalid(why)));
            break;
        }
        if cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        let (path, node) = (path_of(&cells, grant), node_of(&cells, &languages));
        let path = mistakes.check(path.map_err(|why| at(line, "path", why)));
        match (path, node) {
            (_, Err(wrong)) => mistakes.0.extend(wrong.into_iter().map(|(column, why)| at(line, &column, why))),
            (None, Ok(_)) => {}
            (Some(path), Ok(node)) => {
                if let Some((before, _)) = nodes.get(&path) {
                    let why = format!("{path} is on line {before} too. Leave one of them out.");
                    mistakes.0.push(at(line, "path", Invalid(why)));
                } else {
                    nodes.insert(path, (line, node));
                }
            }
        }
    }
    mistakes.unless(nodes.into_iter().map(|(path, (_, node))| (path, node)).collect())
}

/// The languages of the columns after the first, as the table's first line says.
fn languages(header: &ByteRecord) -> Result<Vec<String>, Mistakes> {
    let mut mistakes = Mistakes::default();
    let mut languages = Vec::new();
    for (number, cell) in (1..).zip(header) {
        let at = |why: Invalid| at(1, &format!("{number}"), why);
        let Some(name) = mistakes.check(text(cell).map_err(at)) else { continue };
        if number == 1 && name != "path" {
            let name = shortened(name);
            mistakes
                .0
                .push(at(Invalid(format!("the first line is path and languages, path,en,zh-CN; this is {name:?}."))));
        } else if number > 1 {
            mistakes.check(check_language_tag(name).map_err(at));
            languages.push(name);
            mistakes.check(check_languages(&languages).map_err(at));
        }
    }
    if header.len() < 2 && mistakes.0.is_empty() {
        let why = "the first line is path and one language at least, such as path,en,zh-CN.";
        mistakes.0.push(at(1, "2", Invalid(why.into())));
    }
    mistakes.unless(languages.into_iter().map(str::to_owned).collect())
}

fn path_of(cells: &ByteRecord, grant: &Grant) -> Result<Path, Invalid> {
    let path = Path::try_from(text(cells.get(0).unwrap_or_default())?.to_owned())?;
    match covered(grant, &path) {
        Ok(()) => Ok(path),
        Err(_) => Err(Invalid(format!("this grant does not set up {path}."))),
    }
}

/// The names of a line, or what is wrong in which column.
fn node_of(cells: &ByteRecord, languages: &[String]) -> Result<Node, Vec<(String, Invalid)>> {
    let columns = languages.len() + 1;
    if cells.len() != columns {
        let column = cells.len().min(columns) + 1;
        let why =
            format!("the line has {} cells, and the first line {columns}. Is a comma not in quotes?", cells.len());
        return Err(vec![(column.to_string(), Invalid(why))]);
    }
    let mut wrong = Vec::new();
    let mut name = Texts::default();
    for (language, cell) in languages.iter().zip(cells.iter().skip(1)) {
        match text(cell).and_then(|text| if text.is_empty() { Ok(text) } else { check_node_name(text).map(|()| text) })
        {
            Ok("") => {}
            Ok(text) => drop(name.0.insert(language.clone(), text.to_owned())),
            Err(why) => wrong.push((language.clone(), why)),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let first = languages.first().cloned().unwrap_or_default();
    if name.is_empty() {
        let why = "the node has no name in any language. Leave the line out; DELETE /nodes/{path} takes names away.";
        return Err(vec![(first, Invalid(why.into()))]);
    }
    Node::try_from(NodeDetails { name })
        .map_err(|Mistakes(all)| all.into_iter().map(|why| (first.clone(), why)).collect())
}
