//! What is known of every request of a principal, and policy variables filled in with it.

use rustc_hash::FxHashMap;

use super::account::{Principal, PrincipalKind};
use crate::iam::document::UNKNOWN;

/// The keys of a request, in lower case, with their values; `None`: the key is not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    keys: FxHashMap<String, Option<String>>,
}

impl Context {
    /// Sets a key.
    pub(super) fn set(&mut self, key: &str, value: Option<&str>) {
        self.keys.insert(key.to_ascii_lowercase(), value.map(str::to_owned));
    }

    /// The value of a key that is decided.
    pub(super) fn get(&self, key: &str) -> Option<Option<&str>> {
        self.keys.get(&key.to_ascii_lowercase()).map(Option::as_deref)
    }

    /// All keys that are decided.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.keys.iter().map(|(key, value)| (key.as_str(), value.as_deref()))
    }

    /// Fills in the policy variables of a text; `None` where one has no value. What is not decided becomes an unknown part.
    ///
    /// Source: "IAM policy elements: Variables and tags".
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(start) = rest.find("${") {
            whole.push_str(&rest[..start]);
            let end = rest[start..].find('}')? + start;
            let name = &rest[start + 2..end];
            match name {
                "*" | "?" | "$" => whole.push_str(name),
                name => {
                    let (key, default) = match name.split_once(',') {
                        Some((key, default)) => (key.trim(), Some(default.trim().trim_matches('\''))),
                        None => (name.trim(), None),
                    };
                    match self.get(key) {
                        // A tag of the principal, say: it has some value, or none.
                        None => whole.push_str(UNKNOWN),
                        Some(value) => whole.push_str(value.or(default)?),
                    }
                }
            }
            rest = &rest[end + 1..];
        }
        whole.push_str(rest);
        Some(whole)
    }
}

/// What all requests have in common that principals make themselves.
pub(super) const COMMON: [(&str, Option<&str>); 5] = [
    ("aws:PrincipalIsAWSService", Some("false")),
    ("aws:ViaAWSService", Some("false")),
    ("aws:SecureTransport", Some("true")),
    // Only requests of services have them.
    ("aws:SourceArn", None),
    ("aws:SourceAccount", None),
];

/// The keys that every request of a principal has.
///
/// Source: "AWS global condition context keys": the ARN of a role's session is that of the role, IAM and its region are global.
pub(super) fn context_of(who: &Principal, account: &str) -> Context {
    let mut context = Context::default();
    let of_account = [("aws:PrincipalAccount", Some(account)), ("aws:ResourceAccount", Some(account))];
    for (key, value) in COMMON.into_iter().chain(of_account) {
        context.set(key, value);
    }
    if !who.arn.is_empty() {
        context.set("aws:PrincipalArn", Some(&who.arn));
    }
    match who.kind {
        PrincipalKind::User => {
            context.set("aws:username", Some(who.short_name()));
            context.set("aws:PrincipalType", Some("User"));
        }
        PrincipalKind::Role => {
            context.set("aws:username", None);
            context.set("aws:PrincipalType", Some("AssumedRole"));
        }
        PrincipalKind::Group => context.set("aws:username", Some(&super::account::other_name())),
        PrincipalKind::Someone => {}
    }
    context
}
