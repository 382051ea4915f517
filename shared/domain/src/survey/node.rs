//! The names of nodes: what people read in place of a path such as `cn/east`.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::{Texts, language::is_language_tag, nearest_language};
use crate::{Invalid, Mistakes, check_line, shortened, visible::check_visible};

/// In how many languages a node is named at most.
pub const MOST_LANGUAGES: usize = 40;

/// A node whose details have been checked. A value from the table passes the same door as the body of
/// `PUT /nodes/{path}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "NodeDetails", into = "NodeDetails")]
pub struct Node(NodeDetails);

impl Node {
    /// The name in a language: in it, else in the nearest one, else in the first.
    pub fn name_in(&self, language: &str) -> &str {
        let offered: Vec<&str> = self.name.languages().collect();
        self.name.in_language(nearest_language(&[language.to_owned()], &offered).unwrap_or(language))
    }
}

impl Deref for Node {
    type Target = NodeDetails;

    fn deref(&self) -> &NodeDetails {
        &self.0
    }
}

impl From<Node> for NodeDetails {
    fn from(node: Node) -> Self {
        node.0
    }
}

/// A node as an operator describes it: the body of `PUT /nodes/{path}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeDetails {
    /// The name that people read, by language: 1 to 40 of them, each a line of 1 to 80 characters.
    pub name: Texts,
}

impl TryFrom<NodeDetails> for Node {
    type Error = Mistakes;

    fn try_from(details: NodeDetails) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        let languages: Vec<&str> = details.name.languages().collect();
        if languages.is_empty() {
            mistakes.add("name says in at least one language what people read, such as {\"en\": \"China East\"}.");
        }
        mistakes.check(check_languages(&languages));
        for (language, name) in details.name.0.iter().take(MOST_LANGUAGES) {
            let at = |Invalid(why): Invalid| Invalid(format!("name.{}: {why}", shortened(language)));
            mistakes.check(check_language_tag(language).and_then(|()| check_node_name(name)).map_err(at));
        }
        mistakes.unless(Self(details))
    }
}

/// Checks that languages are not too many, and that none is there twice.
///
/// # Errors
/// Says which is not so.
pub fn check_languages(languages: &[&str]) -> Result<(), Invalid> {
    let count = languages.len();
    if count > MOST_LANGUAGES {
        return Err(Invalid(format!("A node is named in {MOST_LANGUAGES} languages at most; these are {count}.")));
    }
    let mut known = BTreeMap::new();
    for language in languages {
        if let Some(other) = known.insert(language.to_ascii_lowercase(), language) {
            let (one, other) = (shortened(other), shortened(language));
            return Err(Invalid(format!("{one:?} and {other:?} are the same language: leave one out.")));
        }
    }
    Ok(())
}

/// Checks that a text has the shape of a language tag.
///
/// # Errors
/// Says that it has not.
pub fn check_language_tag(text: &str) -> Result<(), Invalid> {
    if is_language_tag(text) {
        return Ok(());
    }
    Err(Invalid(format!("A language is a tag such as zh-CN; this is {:?}.", shortened(text))))
}

/// Checks a node's name in one language.
///
/// # Errors
/// Says what is wrong with it.
pub fn check_node_name(name: &str) -> Result<(), Invalid> {
    check_line("A node's name", name)?;
    check_visible("A node's name", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(names: &[(&str, &str)]) -> Result<Node, Mistakes> {
        let name = Texts(names.iter().map(|(language, name)| ((*language).into(), (*name).into())).collect());
        NodeDetails { name }.try_into()
    }

    #[test]
    fn a_node_has_a_name_in_the_nearest_language_or_the_first() {
        let east = node(&[("en", "China East"), ("zh-CN", "华东"), ("zh-TW", "華東")]).unwrap();
        for (language, name) in [
            ("en", "China East"),
            ("en-GB", "China East"),
            ("zh-CN", "华东"),
            ("zh", "华东"),
            ("zh-HK", "華東"),
            ("zh_Hant_TW", "華東"),
            ("fr", "China East"),
            ("", "China East"),
        ] {
            assert_eq!(east.name_in(language), name, "{language}");
        }
        assert_eq!(node(&[("zh-CN", "华东"), ("en", "China East")]).unwrap().name_in("fr"), "华东");
    }

    #[test]
    fn every_mistake_in_a_nodes_name_is_named() {
        let many: Vec<String> = (0..41).map(|n| format!("en-{n:03}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|language| (language.as_str(), "East")).collect();
        for (names, words) in [
            (&[][..], "name says in at least one language what people read"),
            (&[("en", " ")], "name.en: A node's name is 1 to 80 characters without control characters; this is \" \"."),
            (&[("en", "a\nb")], "name.en: A node's name is 1 to 80 characters"),
            (&[("en", "\u{200b}")], "name.en: A node's name is of characters that can be seen"),
            (&[("en", "Ea\u{202e}st")], "name.en: A node's name is of characters that can be seen"),
            (&[("中文", "华东")], "name.中文: A language is a tag such as zh-CN; this is \"中文\"."),
            (&[("en", "East"), ("EN", "East")], "\"en\" and \"EN\" are the same language"),
            (&many, "A node is named in 40 languages at most; these are 41."),
        ] {
            let mistakes = node(names).unwrap_err();
            assert_eq!(mistakes.0.len(), 1, "{mistakes}");
            assert!(mistakes.to_string().contains(words), "{mistakes}");
        }
        assert!(node(&many[..40]).is_ok());
        assert_eq!(node(&[("en", ""), ("_", "x")]).unwrap_err().0.len(), 2);
        assert!(node(&[("en", "=1+1"), ("fa", "شرق\u{200c}چین"), ("zh-CN", &"东".repeat(80))]).is_ok());
    }
}
