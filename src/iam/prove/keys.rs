//! What is known about condition keys: which have several values, which are always there, which are only true or false.
//!
//! Source: "AWS global condition context keys" in the IAM User Guide, the availability and value type of each key.

/// Global keys with several values.
const SEVERAL: [&str; 8] = [
    "aws:calledvia",
    "aws:principalorgpaths",
    "aws:principalservicenameslist",
    "aws:resourceorgpaths",
    "aws:sourceorgpaths",
    "aws:tagkeys",
    "aws:vpceorgpaths",
    "aws:sourcevpcarns",
];

/// Keys that every request has.
const ALWAYS: [&str; 5] =
    ["aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport", "aws:viaawsservice"];

/// Keys that are `true` or `false`.
const BOOL: [&str; 4] =
    ["aws:multifactorauthpresent", "aws:principalisawsservice", "aws:securetransport", "aws:viaawsservice"];

/// Keys that only requests of AWS services have: those made by a service principal directly.
const OF_SERVICES: [&str; 4] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"];

/// Whether the key, in lower case, may have several values.
pub(super) fn has_several_values(key: &str) -> bool {
    SEVERAL.contains(&key)
}

/// Whether every request has the key.
pub(super) fn is_always_present(key: &str) -> bool {
    ALWAYS.contains(&key)
}

/// Whether the key is `true` or `false` when it is there.
pub(super) fn is_bool(key: &str) -> bool {
    BOOL.contains(&key)
}

/// Whether only requests that an AWS service makes in its own name have the key.
pub(super) fn is_of_services(key: &str) -> bool {
    OF_SERVICES.contains(&key)
}

/// Whether the key says something about who is signed in: no anonymous request has it.
pub(super) fn is_of_signed(key: &str) -> bool {
    key.starts_with("aws:principal")
        || key == "aws:username"
        || key == "aws:federatedprovider"
        || key == "aws:rolesessionname"
}

/// Whether the key may follow from who asks, or from the organisation of their account.
pub(super) fn follows(key: &str) -> bool {
    matches!(
        key,
        "aws:principalaccount" | "aws:principaltype" | "aws:username" | "aws:principalorgid" | "aws:principalorgpaths"
    )
}
