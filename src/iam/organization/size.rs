//! How long a policy of an organisation may be.

use crate::source::Interner;
use crate::value::{Cause, Kind, ValueId, View};

/// How many characters a policy may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The type, as CloudFormation has it.
    pub kind: &'static str,
    /// Characters.
    pub characters: usize,
}

/// "Quotas and service limits for AWS Organizations", AWS Organizations User Guide. Service control policies had half as much until
/// 15 May 2026.
const LIMITS: [Limit; 9] = [
    Limit { kind: "SERVICE_CONTROL_POLICY", characters: 10_240 },
    Limit { kind: "RESOURCE_CONTROL_POLICY", characters: 5_120 },
    Limit { kind: "DECLARATIVE_POLICY_EC2", characters: 10_000 },
    Limit { kind: "BACKUP_POLICY", characters: 10_000 },
    Limit { kind: "TAG_POLICY", characters: 10_000 },
    Limit { kind: "CHATBOT_POLICY", characters: 10_000 },
    Limit { kind: "AISERVICES_OPT_OUT_POLICY", characters: 2_500 },
    Limit { kind: "SECURITYHUB_POLICY", characters: 10_000 },
    Limit { kind: "INSPECTOR_POLICY", characters: 10_000 },
];

/// The limit of a type of policy, where it is known.
#[must_use]
pub fn limit(kind: &str) -> Option<Limit> {
    LIMITS.into_iter().find(|limit| limit.kind == kind)
}

/// The characters of a policy without white space between its parts; a text counts as it is. With the causes for which it may
/// have more.
#[must_use]
pub fn size(view: &View<'_>, names: &Interner, id: ValueId) -> (usize, Vec<Cause>) {
    let mut open = Vec::new();
    let size = match view.deep(id).1 {
        Kind::Text(_) | Kind::Concat(_) => text(view, names, id, &mut open),
        _ => value(view, names, id, &mut open),
    };
    (size, open)
}

fn value(view: &View<'_>, names: &Interner, id: ValueId, open: &mut Vec<Cause>) -> usize {
    let (head, kind) = view.deep(id);
    match kind {
        // The two ends and what stands between the parts.
        Kind::List(range) => {
            let items = view.values.items(range);
            1 + items.len().max(1) + items.iter().map(|item| value(view, names, *item, open)).sum::<usize>()
        }
        Kind::Map(range) => {
            let entries = view.values.entries(range);
            let one = |entry: &crate::value::Entry| {
                // The quotes and the colon.
                3 + names.text(entry.key).chars().count() + value(view, names, entry.value, open)
            };
            1 + entries.len().max(1) + entries.iter().map(one).sum::<usize>()
        }
        Kind::Bool(truth) => if truth { 4 } else { 5 },
        Kind::Number(number) => view.values.str(number).len(),
        Kind::Absent => 0,
        _ => 2 + text(view, names, head, open),
    }
}

/// The characters of a text, of those parts that are known.
fn text(view: &View<'_>, names: &Interner, id: ValueId, open: &mut Vec<Cause>) -> usize {
    let (head, kind) = view.deep(id);
    match kind {
        Kind::Text(text) | Kind::Number(text) => view.values.str(text).chars().count(),
        Kind::Bool(truth) => if truth { 4 } else { 5 },
        Kind::Concat(range) => view.values.items(range).iter().map(|part| text(view, names, *part, open)).sum(),
        _ => {
            open.extend(view.open(head).map(|cause| view.values.cause(cause).clone()));
            0
        }
    }
}
