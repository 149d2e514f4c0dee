//! The question whose KMS key a value names.
//!
//! Source: "Key identifiers (KeyId)" and "AWS managed keys" in the AWS KMS Developer Guide: only AWS may make aliases that
//! start with `alias/aws/`.

use super::answer::Answer;
use super::cursor::{Cursor, Leaf};
use super::scope::{Scope, Wanted};
use crate::rule::{Absent, Path};
use crate::value::{OPAQUE, Read, ValueId};

/// The resources that are, or name, a key of the customer.
const KEYS: [&str; 3] = ["AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::KMS::Alias"];

impl Scope<'_> {
    /// Whether every value at the path names a key that the customer manages.
    pub(super) fn customer_key(&self, path: &Path, absent: Option<Absent>, cursor: &Cursor, wanted: Wanted) -> Answer {
        let mut answer = Answer::of(true);
        for leaf in self.leaves(cursor, path) {
            answer = answer.and(match leaf {
                Leaf::Value { written, trail, head } => {
                    self.of_value(self.names_customer_key(written), written, head, &trail, cursor, wanted)
                }
                Leaf::Absent { head, trail } => {
                    self.of_nothing(self.fallback(absent, &trail, wanted), head, &trail, cursor, wanted)
                }
                Leaf::Unknown { cause } => Answer::unknown(vec![self.cause(cause)]),
            });
        }
        answer
    }

    fn names_customer_key(&self, id: ValueId) -> Answer {
        let mut references = Vec::new();
        self.view.references(self.view.deep(id).0, &mut references);
        if references.iter().any(|(id, _)| KEYS.contains(&self.context.inventory.type_name(*id))) {
            return Answer::of(true);
        }
        match self.view.text(id) {
            Read::Known(text) => Answer::of(is_customer(&text).unwrap_or(false)),
            Read::Absent => Answer::of(false),
            Read::Unknown(cause) => match self.view.symbolic(id).and_then(|text| is_customer(&text)) {
                Some(customer) => Answer::of(customer),
                None => Answer::unknown(vec![self.cause(cause)]),
            },
        }
    }
}

/// Whether a text names a key of the customer, `None` where its unknown parts decide.
fn is_customer(text: &str) -> Option<bool> {
    let name = match text.rsplit_once("alias/") {
        Some((_, name)) => name,
        None if text.contains(":key/") => return Some(true),
        None if text.starts_with("AWS_OWNED") => return Some(false),
        None if text.contains(OPAQUE) => return None,
        None => text,
    };
    let start = name.split(OPAQUE).next().unwrap_or_default();
    if start.starts_with("aws/") {
        return Some(false);
    }
    let goes_on = name.contains(OPAQUE) && "aws/".starts_with(start);
    (!goes_on).then(|| !name.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_aws_are_told_from_those_of_a_customer() {
        let open = format!("{OPAQUE}?{OPAQUE}");
        for (text, expected) in [
            ("alias/aws/rds", Some(false)),
            ("aws/rds", Some(false)),
            ("arn:aws:kms:eu-west-1:111122223333:alias/aws/rds", Some(false)),
            ("AWS_OWNED_KMS_KEY", Some(false)),
            ("", Some(false)),
            ("alias/own", Some(true)),
            ("alias/awsome", Some(true)),
            ("1234abcd-12ab-34cd-56ef-1234567890ab", Some(true)),
            ("arn:aws:kms:eu-west-1:111122223333:key/1234abcd", Some(true)),
            (&format!("arn:aws:kms:{open}:{open}:key/{open}"), Some(true)),
            (&format!("arn:aws:kms:{open}:{open}:alias/aws/rds"), Some(false)),
            (&format!("arn:aws:kms:{open}:{open}:alias/own"), Some(true)),
            (&format!("alias/app-{open}"), Some(true)),
            (&format!("alias/{open}"), None),
            (&format!("alias/aws{open}"), None),
            (&open, None),
        ] {
            assert_eq!(is_customer(text), expected, "{text}");
        }
    }
}
