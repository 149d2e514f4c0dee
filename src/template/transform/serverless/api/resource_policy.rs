//! The resource policy of a REST API: who may call it, from the short forms of `ResourcePolicy`.

use rustc_hash::FxHashMap;

use super::super::digest::Digests;
use super::super::edit::filled;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, list, map, sub_with};
use super::paths;
use crate::source::{Kind, NodeId, Span, Tree};
use crate::template::transform::Draft;

const POLICY: &str = "x-amazon-apigateway-policy";

/// The policy of a definition while statements are added.
pub(super) struct Policy<'d, 'a> {
    draft: &'d Draft<'a>,
    /// `ResourcePolicy`.
    given: NodeId,
    /// The statement that is not in a list.
    single: Option<Value>,
    statements: Vec<Value>,
    /// Where statements are, by their digests.
    known: FxHashMap<String, Vec<usize>>,
    digests: Digests,
}

impl<'d, 'a> Policy<'d, 'a> {
    /// The policy that a definition has so far, and what `given` adds to it.
    pub(super) fn open(draft: &'d Draft<'a>, body: &mut Value, given: NodeId) -> Done<Self> {
        let tree = &draft.tree;
        if !draft.is_map(given) {
            return Err(Stop::error(given, "`ResourcePolicy` must be a map"));
        }
        let own = body.path(tree, &[POLICY, "Statement"]);
        let (single, statements) = match own {
            Some(own) => match own.items(tree) {
                Some(items) => (None, std::mem::take(items)),
                None => (Some(own.clone()), Vec::new()),
            },
            None => (None, Vec::new()),
        };
        let known = FxHashMap::default();
        let mut policy = Self { draft, given, single, statements: Vec::new(), known, digests: Digests::default() };
        for statement in statements {
            policy.push(statement);
        }
        Ok(policy)
    }

    /// Adds what `ResourcePolicy` says about one path, whose methods these are.
    pub(super) fn add(&mut self, path: &str, methods: &[String], stage: &Value) -> Done<()> {
        let tree = &self.draft.tree;
        let at = tree.span(self.given);
        let resources = resources(path, methods, stage);
        for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
            if let Some(accounts) = filled(tree, self.given, name) {
                self.add_accounts(accounts, effect, &resources);
            }
        }
        for (name, operator) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
            if let Some(ranges) = filled(tree, self.given, name) {
                let condition = map! { operator => map! { "aws:SourceIp" => as_list(tree, ranges) } };
                self.add_pair(tree.span(ranges), condition, &resources);
            }
        }
        for (list, operator) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
            let keys = network_keys(tree, self.given, list)?;
            if !keys.is_empty() {
                self.add_pair(at, map! { operator => Value::Map(keys) }, &resources);
            }
        }
        Ok(())
    }

    /// Adds the statements that `ResourcePolicy` has as they are, and puts the policy into the definition.
    pub(super) fn close(mut self, body: &mut Value) {
        let tree = &self.draft.tree;
        if let Some(custom) = filled(tree, self.given, "CustomStatements") {
            if self.is_empty() && !self.draft.is_list(custom) {
                self.single = Some(custom.into());
            } else {
                let alone = [custom];
                let items = if self.draft.is_list(custom) { tree.items(custom) } else { &alone };
                for statement in items {
                    self.push_once(Value::Node(*statement));
                }
            }
        }
        let at = tree.span(self.given);
        let Some(policy) = body.map_at(tree, POLICY, at) else { return };
        let statements = match self.single {
            Some(single) if self.statements.is_empty() => single,
            _ if self.statements.is_empty() => return,
            single => Value::List(single.into_iter().chain(self.statements).collect()).at(at),
        };
        policy.set(tree, "Version", at, Value::from("2012-10-17").at(at));
        policy.set(tree, "Statement", at, statements);
    }

    fn is_empty(&self) -> bool {
        self.single.is_none() && self.statements.is_empty()
    }

    fn add_accounts(&mut self, accounts: NodeId, effect: &'static str, resources: &Value) {
        let tree = &self.draft.tree;
        let principal = map! { "AWS" => as_list(tree, accounts) };
        let statement = map! {
            "Effect" => effect, "Action" => "execute-api:Invoke", "Resource" => resources.clone(),
            "Principal" => principal,
        };
        let statement = statement.at(tree.span(accounts));
        if self.is_empty() {
            self.single = Some(statement);
        } else {
            self.push(statement);
        }
    }

    /// Adds that everybody may call, but under `condition`.
    fn add_pair(&mut self, at: Span, condition: Value, resources: &Value) {
        let allow = map! {
            "Effect" => "Allow", "Action" => "execute-api:Invoke", "Resource" => resources.clone(), "Principal" => "*",
        };
        let deny = map! {
            "Effect" => "Deny", "Action" => "execute-api:Invoke", "Resource" => resources.clone(), "Principal" => "*",
            "Condition" => condition,
        };
        for statement in [allow, deny] {
            self.push_once(statement.at(at));
        }
    }

    fn push(&mut self, statement: Value) {
        let digest = self.digests.of(self.draft, &statement);
        self.known.entry(digest).or_default().push(self.statements.len());
        self.statements.push(statement);
    }

    /// Adds a statement, unless it is there.
    fn push_once(&mut self, statement: Value) {
        let tree = &self.draft.tree;
        let digest = self.digests.of(self.draft, &statement);
        let known = self.known.get(&digest).map_or(&[][..], Vec::as_slice);
        let is_known = known.iter().any(|index| self.statements[*index].is_same(tree, &statement));
        if !is_known && !self.single.as_ref().is_some_and(|single| single.is_same(tree, &statement)) {
            self.push(statement);
        }
    }
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
fn resources(path: &str, methods: &[String], stage: &Value) -> Value {
    let pattern = paths::as_pattern(path, true);
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
