//! What a look at single statements tells: most statements of most policies have nothing to do with a question, or answer it
//! alone, and this says so without a proof. What it leaves open [`super::prove`] decides, which would say the same.

use super::document::{Condition, Effect, Element, Policy, Principal, PrincipalKind, Principals, Statement, Test};
use super::document::{Text, UNKNOWN};
use super::question::Requests;
use crate::value::OPAQUE;

/// Whether an element may be about one of these patterns of actions.
pub(super) fn may_be_about<'a>(element: &Element, actions: impl IntoIterator<Item = &'a str> + Clone) -> bool {
    let near = |text: &Text| actions.clone().into_iter().any(|action| may_meet(&text.text, action));
    element.negated || !element.open.is_empty() || element.texts.iter().any(near)
}

/// Whether two patterns begin alike as far as neither has a wildcard, a variable or an unknown part.
fn may_meet(one: &str, other: &str) -> bool {
    let fixed = |text: &str| text.find(['*', '?', '$', OPAQUE]).unwrap_or(text.len());
    let (a, b) = (one.as_bytes(), other.as_bytes());
    let (fixed_a, fixed_b) = (fixed(one), fixed(other));
    let shared = fixed_a.min(fixed_b);
    let same = a.iter().zip(b).take(shared).all(|(a, b)| a.eq_ignore_ascii_case(b));
    // One that ends before the other goes on is another text.
    same && (fixed_a < a.len() || fixed_b <= fixed_a) && (fixed_b < b.len() || fixed_a <= fixed_b)
}

/// Whether a statement may be for someone: `is` tells it of a principal that is known and not everyone. A statement without
/// principals is for those who have the policy.
pub(super) fn may_be_for(statement: &Statement, is: impl Fn(&Principal) -> bool) -> bool {
    let Some(Principals { negated, list, open, .. }) = &statement.principals else { return true };
    let one =
        |principal: &Principal| principal.kind == PrincipalKind::Anyone || !principal.text.is_known() || is(principal);
    *negated || !open.is_empty() || list.iter().any(one)
}

/// Whether one statement by itself surely denies all requests.
pub(super) fn denies_all(policy: &Policy, requests: &Requests<'_>) -> bool {
    policy.statements.iter().any(|statement| denies_alone(statement, requests))
}

fn denies_alone(statement: &Statement, requests: &Requests<'_>) -> bool {
    let anyone = |principals: &Principals| {
        !principals.negated && principals.list.iter().any(|principal| principal.kind == PrincipalKind::Anyone)
    };
    let given = |key: &str| {
        let mut values = requests.context.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        values.next().map(|(_, value)| value).filter(|_| values.next().is_none())
    };
    let met = |condition: &Condition| {
        condition.operator.test == Test::Bool
            && condition.operator.quantifier.is_none()
            && given(&condition.key).is_some_and(|value| {
                condition.values.iter().any(|text| text.is_known() && text.text.eq_ignore_ascii_case(value))
            })
    };
    statement.effect == Some(Effect::Deny)
        && statement.principals.as_ref().is_some_and(anyone)
        && covers(&statement.actions, &requests.actions)
        && statement.resources.as_ref().is_some_and(|element| covers(element, &requests.resources))
        && statement.conditions_open.is_empty()
        && statement.conditions.iter().all(met)
}

/// Whether an element names all of some patterns, each in the same words or by `*`.
fn covers(element: &Element, patterns: &[String]) -> bool {
    let has = |pattern: &String| element.texts.iter().any(|text| *text.text == **pattern);
    let plain = |text: &str| !text.contains("${") && !text.contains(UNKNOWN);
    let all = element.texts.iter().any(|text| &*text.text == "*");
    !element.negated && (all || !patterns.is_empty() && patterns.iter().all(|one| plain(one) && has(one)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::Reader;
    use crate::iam::prove::Proof;
    use crate::iam::question::{allows, one_not_denied};
    use crate::source::{Limits, SourceFile, json};
    use crate::value::{Values, View, World};

    fn policy(statement: &str) -> Policy {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let tree = json::parse(&std::sync::Arc::new(SourceFile::new("", text)), Limits::default()).expect("JSON");
        let mut values = Values::default();
        let root = values.push_tree(&tree, tree.root(), crate::source::FileId(0));
        Reader::new(View::new(&values, &World::open()), &tree.keys).policy(root)
    }

    #[test]
    fn patterns_that_begin_otherwise_do_not_meet() {
        for (a, b) in
            [("s3:Get*", "s3:*"), ("*", "s3:Get"), ("S3:get*", "s3:GetObject"), ("s3:?et", "s3:Get"), ("a", "A")]
        {
            assert!(may_meet(a, b) && may_meet(b, a), "{a} {b}");
        }
        for (a, b) in
            [("s3:*", "sqs:*"), ("sts:AssumeRole", "sts:AssumeRoleWithSAML"), ("s3:Get", "s3:Put*"), ("s", "s3:*")]
        {
            assert!(!may_meet(a, b) && !may_meet(b, a), "{a} {b}");
        }
    }

    #[test]
    fn one_statement_denies_all_only_where_the_proof_says_so() {
        let requests = |resource: &str| Requests {
            principal: "*",
            actions: vec!["s3:*".to_owned()],
            resources: vec![resource.to_owned()],
            context: vec![("aws:SecureTransport".to_owned(), "false".to_owned())],
        };
        let (mut yes, mut no) = (0, 0);
        for principal in [
            r#""Principal":"*""#,
            r#""Principal":{"AWS":["*"]}"#,
            r#""NotPrincipal":{"AWS":"111122223333"}"#,
            r#""Principal":{"AWS":"111122223333"}"#,
        ] {
            for action in [
                r#""Action":"s3:*""#,
                r#""Action":["s3:Get*","s3:*"]"#,
                r#""Action":"*""#,
                r#""NotAction":"s3:*""#,
                r#""Action":"s3:Get*""#,
            ] {
                for resource in
                    [r#""arn:aws:s3:::b/*""#, r#""*""#, r#"["arn:aws:s3:::b"]"#, r#""arn:aws:s3:::${aws:x}/*""#]
                {
                    for condition in [
                        "{}",
                        r#"{"Bool":{"aws:SecureTransport":"false"}}"#,
                        r#"{"Bool":{"aws:securetransport":["FALSE"]}}"#,
                        r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
                        r#"{"BoolIfExists":{"aws:SecureTransport":"false"}}"#,
                        r#"{"Bool":{"aws:SecureTransport":"false","aws:ViaAWSService":"false"}}"#,
                        r#"{"StringEquals":{"aws:SecureTransport":"false"}}"#,
                    ] {
                        let text = format!(
                            r#"{{"Effect":"Deny",{principal},{action},"Resource":{resource},"Condition":{condition}}}"#
                        );
                        let policy = policy(&text);
                        for asked in ["arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::\u{1}?\u{1}"] {
                            let requests = requests(asked);
                            match denies_all(&policy, &requests) {
                                true => {
                                    assert_eq!(one_not_denied(&policy, &requests), Proof::No, "{text} {asked}");
                                    yes += 1;
                                }
                                false => no += 1,
                            }
                        }
                    }
                }
            }
        }
        assert!(yes > 50 && no > 500, "{yes}, {no}");
    }

    #[test]
    fn what_is_denied_or_about_other_actions_is_not_allowed() {
        let requests = Requests { principal: "*", actions: vec!["s3:Get*".to_owned()], ..Requests::default() };
        let ask = |effect: &str, action: &str| {
            let text = format!(r#"{{"Effect":"{effect}","Principal":"*","Action":"{action}","Resource":"*"}}"#);
            allows(&policy(&text), &requests)
        };
        assert_eq!(ask("Allow", "s3:GetObject"), crate::iam::Evidence::Yes(vec![0]));
        assert_eq!(ask("Allow", "s3:Put*"), crate::iam::Evidence::No);
        assert_eq!(ask("Deny", "s3:Get*"), crate::iam::Evidence::No);
    }
}
