//! The principals of an account that its policies can tell apart.

use super::condition::arn_like;
use super::representative::representatives;
use crate::iam::document::{Condition, Statement, Test};
use crate::iam::{Match, matches};

/// What stands for an account whose id is not known: AWS's own example.
pub(super) const ACCOUNT: &str = "111122223333";

/// Names that are tried first, for people.
const ORDINARY: [&str; 2] = ["role/Developer", "user/developer"];

/// One principal for all that no policy tells from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Principal {
    /// Its ARN.
    pub(super) arn: String,
    /// The texts of the policies that it matches: what sets it apart.
    pub(super) matched: Vec<String>,
    /// Whether it is a root user.
    pub(super) root: bool,
}

/// The condition keys that hold the ARN of the principal.
pub(super) fn is_principal_arn(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:PrincipalArn")
}

/// The texts that conditions compare the ARN of the principal with.
fn texts<'a>(statements: impl Iterator<Item = &'a Statement>) -> Vec<(String, bool)> {
    let mut found: Vec<(String, bool)> = Vec::new();
    let conditions = statements.flat_map(|statement| &statement.conditions);
    for condition in conditions.filter(|condition| is_principal_arn(&condition.key)) {
        let as_arn = is_arn_test(condition);
        for text in &condition.values {
            let entry = (text.text.replace("${aws:PrincipalAccount}", "*"), as_arn);
            if text.is_known() && !found.contains(&entry) {
                found.push(entry);
            }
        }
    }
    found
}

fn is_arn_test(condition: &Condition) -> bool {
    matches!(condition.operator.test, Test::ArnEquals | Test::ArnLike | Test::ArnNotEquals | Test::ArnNotLike)
}

/// The principals of `account`: roles, users and the root user, one for each way in which the statements and the patterns of
/// break-glass principals tell them apart, without those that a break-glass pattern matches. Service-linked roles, which no service
/// control policy restricts, are left out. `None` when there are too many.
pub(super) fn principals<'a>(
    account: &str,
    statements: impl Iterator<Item = &'a Statement>,
    break_glass: &[Box<str>],
) -> Option<Vec<Principal>> {
    let mut texts = texts(statements);
    texts.extend(break_glass.iter().map(|pattern| (pattern.to_string(), true)));
    let service_linked = format!("arn:aws:iam::{account}:role/aws-service-role/*");
    let matched = |arn: &str| -> Vec<String> {
        let matches = |(text, as_arn): &&(String, bool)| match as_arn {
            true => arn_like(text, arn) == Match::Yes,
            false => matches(text, arn),
        };
        texts.iter().filter(matches).map(|(text, _)| text.clone()).collect()
    };
    let mut found = Vec::new();
    for kind in ["role/", "user/"] {
        let start = format!("arn:aws:iam::{account}:{kind}");
        let mut patterns: Vec<String> =
            texts.iter().filter_map(|(text, as_arn)| below(text, *as_arn, &start)).collect();
        if kind == "role/" {
            patterns.push(service_linked.clone());
        }
        patterns.sort();
        patterns.dedup();
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        for arn in representatives(&start, &patterns)? {
            let ordinary = ORDINARY.iter().map(|name| format!("arn:aws:iam::{account}:{name}"));
            let same = |other: &String| {
                other.starts_with(&start)
                    && patterns.iter().all(|pattern| matches(pattern, other) == matches(pattern, &arn))
            };
            let arn = ordinary.into_iter().find(same).unwrap_or(arn);
            let matched = matched(&arn);
            found.push(Principal { arn, matched, root: false });
        }
    }
    let root = format!("arn:aws:iam::{account}:root");
    found.push(Principal { matched: matched(&root), arn: root, root: true });
    // A reference to a principal of a template is a name of its own.
    for (text, _) in texts.iter().filter(|(text, _)| !text.starts_with("arn:") && !text.contains(['*', '?'])) {
        found.push(Principal { arn: text.clone(), matched: vec![text.clone()], root: false });
    }
    let may_all = |arn: &str| break_glass.iter().any(|pattern| arn_like(pattern, arn) == Match::Yes);
    found.retain(|principal| !may_all(&principal.arn) && !matches(&service_linked, &principal.arn));
    Some(found)
}

/// The pattern for texts that begin with `start`, which has the first five parts of an ARN; `None` when it matches none of them.
fn below(text: &str, as_arn: bool, start: &str) -> Option<String> {
    if !as_arn || text == "*" {
        return Some(text.to_owned());
    }
    let (parts, starts): (Vec<&str>, Vec<&str>) = (text.splitn(6, ':').collect(), start.splitn(6, ':').collect());
    let ([head @ .., tail], [starts @ .., _]) = (parts.as_slice(), starts.as_slice()) else { return None };
    let fits = head.len() == starts.len() && head.iter().zip(starts).all(|(part, start)| matches(part, start));
    fits.then(|| format!("{}:{tail}", starts.join(":")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_glass_role_is_no_principal_and_its_neighbours_are() {
        let all = principals(ACCOUNT, std::iter::empty(), &["arn:aws:iam::*:role/BreakGlass*".into()]).unwrap();
        let arns: Vec<&str> = all.iter().map(|principal| &*principal.arn).collect();
        assert_eq!(
            arns,
            [
                "arn:aws:iam::111122223333:role/Developer",
                "arn:aws:iam::111122223333:user/developer",
                "arn:aws:iam::111122223333:root"
            ]
        );
    }
}
