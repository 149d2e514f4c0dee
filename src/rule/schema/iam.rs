//! The question `iam`.

use serde_json::{Value, json};

use super::operator::texts;
use crate::iam::least::Risk;
use crate::json_schema::{boolean, exactly_one, list, map, table, text, with, words, yes};
use crate::rule::load::iam::{keys_of, questions};

pub(super) fn question() -> Value {
    let names = questions();
    let keys: Vec<&str> = names.into_iter().chain(["in"]).collect();
    let about = "Subject: a question about policies, over all requests. For the opposite, write `not`.";
    with(table(about, &keys, &[], key), exactly_one(&names))
}

fn key(key: &str) -> Value {
    match key {
        "in" => text("The property that holds the policy; all of the type when it is not said."),
        "denies" => request(key, "Every such request is denied by explicit statements."),
        "allows" => request(key, "Some such request is allowed and not denied."),
        "grants_administrator" => yes("A statement allows every action on every resource."),
        "grants_service_wildcard" => yes("A statement allows a service as a whole, on all its resources."),
        "grants_public" => asked(key, "A stranger may use one of these actions."),
        "grants_outside" => {
            asked(key, "An account may that the policy names and that is neither the own one nor trusted.")
        }
        "grants_service" => asked(key, "One of these services may, acting for a stranger (confused deputy)."),
        "grants_federated" => asked(key, "A stranger may who is signed in with the provider that the policy names."),
        "s3_public" => yes("S3 classifies the policy as public."),
        "grants_all_but" => yes("An Allow has `NotPrincipal`."),
        "same_principal_may" => {
            asked(key, "One role or user that the policy names may use an action of `one` and an action of `other`.")
        }
        "escalates" => yes("The user, role or group is no administrator and can become one."),
        "managed_policy" => texts("An AWS managed policy of one of these names is attached."),
        "wildcard_actions" => yes("A wildcard in `Action` gives more than it speaks of, on resources that are named."),
        "wildcard_resources" => asked(
            key,
            "An Allow leaves open which resource is meant, for actions that change something or have a risk.",
        ),
        "risk" => risk("The same as `wildcard_resources`, for actions of one risk."),
        "service_wildcard_risk" => risk("A whole service that is allowed gives actions of this risk."),
        "pass_role_unscoped" => yes("An Allow lets its holder pass every role of the account."),
        "inverted_allow" => yes("An Allow has `NotAction` or `NotResource`."),
        "region_unrestricted" => asked(key, "An Allow works in other regions than these."),
        _ => json!({}),
    }
}

fn risk(about: &str) -> Value {
    words(about, Risk::ALL.map(Risk::name))
}

/// A question with all its keys mandatory but those that `key_of` says are not.
fn asked(question: &str, about: &str) -> Value {
    let optional = |key: &str| matches!(key, "whole_accounts" | "context" | "besides");
    let required: Vec<&str> = keys_of(question).iter().copied().filter(|key| !optional(key)).collect();
    table(about, keys_of(question), &required, part)
}

fn request(question: &str, about: &str) -> Value {
    let required: &[&str] = if question == "denies" { &["principal", "action", "resource"] } else { &["action"] };
    table(about, keys_of(question), required, part)
}

fn part(key: &str) -> Value {
    match key {
        "principal" => text("The principal; `*` for anyone."),
        "action" => texts("Patterns of actions, any of which may fit: `s3:*`."),
        "resource" => texts("Patterns of resources, any of which may fit; `{self.arn}` is the selected resource."),
        "context" => context(),
        "actions" => texts("Patterns of actions, any of which may fit: `[\"s3:*\"]`."),
        "trusted" => texts("Accounts that may."),
        "whole_accounts" => boolean("Whether grants to single principals of an account do not count."),
        "services" => texts("Service principals, with wildcards: `[\"*.amazonaws.com\"]`."),
        "one" => texts("Actions of the one kind."),
        "other" => texts("Actions of the other kind."),
        "besides" => list("Actions of these risks do not count.", risk("A risk.")),
        "regions" => texts("Regions, with wildcards."),
        _ => json!({}),
    }
}

/// The context keys of a request with their values.
pub(super) fn context() -> Value {
    let value = json!({ "description": "The value of the context key.", "type": "string" });
    map("Context keys of the requests with their values: `{ \"aws:SecureTransport\" = \"false\" }`.", None, value)
}
