//! Policies for tests.

use std::sync::Arc;

use super::{Context, Decision, Policies, Principal, Request, Verdict, decide};
use crate::iam::document::{Policy, Reader};
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Values, View, World};

/// A policy of JSON; `?` between two `\u0001` is unknown.
pub(super) fn policy(text: &str) -> Policy {
    let file = Arc::new(SourceFile::new("policy.json", text));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let (mut values, world) = (Values::default(), World::open());
    let root = values.push_tree(&tree, tree.root(), Files::default().add(Arc::clone(&file)));
    Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

/// A policy of the current version with these statements.
pub(super) fn statements(text: &str) -> Policy {
    policy(&format!(r#"{{"Version": "2012-10-17", "Statement": [{text}]}}"#))
}

pub(super) fn request(principal: &str, action: &str, resource: &str, account: &str) -> Request {
    let account = Some(account).filter(|account| !account.is_empty());
    Request::new(Principal::parse(principal).unwrap(), action, resource, account, Context::new())
}

/// `allowed`, `denied`, `explicitly denied` or `unknown`.
pub(super) fn answer(policies: &Policies<'_>, request: &Request) -> &'static str {
    word(&decide(policies, request))
}

pub(super) fn word(decision: &Decision) -> &'static str {
    match &decision.verdict {
        Verdict::Allowed => "allowed",
        Verdict::Denied(denial) if denial.explicit => "explicitly denied",
        Verdict::Denied(_) => "denied",
        Verdict::Unknown(causes) => {
            assert!(!causes.is_empty(), "{decision:?}");
            "unknown"
        }
    }
}
