//! What holds of all decisions: limits only take rights away, and what becomes unknown turns no answer round.

use proptest::prelude::*;

use super::testing::{request, statements, word};
use super::{Policies, decide};
use crate::iam::document::Policy;

/// Statements for policies with principals and without; `~` is where something may become unknown.
fn statement() -> impl Strategy<Value = [String; 6]> {
    let pick = |from: &'static [&'static str]| prop::sample::select(from).prop_map(str::to_owned);
    (
        pick(&["Allow", "Allow", "Deny"]),
        pick(&["*", "s3:*", "s3:GetObject", "ec2:*"]),
        pick(&["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::other"]),
        pick(&["*", "111122223333", "arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:role/app"]),
        pick(&["", "StringEquals", "StringNotLike", "StringEqualsIfExists"]),
        pick(&["bob", "b*", "x"]),
    )
        .prop_map(|(effect, action, resource, principal, operator, value)| {
            [effect, action, resource, principal, operator, value]
        })
}

/// A policy of these statements; part `unknown` of each is not known.
fn policy(all: &[[String; 6]], principals: bool, unknown: Option<usize>) -> Policy {
    let texts: Vec<String> = all
        .iter()
        .map(|parts| {
            let text = |at: usize| if unknown == Some(at) { "\\u0001?\\u0001" } else { parts[at].as_str() };
            let principal = if principals { format!(r#""Principal":{{"AWS":"{}"}},"#, text(3)) } else { String::new() };
            let condition = match parts[4].as_str() {
                "" => String::new(),
                operator => format!(r#","Condition":{{"{operator}":{{"aws:username":"{}"}}}}"#, text(5)),
            };
            let (effect, action, resource) = (text(0), text(1), text(2));
            format!(r#"{{"Effect":"{effect}",{principal}"Action":"{action}","Resource":"{resource}"{condition}}}"#)
        })
        .collect();
    statements(&texts.join(","))
}

type Statements = Vec<[String; 6]>;

/// The statements of six layers: identity, resource, boundary, session, SCP, RCP.
fn layers() -> impl Strategy<Value = [Statements; 6]> {
    // AWS takes no policy without statements.
    let some = || prop::collection::vec(statement(), 1..3);
    [some(), some(), some(), some(), some(), some()]
}

/// What is decided with some of the layers, and one of them with an unknown part.
fn decided(
    layers: &[Statements; 6],
    there: [bool; 6],
    unknown: Option<(usize, usize)>,
    who: &str,
    account: &str,
) -> &'static str {
    let part = |layer: usize| unknown.filter(|(at, _)| *at == layer).map(|(_, part)| part);
    let all: Vec<Policy> = (0..6).map(|layer| policy(&layers[layer], matches!(layer, 1 | 5), part(layer))).collect();
    let one = |layer: usize| there[layer].then(|| vec![&all[layer]]);
    let policies = Policies {
        identity: one(0).unwrap_or_default(),
        resource: one(1),
        boundary: one(2),
        session: one(3),
        scps: one(4).map(|level| vec![level]),
        rcps: one(5).map(|level| vec![level]),
        ..Policies::default()
    };
    word(&decide(&policies, &request(who, "s3:GetObject", "arn:aws:s3:::b/bob", account)))
}

fn who() -> impl Strategy<Value = (&'static str, &'static str)> {
    let principals = [
        "arn:aws:iam::111122223333:user/bob",
        "arn:aws:sts::111122223333:assumed-role/app/one",
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:sts::111122223333:federated-user/eve",
        "arn:aws:iam::111122223333:root",
        "lambda.amazonaws.com",
        "anonymous",
    ];
    (prop::sample::select(principals.to_vec()), prop::sample::select(vec!["111122223333", "444455556666", ""]))
}

fn allowed(answer: &str) -> bool {
    answer == "allowed"
}

fn denied(answer: &str) -> bool {
    answer.ends_with("denied")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn limits_and_denies_only_take_rights_away(
        layers in layers(), there in any::<[bool; 6]>(), limit in 2_usize..6, (who, account) in who(), deny in statement()
    ) {
        // A session policy gives a federated user what it may do.
        prop_assume!(limit != 3 || !who.contains("federated"));
        let (mut without, mut with) = (there, there);
        (without[limit], with[limit]) = (false, true);
        let (before, after) = (decided(&layers, without, None, who, account), decided(&layers, with, None, who, account));
        prop_assert!(!denied(before) || denied(after), "{} {}", before, after);
        prop_assert!(!allowed(after) || allowed(before), "{} {}", before, after);

        // A deny more in any layer that is there.
        for layer in 0..6 {
            let mut more = layers.clone();
            let mut deny = deny.clone();
            deny[0] = "Deny".to_owned();
            more[layer].push(deny);
            let (before, after) = (decided(&layers, there, None, who, account), decided(&more, there, None, who, account));
            prop_assert!(!denied(before) || denied(after), "{} {}", before, after);
            prop_assert!(!allowed(after) || allowed(before), "{} {}", before, after);
        }
    }

    #[test]
    fn what_becomes_unknown_turns_no_answer_round(
        layers in layers(), there in any::<[bool; 6]>(), layer in 0_usize..6,
        part in prop::sample::select(vec![0_usize, 1, 2, 3, 5]), (who, account) in who()
    ) {
        let known = decided(&layers, there, None, who, account);
        let unknown = decided(&layers, there, Some((layer, part)), who, account);
        prop_assert!(!(allowed(known) && denied(unknown)), "{} {}", known, unknown);
        prop_assert!(!(denied(known) && allowed(unknown)), "{} {}", known, unknown);
    }
}
