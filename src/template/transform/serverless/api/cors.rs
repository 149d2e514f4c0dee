//! Preflight requests of a REST API: an `OPTIONS` method for every path, which answers them without a function.

use rustc_hash::FxHashSet;

use super::super::edit::is_filled;
use super::super::resource::Resource;
use super::super::sam::{Done, Stop};
use super::super::value::{Entry, Value, list, map};
use super::paths::{self, INTEGRATION};
use crate::source::{Kind, NodeId, Span};
use crate::template::transform::Draft;

const KEYS: [&str; 5] = ["AllowMethods", "AllowHeaders", "AllowOrigin", "MaxAge", "AllowCredentials"];

const ALL_METHODS: &str = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";

/// What `Cors` says.
struct Cors {
    at: Span,
    origin: Value,
    headers: Option<NodeId>,
    methods: Option<NodeId>,
    max_age: Option<NodeId>,
    credentials: bool,
}

/// Adds the methods for `Cors` to every path that has no `OPTIONS`.
pub(super) fn add(draft: &Draft<'_>, body: &mut Value, resource: &Resource, node: NodeId) -> Done<()> {
    let cors = Cors::read(draft, resource, node)?;
    let tree = &draft.tree;
    let mut done: FxHashSet<String> = FxHashSet::default();
    for path in paths::entries(tree, body) {
        let normalized = if path.key == "/" { "/" } else { path.key.trim_end_matches('/') };
        if !done.insert(normalized.to_owned()) {
            continue;
        }
        // The methods of the first arm of a condition hold for the other.
        let mut methods = cors.methods.map(Value::Node);
        for item in paths::items_of(tree, &mut path.value) {
            if item.has(tree, "options") {
                continue;
            }
            let methods = methods.get_or_insert_with(|| allowed(&item.keys(tree)).into());
            item.set(tree, "options", cors.at, cors.method(methods));
        }
    }
    Ok(())
}

impl Cors {
    fn read(draft: &Draft<'_>, resource: &Resource, node: NodeId) -> Done<Self> {
        let tree = &draft.tree;
        let at = resource.member(draft, "Cors").map_or(tree.span(node), |member| member.key_span);
        let bare = |origin: Value| Self { at, origin, headers: None, methods: None, max_age: None, credentials: false };
        if tree.string(node).is_some() || draft.is_function(node) {
            return Ok(bare(node.into()));
        }
        if !draft.is_map(node) {
            return Err(Stop::error(node, "`Cors` must be a text or a map"));
        }
        if let Some(other) = tree.members(node).iter().find(|member| !KEYS.contains(&tree.key(member))) {
            return Err(Stop::error(other.value, format!("`Cors` has no key `{}`", tree.key(other))));
        }
        let given = |name: &str| draft.present(node, name).map(|member| member.value);
        let filled = |name: &str| given(name).filter(|node| is_filled(tree, *node));
        let credentials = given("AllowCredentials").is_some_and(|node| matches!(tree.kind(node), Kind::Bool(true)));
        let origin = given("AllowOrigin");
        if credentials && origin.is_none_or(|origin| tree.string(origin) == Some("'*'")) {
            return Err(Stop::error(node, "`AllowCredentials` needs an `AllowOrigin` other than `'*'`"));
        }
        if origin.is_some_and(|origin| !is_filled(tree, origin)) {
            return Err(Stop::error(node, "`AllowOrigin` must not be empty"));
        }
        Ok(Self {
            origin: origin.map_or("'*'".into(), Value::Node),
            headers: filled("AllowHeaders"),
            methods: filled("AllowMethods"),
            max_age: given("MaxAge"),
            credentials,
            ..bare("'*'".into())
        })
    }

    /// The method that answers.
    fn method(&self, methods: &Value) -> Value {
        let credentials = self.credentials.then(|| Value::from("'true'"));
        let all = [
            ("Origin", Some(self.origin.clone()), "string"),
            ("Headers", self.headers.map(Value::Node), "string"),
            ("Methods", Some(methods.clone()), "string"),
            ("Max-Age", self.max_age.map(Value::Node), "integer"),
            ("Credentials", credentials, "string"),
        ];
        let (mut parameters, mut headers) = (Vec::new(), Vec::new());
        for (name, value, kind) in all {
            let Some(value) = value else { continue };
            let allow = if name == "Max-Age" { "" } else { "Allow-" };
            let header = format!("Access-Control-{allow}{name}");
            parameters.push(Entry::new(format!("method.response.header.{header}"), value));
            headers.push(Entry::new(header, map! { "type" => kind }));
        }
        let response = map! {
            "statusCode" => "200",
            "responseParameters" => parameters,
            "responseTemplates" => map! { "application/json" => "{}\n" },
        };
        map! {
            "summary" => "CORS support",
            "consumes" => list!["application/json"],
            "produces" => list!["application/json"],
            INTEGRATION => map! {
                "type" => "mock",
                "requestTemplates" => map! { "application/json" => "{\n  \"statusCode\" : 200\n}\n" },
                "responses" => map! { "default" => response },
            },
            "responses" => map! {
                "200" => map! { "description" => "Default response for CORS method", "headers" => headers },
            },
        }
        .at(self.at)
    }
}

/// The header with the methods of a path.
fn allowed(methods: &[String]) -> String {
    if methods.iter().any(|method| method == paths::ANY_METHOD) {
        return format!("'{ALL_METHODS}'");
    }
    let mut methods: Vec<String> = methods.iter().map(|method| method.to_uppercase()).collect();
    methods.push("OPTIONS".to_owned());
    methods.sort_unstable();
    methods.dedup();
    format!("'{}'", methods.join(","))
}
