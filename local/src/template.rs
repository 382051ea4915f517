//! template.yaml, as far as a local run needs it: routes, schedules and the table's keys.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::Failure;

/// The template of this checkout. A change to it is a change to this program.
const TEMPLATE: &str = include_str!("../../template.yaml");

/// A route of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST` …
    pub method: String,
    /// Such as `/s/{link}` or `/reports/{scope+}`.
    pub path: String,
    /// The folder of the function under `functions/`.
    pub function: String,
}

/// A schedule of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The id that it has in the deployed stack: the function's and the event's, joined.
    pub logical_id: String,
    /// `rate(…)` or `cron(…)`.
    pub expression: String,
    /// The event that it sends.
    pub input: String,
    /// The folder of the function under `functions/`.
    pub function: String,
}

/// The table's keys: attribute, attribute type, key type.
pub type KeySchema = Vec<(String, String, String)>;

/// The parts of the template that a local run needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// All routes.
    pub routes: Vec<Route>,
    /// The folder of the function that answers what fits none of them.
    pub elsewhere: String,
    /// All schedules.
    pub schedules: Vec<Schedule>,
    /// The table's keys.
    pub keys: KeySchema,
    /// The attribute by which the table drops items.
    pub expires: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: String,
    #[serde(default)]
    properties: Properties,
}

/// The properties that are read, of every resource that has them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Properties {
    code_uri: String,
    events: BTreeMap<String, Event>,
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    time_to_live_specification: TimeToLive,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    r#type: String,
    properties: EventProperties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct EventProperties {
    method: String,
    path: String,
    schedule_expression: String,
    input: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct TimeToLive {
    attribute_name: String,
}

impl Template {
    /// Reads the template of this checkout.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read() -> Result<Self, Failure> {
        Self::parse(TEMPLATE)
    }

    fn parse(yaml: &str) -> Result<Self, Failure> {
        let file: File =
            serde_saphyr::from_str(yaml).map_err(|error| Failure(format!("template.yaml can't be read: {error}")))?;
        let mut template = Self {
            routes: Vec::new(),
            elsewhere: String::new(),
            schedules: Vec::new(),
            keys: Vec::new(),
            expires: String::new(),
        };
        for (logical_id, Resource { r#type, properties }) in file.resources {
            match r#type.as_str() {
                "AWS::Serverless::Function" => template.add_function(&logical_id, properties)?,
                "AWS::DynamoDB::Table" => {
                    let type_of = |name: &str| {
                        let attribute = properties.attribute_definitions.iter().find(|a| a.attribute_name == name);
                        attribute.map_or_else(String::new, |a| a.attribute_type.clone())
                    };
                    let keys = properties.key_schema.iter();
                    template.keys = keys
                        .map(|key| (key.attribute_name.clone(), type_of(&key.attribute_name), key.key_type.clone()))
                        .collect();
                    template.expires = properties.time_to_live_specification.attribute_name;
                }
                _ => {}
            }
        }
        if template.keys.is_empty() {
            return Err(Failure("template.yaml has no AWS::DynamoDB::Table with a KeySchema.".into()));
        }
        Ok(template)
    }

    fn add_function(&mut self, logical_id: &str, properties: Properties) -> Result<(), Failure> {
        let function = properties
            .code_uri
            .strip_prefix("functions/")
            .ok_or_else(|| Failure(format!("template.yaml: the CodeUri of {logical_id} is not functions/<name>.")))?
            .to_owned();
        for (event, Event { r#type, properties }) in properties.events {
            match r#type.as_str() {
                "HttpApi" if properties.path.is_empty() => self.elsewhere.clone_from(&function),
                "HttpApi" => self.routes.push(Route {
                    method: properties.method,
                    path: properties.path,
                    function: function.clone(),
                }),
                "ScheduleV2" => self.schedules.push(Schedule {
                    logical_id: format!("{logical_id}{event}"),
                    expression: properties.schedule_expression,
                    input: properties.input,
                    function: function.clone(),
                }),
                other => {
                    return Err(Failure(format!(
                        "template.yaml: {logical_id} has an event of type {other}, which does not run locally."
                    )));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_routes_schedules_and_keys() {
        let template = Template::read().unwrap();
        let has = |method: &str, path: &str, function: &str| {
            template
                .routes
                .iter()
                .any(|r| (r.method.as_str(), r.path.as_str(), r.function.as_str()) == (method, path, function))
        };
        assert!(has("POST", "/s/{link}", "record-response"));
        assert!(has("GET", "/reports/{scope+}", "show-report"));
        assert_eq!(template.routes.len(), 68);
        assert_eq!(template.elsewhere, "open-survey");
        let nightly = template.schedules.iter().find(|s| s.logical_id == "RollUpStoresNightly").unwrap();
        assert_eq!(
            (nightly.expression.as_str(), nightly.input.as_str()),
            ("cron(40 20 * * ? *)", r#"{"days":"answerable"}"#)
        );
        let key = |name: &str, kind: &str| (name.to_owned(), "S".to_owned(), kind.to_owned());
        assert_eq!(template.keys, [key("pk", "HASH"), key("sk", "RANGE")]);
        assert_eq!(template.expires, "expires");
    }
}
