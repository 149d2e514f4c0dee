//! Serverless resources and what they become in the inventory: types, properties, places, and what is said of mistakes.

mod apis;
mod connectors;
mod graphql;
mod http_apis;
mod others;
mod state_machines;
mod websocket_apis;

use std::fmt::Write as _;

use super::*;

/// A template of the serverless model with these resources.
fn serverless(resources: &str) -> Resolved {
    text(&format!("Transform: AWS::Serverless-2016-10-31\nResources:\n{resources}"))
}

/// A function with these events, and resources beside it.
fn with_events(events: &str, resources: &str) -> Resolved {
    let function = "  Pay:
    Type: AWS::Serverless::Function
    Properties:
      Handler: pay.handler
      Runtime: python3.13
      CodeUri: s3://code/pay.zip
      Role: arn:aws:iam::123456789012:role/pay
      Events:
";
    serverless(&format!("{function}{events}{resources}"))
}

impl Resolved {
    /// Every resource of the first stack, its type and its properties as one line.
    fn listed(&self) -> String {
        let mut shown = String::new();
        for (id, resource) in self.inventory.resources() {
            let properties = self.properties(&resource.logical_id, &[]);
            writeln!(shown, "{}: {} {properties}", resource.logical_id, self.inventory.type_name(id)).unwrap();
        }
        shown
    }

    /// The logical ids and types of the first stack.
    fn kinds(&self) -> Vec<String> {
        let kind = |(id, resource): (ResourceId, &crate::inventory::Resource)| {
            format!("{}: {}", resource.logical_id, self.inventory.type_name(id))
        };
        self.inventory.resources().map(kind).collect()
    }

    /// What a property of a resource of the first stack is.
    fn at(&self, logical_id: &str, path: &[&str]) -> Value {
        self.at_in(logical_id, path, &[])
    }

    /// What a property is where the parameters have these values.
    fn at_in(&self, logical_id: &str, path: &[&str], chosen: &[(&str, &str)]) -> Value {
        let properties = self.properties(logical_id, chosen);
        path.iter().fold(properties, |value, step| match step.parse::<usize>() {
            Ok(index) if value.is_array() => value[index].clone(),
            _ => value[*step].clone(),
        })
    }

    /// The source where a property of a resource stands, its first line.
    fn source_of(&self, logical_id: &str, path: &[&str]) -> &str {
        let (values, names) = (&self.inventory.values, &self.inventory.names);
        let id = self.find("demo", logical_id);
        let mut value = self.inventory.resource(id).properties;
        for step in path {
            value = match values.kind(value) {
                Kind::List(range) => values.items(range)[step.parse::<usize>().unwrap()],
                Kind::Map(range) => {
                    let entries = values.entries(range);
                    entries.iter().find(|entry| names.text(entry.key) == *step).unwrap().value
                }
                kind => panic!("no `{step}` in {kind:?}"),
            };
        }
        self.slice(values.place(value).span)
    }

    /// The source where a resource stands, its first line.
    fn source_of_resource(&self, logical_id: &str) -> &str {
        let id = self.find("demo", logical_id);
        self.slice(self.inventory.resource(id).place.span)
    }

    fn slice(&self, span: crate::source::Span) -> &str {
        let tree = &self.unit.unit.templates[0].tree;
        span.slice(tree.file().text()).lines().next().unwrap_or_default()
    }

    /// What is said and what is not looked at.
    fn problems(&self) -> Vec<String> {
        let gaps = self.inventory.gaps.iter().map(|gap| format!("gap: {}", gap.what));
        self.said.iter().cloned().chain(gaps).collect()
    }
}

/// What is said of a resource of the serverless model that is written wrongly, place and first message.
fn mistake(resources: &str) -> String {
    serverless(resources).said.first().cloned().unwrap_or_default()
}
