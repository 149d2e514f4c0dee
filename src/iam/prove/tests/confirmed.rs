//! Every "yes" is a request that [`crate::iam::decide`], which shares no code with the prover, allows too.

use super::super::{Caller, Proof, Question, Space, Who, Witness, ask};
use super::brute::document;
use super::policy;
use crate::iam::Policy;
use crate::iam::decide::{Context, Policies, Principal, Request, Verdict, decide};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// What AWS answers to the request of a witness, where one policy is all that its caller has; nothing where the resource is in
/// another account, which has a say too.
fn decided(policy: &Policy, witness: &Witness) -> Option<Verdict> {
    let Caller::Account { arn, .. } = &witness.principal else { return None };
    let principal = Principal::parse(arn)?;
    let own = principal.account()?.to_owned();
    let written = witness.resource.split(':').nth(4).filter(|account| !account.is_empty());
    let named = witness.context.get("aws:resourceaccount").map(|values| values[0].as_str());
    // The evaluator knows whose the resource is; some actions do not have the key, and the prover may speak of one of them.
    let mut conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    if named.is_none() && conditions.any(|condition| condition.key.eq_ignore_ascii_case("aws:ResourceAccount")) {
        return None;
    }
    // A role and a key answer to their own policies as well.
    let foreign = [written, named].into_iter().flatten().any(|account| account != own);
    if foreign || witness.action.to_ascii_lowercase().starts_with("sts:") {
        return None;
    }
    let mut context = Context::new();
    for (key, values) in &witness.context {
        context = match values.as_slice() {
            [one] if key != "aws:tagkeys" => context.with(key, one.as_str()),
            several => context.with_all(key, several.iter().map(String::as_str)),
        };
    }
    let request = Request::new(principal, &witness.action, &witness.resource, Some(&own), context);
    let policies = Policies { identity: vec![policy], ..Policies::default() };
    Some(decide(&policies, &request).verdict)
}

#[test]
fn the_evaluator_allows_what_the_prover_finds_and_denies_it_by_the_other_policy() {
    let mut runner = TestRunner::deterministic();
    let (mut allowed, mut open) = (0, 0);
    for _ in 0..600 {
        let mut next = || policy(&document(false).new_tree(&mut runner).unwrap().current());
        let (a, b) = (next(), next());
        // The root user needs no policy.
        let who = Who::Arns(vec!["arn:aws:iam::*:role/*".to_owned(), "arn:aws:iam::*:user/*".to_owned()]);
        let space = Space { who, ..Space::default() };
        let question = Question { groups: vec![vec![&a]], space, except: vec![&b], ..Question::default() };
        let Proof::Yes(witness) = ask(&question) else { continue };
        match decided(&a, &witness) {
            Some(Verdict::Allowed) => allowed += 1,
            Some(Verdict::Unknown(_)) => open += 1,
            Some(denied) => panic!("{denied:?}: {witness:#?}"),
            None => continue,
        }
        let other = decided(&b, &witness);
        assert!(!matches!(other, Some(Verdict::Allowed)), "{witness:#?}");
    }
    assert!(allowed > 80 && open < allowed, "{allowed} allowed, {open} open");
}
