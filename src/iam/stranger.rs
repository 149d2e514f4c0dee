//! Who gets in: whether a policy allows something to someone who should be kept out, and by which statement.

use super::at_once::{may_be_about, may_be_for};
use super::document::{Condition, Effect, Operator, Policy, Principal, PrincipalKind, Statement, Test, Text};
use super::fixed::{Fixed, account_of, is_fixed};
use super::prove::{Caller, Constraint, Proof, Prover, Question, Reason, Space, Who, Witness};
use super::s3_public::OPEN_PROVIDERS;
use crate::value::{Cause, OPAQUE};

/// Who should be kept out. Strangers are those whose accounts, organisations, networks and sources the policy does not name.
#[derive(Debug, Clone, Copy)]
pub enum Outsider<'a> {
    /// Strangers: of any account, not signed in, signed in with a provider that is open to everyone, or a service that acts for
    /// a stranger and is not itself named.
    Stranger,
    /// Principals of an account that the policy names and that is neither the own one nor trusted.
    OtherAccount {
        /// Account ids.
        trusted: &'a [String],
        /// Whether only grants to more than single principals count.
        whole: bool,
    },
    /// One of these services, acting for a stranger.
    Service(&'a [String]),
    /// Strangers who are signed in with the provider that the policy names.
    Federated,
}

/// Statements that let someone in, each with a request; or why that is not known.
#[derive(Debug, Default)]
pub struct Entry {
    /// Indexes into [`Policy::statements`] with a request that passes.
    pub found: Vec<(usize, Witness)>,
    /// Why other statements may.
    pub unknown: Vec<Cause>,
}

/// A text that stands for the organisation of the own account.
const ORGANISATION: &str = "\u{1}organization\u{1}";

/// Whether a policy lets an outsider use one of these actions. `own` is the account that the resource is in: its id, or the
/// token that stands for it.
#[must_use]
pub fn lets_in(policy: &Policy, actions: &[&str], own: &str, outsider: Outsider<'_>) -> Entry {
    let asked = allows(policy)
        .filter(|(_, statement)| actions.is_empty() || may_be_about(&statement.actions, actions.iter().copied()))
        .filter(|(_, statement)| may_be_for(statement, |principal| outsider.may_be(principal, own)))
        .collect();
    entry(policy, asked, actions, own, outsider)
}

/// The statements that may allow, with their positions.
fn allows(policy: &Policy) -> impl Iterator<Item = (usize, &Statement)> {
    policy.statements.iter().enumerate().filter(|(_, statement)| statement.effect != Some(Effect::Deny))
}

/// [`lets_in`] by one of these statements.
fn entry(
    policy: &Policy,
    asked: Vec<(usize, &Statement)>,
    actions: &[&str],
    own: &str,
    outsider: Outsider<'_>,
) -> Entry {
    if asked.is_empty() {
        return Entry { found: Vec::new(), unknown: policy.open.clone() };
    }
    let fixed = Fixed::of(policy);
    let split = |test: fn(&Statement) -> bool| Policy {
        statements: policy.statements.iter().filter(|statement| test(statement)).cloned().collect(),
        ..policy.clone()
    };
    let denies = split(|statement| statement.effect != Some(Effect::Allow));
    let mut gate = Gate { policy, asked, denies, fixed, own, space: Space::default() };
    gate.space = gate.base(actions);
    let mut entry = Entry::default();
    match outsider {
        Outsider::OtherAccount { trusted, whole } => gate.other_accounts(trusted, whole, &mut entry),
        _ => {
            for &(index, statement) in &gate.asked {
                let proof = gate.ask(statement, gate.ways(outsider), &[]);
                entry.add(index, statement, proof);
            }
        }
    }
    if entry.found.is_empty() && !policy.open.is_empty() {
        entry.unknown.extend(policy.open.iter().cloned());
    }
    entry
}

/// One way to be an outsider: who asks, with what, and what makes him no outsider.
struct Way {
    who: Who,
    keys: Vec<(String, Constraint)>,
    known: Vec<Condition>,
}

impl Outsider<'_> {
    /// Whether one whom a policy names may be such an outsider: whom it fixes is no stranger.
    fn may_be(self, principal: &Principal, own: &str) -> bool {
        let text = &*principal.text.text;
        match (self, principal.kind) {
            (_, PrincipalKind::Anyone) => true,
            (Outsider::Stranger, PrincipalKind::Aws) => account_of(text).is_none(),
            (Outsider::Stranger, PrincipalKind::Service) => !is_fixed(text),
            (Outsider::Stranger, PrincipalKind::Federated) => !is_fixed(text) || OPEN_PROVIDERS.contains(&text),
            (Outsider::OtherAccount { trusted, .. }, PrincipalKind::Aws) => {
                account_of(text).is_none_or(|account| account != own && !trusted.iter().any(|known| known == account))
            }
            (Outsider::Service(names), PrincipalKind::Service) => {
                !is_fixed(text) || names.iter().any(|name| name == text || !is_fixed(name))
            }
            (Outsider::Federated, PrincipalKind::Federated) => true,
            (Outsider::Stranger | Outsider::OtherAccount { .. }, PrincipalKind::CanonicalUser) => true,
            _ => false,
        }
    }
}

struct Gate<'p> {
    policy: &'p Policy,
    /// The statements that may let one in, by their positions.
    asked: Vec<(usize, &'p Statement)>,
    denies: Policy,
    fixed: Fixed,
    own: &'p str,
    space: Space,
}

impl<'p> Gate<'p> {
    /// Requests for the resource, which is in the own account.
    fn base(&self, actions: &[&str]) -> Space {
        let mut keys = Vec::new();
        for (key, own) in [("aws:resourceaccount", self.own), ("aws:resourceorgid", ORGANISATION)] {
            if self.fixed.keys.contains(key) {
                // Which of the accounts that it is compared with is the own one may be open; it is no outsider's.
                let mut values = self.compared_with(key);
                values.push(own.to_owned());
                keys.push((key.to_owned(), Constraint::In(values)));
            }
        }
        Space { actions: actions.iter().map(|action| (*action).to_owned()).collect(), keys, ..Space::default() }
    }

    fn compared_with(&self, key: &str) -> Vec<String> {
        let conditions = self.policy.statements.iter().flat_map(|statement| &statement.conditions);
        let values = conditions.filter(|condition| condition.key.eq_ignore_ascii_case(key)).flat_map(|one| &one.values);
        let texts = values.filter(|value| value.is_known() && !value.text.contains(['*', '?', '$']));
        texts.map(|value| value.text.to_string()).collect()
    }

    /// A condition that a key has one of these values.
    fn equals(&self, key: &str, test: Test, values: impl IntoIterator<Item = String>) -> Option<Condition> {
        let place = self.policy.place;
        let values: Vec<Text> = values.into_iter().map(|text| Text { text: text.into(), place }).collect();
        let operator = Operator { quantifier: None, test, if_exists: false };
        (!values.is_empty()).then(|| Condition { operator, key: key.into(), values, open: Vec::new(), place })
    }

    /// The ways to be a stranger.
    fn ways(&self, outsider: Outsider<'_>) -> Vec<Way> {
        let organisation = self.equals("aws:PrincipalOrgID", Test::StringEquals, [ORGANISATION.to_owned()]);
        let accounts = self.fixed.accounts.iter().map(String::as_str).chain([self.own]);
        let arns = accounts.map(|account| format!("arn:*:*:*:{account}:*")).collect();
        let provider = |constraint| vec![("@federated".to_owned(), constraint)];
        let none = Vec::new;
        match outsider {
            Outsider::Stranger => {
                let services = self.fixed.services.iter().cloned();
                let services = self.equals("aws:PrincipalServiceName", Test::StringEqualsIgnoreCase, services);
                let open = OPEN_PROVIDERS.map(str::to_owned).to_vec();
                vec![
                    Way { who: Who::Anonymous, keys: none(), known: none_of(None) },
                    Way { who: Who::OtherArns(arns), keys: none(), known: none_of(organisation) },
                    Way { who: Who::Services, keys: none(), known: none_of(services) },
                    Way { who: Who::Anyone, keys: provider(Constraint::In(open)), known: none_of(None) },
                ]
            }
            Outsider::Service(names) => {
                let keys = vec![("aws:principalservicename".to_owned(), Constraint::In(names.to_vec()))];
                vec![Way { who: Who::Services, keys, known: none_of(None) }]
            }
            Outsider::Federated => {
                vec![Way { who: Who::Anyone, keys: provider(Constraint::Present), known: none_of(None) }]
            }
            Outsider::OtherAccount { .. } => Vec::new(),
        }
    }

    /// Whether the statement lets someone in by one of the ways.
    fn ask(&self, statement: &Statement, ways: Vec<Way>, also_known: &[Condition]) -> Proof {
        let allow = Policy { statements: vec![statement.clone()], open: Vec::new(), ..self.policy.clone() };
        let known = |way: &Way| {
            let conditions = way.known.iter().chain(also_known).cloned();
            self.fixed.acquaintances(self.policy.place, conditions)
        };
        let ways: Vec<(Policy, Way)> = ways.into_iter().map(|way| (known(&way), way)).collect();
        let (mut proof, mut prover) = (Proof::No, Prover::default());
        for (known, way) in &ways {
            let mut space = self.space.clone();
            space.who = way.who.clone();
            space.keys.extend(way.keys.iter().cloned());
            let except = if known.statements.is_empty() { Vec::new() } else { vec![known] };
            let question = Question { groups: vec![vec![&allow]], denies: vec![&self.denies], space, except };
            proof = proof.or_else(|| prover.ask(&question));
            if let Proof::Yes(_) = proof {
                break;
            }
        }
        proof
    }

    /// Accounts that the policy names, one by one.
    fn other_accounts(&self, trusted: &[String], whole: bool, entry: &mut Entry) {
        let named = self.fixed.accounts.iter().filter(|account| **account != self.own && !trusted.contains(account));
        // Others, such as `cloudfront`, are AWS's own.
        let named: Vec<&String> = named.filter(|account| account.len() == 12 || account.contains(OPAQUE)).collect();
        let principals = if whole { self.fixed.principals.iter().cloned().collect() } else { Vec::new() };
        let single = self.equals("aws:PrincipalArn", Test::ArnEquals, principals);
        let single: Vec<Condition> = single.into_iter().collect();
        // Which of several accounts is the own one may be open, but only one of them is.
        let own_is_open = self.own.contains(OPAQUE);
        let mut through = Vec::new();
        for &(index, statement) in &self.asked {
            let mut unknown = Vec::new();
            for account in &named {
                let way = Way { who: Who::Accounts(vec![(*account).clone()]), keys: Vec::new(), known: Vec::new() };
                match self.ask(statement, vec![way], &single) {
                    Proof::Yes(witness) => {
                        through.push((index, *account, witness));
                        unknown.clear();
                        break;
                    }
                    Proof::No => {}
                    Proof::Unknown(reasons) => unknown.extend(self::causes(reasons, [&*statement.causes])),
                }
            }
            entry.unknown.extend(unknown);
            if !through.iter().any(|(at, ..)| *at == index) {
                let others = self.fixed.accounts.iter().map(String::as_str).chain([self.own]);
                let others = others.chain(trusted.iter().map(String::as_str));
                let who = Who::OtherArns(others.map(|account| format!("arn:*:*:*:{account}:*")).collect());
                let way = Way { who, keys: Vec::new(), known: Vec::new() };
                if let Proof::Unknown(reasons) = self.ask(statement, vec![way], &single) {
                    entry.unknown.extend(self::causes(reasons, [&*statement.causes]));
                }
            }
        }
        let first = through.first().map(|(_, account, _)| *account);
        let several = through.iter().any(|(_, account, _)| Some(*account) != first);
        for (index, account, witness) in through {
            if account.contains(OPAQUE) {
                entry.unknown.push(Cause::NotInInput { what: "the account of a principal".into() });
            } else if own_is_open && !several {
                entry.unknown.push(Cause::Environment { name: "AWS::AccountId".into() });
            } else {
                entry.found.push((index, *witness));
            }
        }
    }
}

fn none_of(condition: Option<Condition>) -> Vec<Condition> {
    condition.into_iter().collect()
}

impl Entry {
    fn add(&mut self, index: usize, statement: &Statement, proof: Proof) {
        match proof {
            Proof::No => {}
            Proof::Yes(witness) => self.found.push((index, *witness)),
            Proof::Unknown(reasons) => self.unknown.extend(self::causes(reasons, [&*statement.causes])),
        }
    }
}

/// Reasons as causes; those of the statements where a part of them is not known.
pub(super) fn causes<'c>(reasons: Vec<Reason>, statements: impl IntoIterator<Item = &'c [Cause]>) -> Vec<Cause> {
    let (mut found, mut vague) = (Vec::new(), false);
    let what = |what: String| Cause::NotInInput { what: what.into() };
    for reason in reasons {
        let cause = match reason {
            Reason::Unknown(Cause::NotInInput { .. }) => {
                vague = true;
                continue;
            }
            Reason::Unknown(cause) => cause,
            Reason::Variable(name) => what(format!("the value of the policy variable `{name}`")),
            Reason::SeveralValues(key) => what(format!("how AWS compares the values of `{key}`")),
            Reason::CanonicalUser => what("the account of a canonical user id".to_owned()),
            Reason::Limit | Reason::Replay => Cause::Limit,
        };
        if !found.contains(&cause) {
            found.push(cause);
        }
    }
    if vague {
        for cause in statements.into_iter().flatten().filter(|cause| !matches!(cause, Cause::Environment { .. })) {
            if !found.contains(cause) {
                found.push(cause.clone());
            }
        }
    }
    if found.is_empty() {
        found.push(what("a part of the policy".to_owned()));
    }
    found
}

impl Witness {
    /// The request for people: `s3:GetObject on arn:aws:s3:::store/* by anyone`, in the words of the statement where it fits.
    #[must_use]
    pub fn shown(&self, statement: &Statement) -> String {
        let by = match &self.principal {
            Caller::Account { arn, .. } => match arn.split(':').nth(4) {
                Some(account) if account.len() == 12 => format!("account {account}"),
                _ => "any AWS account".to_owned(),
            },
            Caller::Service(name) => format!("`{name}`"),
            Caller::Federated(name) => format!("anyone at `{name}`"),
            Caller::Canonical(_) => "a canonical user".to_owned(),
            Caller::Anonymous => "anyone".to_owned(),
        };
        let fits = |texts: &[Text], found: &str, fold: bool| {
            let fits = |text: &&Text| match fold {
                true => super::matches_ignoring_case(&text.widened(), found),
                false => super::matches(&text.widened(), found),
            };
            texts.iter().find(fits).map(Text::shown)
        };
        let actions = if statement.actions.negated { None } else { fits(&statement.actions.texts, &self.action, true) };
        let action = actions.unwrap_or_else(|| self.action.clone());
        let resources = statement.resources.as_ref().filter(|resources| !resources.negated);
        let resource = resources.and_then(|resources| fits(&resources.texts, &self.resource, false));
        match resource {
            Some(resource) if resource != "*" => format!("{action} on {resource} by {by}"),
            _ => format!("{action} by {by}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::document::{ACCOUNT, Reader};
    use crate::source::{Files, Limits, SourceFile, json};
    use crate::value::{Values, View, World};

    fn policy(statements: &str) -> Policy {
        let mut files = Files::default();
        let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}");
        let file = std::sync::Arc::new(SourceFile::new("", text));
        let tree = json::parse(&file, Limits::default()).expect("json");
        let mut values = Values::default();
        let root = values.push_tree(&tree, tree.root(), files.add(std::sync::Arc::clone(&file)));
        Reader::new(View::new(&values, &World::open()), &tree.keys).policy(root)
    }

    #[test]
    fn statements_that_are_passed_over_let_nobody_in() {
        let (mut passed_over, mut asked) = (0, 0);
        let principals = [
            r#""*""#,
            r#"{"AWS":"*"}"#,
            r#"{"AWS":"111122223333"}"#,
            r#"{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::444455556666:role/*"]}"#,
            r#"{"AWS":"arn:aws:sts::444455556666:assumed-role/r/s"}"#,
            r#"{"AWS":"AIDAEXAMPLE"}"#,
            r#"{"AWS":"\u0001?\u0001"}"#,
            r#"{"AWS":"arn:aws:iam::\u0001?\u0001:root"}"#,
            r#"{"Service":"sns.amazonaws.com"}"#,
            r#"{"Service":["sns.amazonaws.com","ec2.amazonaws.com"],"AWS":"444455556666"}"#,
            r#"{"Federated":"cognito-identity.amazonaws.com"}"#,
            r#"{"Federated":"arn:aws:iam::111122223333:saml-provider/idp"}"#,
            r#"{"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#,
        ];
        let conditions = [
            "{}",
            r#"{"StringEquals":{"aws:SourceAccount":"111122223333"}}"#,
            r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#,
        ];
        let (trusted, services) = (["444455556666".to_owned()], ["sns.amazonaws.com".to_owned()]);
        let outsiders = [
            Outsider::Stranger,
            Outsider::OtherAccount { trusted: &[], whole: false },
            Outsider::OtherAccount { trusted: &trusted, whole: true },
            Outsider::Service(&services),
            Outsider::Federated,
        ];
        for (principal, not) in principals.iter().flat_map(|principal| [(principal, ""), (principal, "Not")]) {
            for (action, condition) in ["sts:AssumeRole", "sts:*", "STS:assumerole", "sts:Assume", "s3:GetObject"]
                .iter()
                .flat_map(|action| conditions.iter().map(move |condition| (action, condition)))
            {
                let policy = policy(&format!(
                    r#"{{"Effect":"Allow","{not}Principal":{principal},"Action":"{action}","Resource":"*","Condition":{condition}}}"#
                ));
                for outsider in outsiders {
                    let actions = ["sts:AssumeRole", "sts:TagSession"];
                    let all = entry(&policy, allows(&policy).collect(), &actions, "111122223333", outsider);
                    let some = lets_in(&policy, &actions, "111122223333", outsider);
                    assert_eq!(some.found, all.found, "{not}{principal} {action} {condition} {outsider:?}");
                    assert_eq!(some.unknown, all.unknown, "{not}{principal} {action} {condition} {outsider:?}");
                    passed_over += usize::from(some.found.is_empty() && some.unknown.is_empty());
                    asked += usize::from(!some.found.is_empty());
                }
            }
        }
        assert!(passed_over > 100 && asked > 100, "{passed_over}, {asked}");
    }

    fn to_account(account: &str) -> String {
        format!(
            "{{\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\"{account}\"}},\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}}"
        )
    }

    #[test]
    fn which_account_is_the_own_one_is_open_only_while_it_could_be_each() {
        let outside = Outsider::OtherAccount { trusted: &[], whole: false };
        let one = policy(&to_account("111122223333"));
        let entry = lets_in(&one, &["s3:*"], ACCOUNT, outside);
        assert!(entry.found.is_empty() && entry.unknown.len() == 1, "{entry:?}");
        assert!(lets_in(&one, &["s3:*"], "111122223333", outside).found.is_empty());
        let two = policy(&format!("{},{}", to_account("111122223333"), to_account("222233334444")));
        assert_eq!(lets_in(&two, &["s3:*"], ACCOUNT, outside).found.len(), 2);
    }

    #[test]
    fn a_witness_speaks_in_the_words_of_the_statement() {
        let policy = policy(
            "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:Get*\",\"Resource\":\"arn:aws:s3:::store/*\"}",
        );
        let entry = lets_in(&policy, &["s3:*"], ACCOUNT, Outsider::Stranger);
        let shown: Vec<String> =
            entry.found.iter().map(|(at, witness)| witness.shown(&policy.statements[*at])).collect();
        assert_eq!(shown, ["s3:Get* on arn:aws:s3:::store/* by anyone"]);
    }

    #[test]
    fn other_actions_are_not_asked_about() {
        let policy = policy("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:Get*\",\"Resource\":\"*\"}");
        let entry = lets_in(&policy, &["s3:Put*"], ACCOUNT, Outsider::Stranger);
        assert!(entry.found.is_empty() && entry.unknown.is_empty());
    }
}
