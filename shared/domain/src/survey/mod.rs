//! Surveys, their words, and the answers to them; the brand, and the names of nodes.

mod brand;
mod cause;
mod colour;
mod definition;
mod follow_up;
mod followed_up;
mod invite;
mod language;
mod masking;
mod node;
mod question;
mod response;
mod rules;
#[expect(clippy::module_inception, reason = "the room is named for what it is about")]
mod survey;
mod touchpoint;

pub use brand::{Brand, BrandDetails, BrandLink, LONGEST_RETENTION_DAYS, MiniProgram, SHORTEST_RETENTION_DAYS};
pub use cause::Cause;
pub use colour::{Accent, Colour};
pub use definition::{
    AskIf, ChoiceOption, Definition, KindName, LONGEST_LINK_LIFETIME_DAYS, LONGEST_TEXTS, Look, Measure, Module,
    QuestionDefinition,
};
pub use follow_up::{FollowUp, FollowedUp, LONGEST_WORD, MOST_RULES, MOST_WORDS, Severity, When};
pub use invite::{ClockTime, Invitation, Invite, LONGEST_QUIET_DAYS, QuietHours, Share};
pub use language::{Texts, is_from_right, nearest_language};
pub use node::{MOST_LANGUAGES, Node, NodeDetails, check_language_tag, check_languages, check_node_name};
pub use question::{Kind, Question, Scale};
pub use response::{
    Answer, Answers, LONGEST_SECONDS, Leniency, Mistake, More, Response, Wrong, check_answers, plain_text,
};
pub use rules::{Condition, Rule};
use rules::{checked_rules, folded};
pub use survey::Survey;
pub use touchpoint::Touchpoint;
