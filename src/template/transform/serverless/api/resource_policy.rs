//! The resource policy of a REST API: who may call it, from the short forms of `ResourcePolicy`.

use super::super::edit::is_filled;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, list, map, sub_with};
use super::paths;
use crate::source::{Kind, NodeId, Span, Tree};

const POLICY: &str = "x-amazon-apigateway-policy";

/// Adds to the policy what `ResourcePolicy` says about one path.
pub(super) fn add(tree: &Tree, body: &mut Value, policy: NodeId, path: &str, stage: &Value) -> Done<()> {
    let at = tree.span(policy);
    let resources = resources(tree, body, path, stage);
    if body.map_at(tree, POLICY, at).is_none() {
        return Ok(());
    }
    for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
        if let Some(accounts) = given(tree, policy, name) {
            add_accounts(tree, body, accounts, effect, &resources);
        }
    }
    for (name, operator) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
        if let Some(ranges) = given(tree, policy, name) {
            let condition = map! { operator => map! { "aws:SourceIp" => as_list(tree, ranges) } };
            add_pair(tree, body, tree.span(ranges), condition, &resources);
        }
    }
    for (list, operator) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
        let keys = network_keys(tree, policy, list)?;
        if !keys.is_empty() {
            add_pair(tree, body, at, map! { operator => Value::Map(keys) }, &resources);
        }
    }
    Ok(())
}

/// Adds the statements that `ResourcePolicy` has as they are.
pub(super) fn add_custom(tree: &Tree, body: &mut Value, policy: NodeId) {
    let Some(statements) = given(tree, policy, "CustomStatements") else { return };
    let at = tree.span(statements);
    let is_first = body.map_at(tree, POLICY, at).is_some_and(|policy| !policy.has(tree, "Statement"));
    if is_first {
        set_first(tree, body, Value::Node(statements), at);
        return;
    }
    let alone = [statements];
    let items = if matches!(tree.kind(statements), Kind::List { .. }) { tree.items(statements) } else { &alone };
    for statement in items {
        push(tree, body, Value::Node(*statement), tree.span(*statement), true);
    }
}

/// A value that is there and says something.
fn given(tree: &Tree, policy: NodeId, name: &str) -> Option<NodeId> {
    tree.get(policy, name).filter(|node| is_filled(tree, *node))
}

fn add_accounts(tree: &Tree, body: &mut Value, accounts: NodeId, effect: &'static str, resources: &Value) {
    let at = tree.span(accounts);
    let principal = map! { "AWS" => as_list(tree, accounts) };
    let statement = map! {
        "Effect" => effect, "Action" => "execute-api:Invoke", "Resource" => resources.clone(),
        "Principal" => principal,
    };
    let is_first = body.map_at(tree, POLICY, at).is_some_and(|policy| !policy.has(tree, "Statement"));
    if is_first {
        set_first(tree, body, statement.at(at), at);
    } else {
        push(tree, body, statement.at(at), at, false);
    }
}

/// Adds that everybody may call, but under `condition`.
fn add_pair(tree: &Tree, body: &mut Value, at: Span, condition: Value, resources: &Value) {
    let allow = map! {
        "Effect" => "Allow", "Action" => "execute-api:Invoke", "Resource" => resources.clone(), "Principal" => "*",
    };
    let deny = map! {
        "Effect" => "Deny", "Action" => "execute-api:Invoke", "Resource" => resources.clone(), "Principal" => "*",
        "Condition" => condition,
    };
    for statement in [allow, deny] {
        push(tree, body, statement.at(at), at, true);
    }
}

fn set_first(tree: &Tree, body: &mut Value, statement: Value, at: Span) {
    if let Some(policy) = body.map_at(tree, POLICY, at) {
        policy.set(tree, "Version", at, Value::from("2012-10-17").at(at));
        policy.set(tree, "Statement", at, statement);
    }
}

/// Adds a statement; with `once`, unless it is there.
fn push(tree: &Tree, body: &mut Value, statement: Value, at: Span, once: bool) {
    let Some(policy) = body.map_at(tree, POLICY, at) else { return };
    policy.set(tree, "Version", at, Value::from("2012-10-17").at(at));
    let mut statements = match policy.take(tree, "Statement") {
        Some(mut own) => match own.value.items(tree) {
            Some(items) => std::mem::take(items),
            None => vec![own.value],
        },
        None => Vec::new(),
    };
    if !once || !statements.iter().any(|own| own.is_same(tree, &statement)) {
        statements.push(statement);
    }
    policy.set(tree, "Statement", at, Value::List(statements).at(at));
}

/// The networks and endpoints of `Whitelist` or `Blacklist`, by condition key.
fn network_keys(tree: &Tree, policy: NodeId, list: &str) -> Done<Vec<Entry>> {
    let (mut networks, mut endpoints) = (Vec::new(), Vec::new());
    if let Some(node) = tree.get(policy, &format!("SourceVpc{list}")) {
        for item in tree.items(node) {
            match tree.string(*item) {
                Some(id) if id.starts_with("vpce-") => endpoints.push(Value::Node(*item)),
                Some(id) if id.starts_with("vpc-") => networks.push(Value::Node(*item)),
                Some(_) => {}
                None => {
                    let message =
                        format!("`SourceVpc{list}` must be a list of texts; `IntrinsicVpc{list}` may have functions");
                    return Err(Stop::error(*item, message));
                }
            }
        }
    }
    for (name, found) in [("IntrinsicVpc", &mut networks), ("IntrinsicVpce", &mut endpoints)] {
        if let Some(node) = tree.get(policy, &format!("{name}{list}")) {
            found.extend(tree.items(node).iter().map(|item| Value::Node(*item)));
        }
    }
    let keys = [("aws:SourceVpc", networks), ("aws:SourceVpce", endpoints)];
    Ok(keys.into_iter().filter(|(_, ids)| !ids.is_empty()).map(|(key, ids)| Entry::new(key, ids)).collect())
}

/// The ARNs of the methods of a path.
fn resources(tree: &Tree, body: &mut Value, path: &str, stage: &Value) -> Value {
    let pattern = paths::as_pattern(path, true);
    let methods: Vec<String> = paths::items(tree, body, path).iter().flat_map(|item| item.keys(tree)).collect();
    let resource = |method: &String| {
        let method = match paths::normalized(method).as_str() {
            paths::ANY_METHOD => "*".to_owned(),
            _ => method.to_uppercase(),
        };
        sub_with(format!("execute-api:/${{__Stage__}}/{method}{pattern}"), vec![Entry::new("__Stage__", stage.clone())])
    };
    Value::List(methods.iter().map(resource).collect())
}

fn as_list(tree: &Tree, node: NodeId) -> Value {
    if matches!(tree.kind(node), Kind::List { .. }) { Value::Node(node) } else { list![node] }
}
