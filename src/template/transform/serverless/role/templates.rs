//! Policy templates: statements under a name, with parameters.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::source::NodeId;
use crate::template::transform::Draft;
use crate::template::transform::serverless::sam::{Done, Stop};
use crate::template::transform::serverless::value::{Entry, Value, map, sub, sub_with};

/// What the templates allow; the file says how it is written.
static TEMPLATES: &str = include_str!("policy_templates.txt");

/// The statements of each template, as they are written.
static STATEMENTS: LazyLock<FxHashMap<&str, &str>> = LazyLock::new(|| {
    let parts = TEMPLATES.split("\n\n").filter(|part| !part.starts_with('#'));
    parts.filter_map(|part| part.split_once('\n')).collect()
});

/// The statements of the template of this name, as they are written.
fn find(name: &str) -> Option<&'static str> {
    STATEMENTS.get(name).copied()
}

/// Whether there is a template of this name.
pub(super) fn exists(name: &str) -> bool {
    find(name).is_some()
}

/// The policy document that a template stands for; `arguments` has the values of its parameters.
pub(super) fn document(draft: &Draft<'_>, name: &str, arguments: NodeId) -> Done<Value> {
    if !draft.is_map(arguments) {
        return Err(Stop::error(arguments, format!("policy template `{name}` needs a map of parameters")));
    }
    let body = find(name).unwrap_or_default();
    let missing: Vec<&str> =
        parameters(body).into_iter().filter(|name| draft.tree.get(arguments, name).is_none()).collect();
    if let [first, ..] = missing.as_slice() {
        return Err(Stop::error(arguments, format!("policy template `{name}` needs parameter `{first}`")));
    }
    let text = |text: &'static str| substituted(draft, text, arguments);
    let mut statements: Vec<Statement> = Vec::new();
    for line in body.lines() {
        let (word, rest) = line.trim_start().split_once(' ').unwrap_or((line.trim_start(), ""));
        if let ("allow" | "allow-one", _) = (word, rest) {
            statements.push(Statement { is_one: word == "allow-one", ..Statement::default() });
        }
        let Some(statement) = statements.last_mut() else { continue };
        match word {
            "allow" | "allow-one" => statement.actions.extend(rest.split(' ').map(Value::from)),
            "on" => statement.resource = Some(text(rest)),
            "on-each" => statement.resources.push(text(rest)),
            "when" => {
                let mut parts = rest.splitn(3, ' ');
                if let (Some(operator), Some(key), Some(value)) = (parts.next(), parts.next(), parts.next()) {
                    statement.condition = Some(map! { operator => map! { key => text(value) } });
                }
            }
            // A further line of actions.
            _ => statement.actions.extend(line.trim_start().split(' ').map(Value::from)),
        }
    }
    Ok(map! { "Statement" => statements.into_iter().map(Statement::value).collect::<Vec<Value>>() })
}

/// A statement while it is read.
#[derive(Default)]
struct Statement {
    actions: Vec<Value>,
    /// Whether the action is a text.
    is_one: bool,
    resource: Option<Value>,
    resources: Vec<Value>,
    condition: Option<Value>,
}

impl Statement {
    fn value(mut self) -> Value {
        let action = if self.is_one { self.actions.swap_remove(0) } else { self.actions.into() };
        let resource = self.resource.unwrap_or(Value::List(self.resources));
        let mut entries =
            vec![Entry::new("Effect", "Allow"), Entry::new("Action", action), Entry::new("Resource", resource)];
        entries.extend(self.condition.map(|condition| Entry::new("Condition", condition)));
        entries.into()
    }
}

/// The parameters that the statements use.
fn parameters(body: &'static str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for part in body.split("${").skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !name.starts_with("AWS::") && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// A text with the values of its parameters.
fn substituted(draft: &Draft<'_>, text: &'static str, arguments: NodeId) -> Value {
    if !text.contains("${") {
        return text.into();
    }
    let variables: Vec<Entry> = parameters(text)
        .into_iter()
        .filter_map(|name| draft.tree.member(arguments, name).map(|member| Entry::copied(name, *member)))
        .collect();
    match variables.as_slice() {
        // `Fn::Sub` with variables, also where one is the whole text: as the translator has it.
        [_, ..] => sub_with(text, variables),
        [] => sub(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_statements_with_actions_and_resources() {
        let names: Vec<&str> =
            TEMPLATES.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', ' '])).collect();
        assert_eq!(names.len(), 81);
        for name in names {
            let body = find(name).unwrap();
            let statements = body.lines().filter(|line| line.starts_with("  allow"));
            let resources = body.lines().filter(|line| line.starts_with("  on"));
            assert!(statements.count() > 0, "{name}");
            assert!(resources.count() > 0, "{name}");
            for line in body.lines().filter(|line| line.starts_with("  allow") || line.starts_with("    ")) {
                let actions = line.split_whitespace().filter(|word| !word.starts_with("allow"));
                assert!(actions.into_iter().all(|action| action.contains(':')), "{line}");
            }
        }
    }

    #[test]
    fn what_is_no_template_is_not_found() {
        assert!(find("DynamoDBCrud").is_none());
        assert!(find("").is_none());
        assert!(find("# The policy templates").is_none());
        assert_eq!(parameters(find("EFSWriteAccessPolicy").unwrap()), ["FileSystem", "AccessPoint"]);
    }
}
