//! Why the two differ: classes of differences, each as narrow as can be.
//!
//! A class of `rewrites` says what the other one does not understand, and replaces exactly that by something of the same
//! meaning that it does understand. A difference is of the class when the answer of fasscan stays the same and the other one
//! comes to agree. A class of `doubts` is what fasscan does not decide because AWS does not document it.

use std::collections::BTreeMap;

use fasscan::iam::decide::Doubt;
use serde_json::{Value, json};

use super::{Answer, Difference, agree, ours, theirs};
use crate::oracle::ROOT;

type Rewrite = fn(&Value) -> Value;

struct Class {
    id: String,
    doubt: Option<String>,
    used: usize,
}

pub(super) struct Table {
    classes: Vec<Class>,
}

fn rewrite(id: &str) -> Option<Rewrite> {
    REWRITES.iter().find(|(name, _)| *name == id).map(|(_, rewrite)| *rewrite)
}

const REWRITES: [(&str, Rewrite); 13] = [
    ("short-arn-of-not-resource", short_arn_of_not_resource),
    ("session-limits-direct-allow", session_limits_direct_allow),
    ("variable-in-arn-condition", variable_in_arn_condition),
    ("star-that-is-no-wildcard", star_that_is_no_wildcard),
    ("variables-of-2008", variables_of_2008),
    ("everyone-is-not-principal", everyone_is_not_principal),
    ("root-user", root_user),
    ("star-crosses-colons", star_crosses_colons),
    ("every-address", every_address),
    ("address-of-the-other-kind", address_of_the_other_kind),
    ("negated-without-value", negated_without_value),
    ("any-value-if-exists", any_value_if_exists),
    ("federated-user-without-session-policy", federated_user_without_session_policy),
];

/// Changes all statements of all layers; what it returns false for is taken away.
fn statements(question: &Value, change: impl Fn(&mut Value) -> bool) -> Value {
    fn each(value: &mut Value, change: &impl Fn(&mut Value) -> bool) {
        match value {
            Value::Array(all) => all.iter_mut().for_each(|value| each(value, change)),
            Value::Object(policy) => {
                let Some(statements) = policy.get_mut("Statement") else { return };
                match statements {
                    Value::Array(all) => all.retain_mut(change),
                    one => {
                        change(one);
                    }
                }
            }
            _ => {}
        }
    }
    let mut question = question.clone();
    for (layer, policies) in question.as_object_mut().unwrap() {
        if layer != "request" {
            each(policies, &change);
        }
    }
    question
}

/// Changes the texts of an element or the values of a condition.
fn texts(value: &mut Value, change: &impl Fn(&str) -> Option<Vec<String>>) {
    let all = match &value {
        Value::Array(all) => all.clone(),
        one => vec![(*one).clone()],
    };
    let one = |value: &Value| match value.as_str().and_then(change) {
        Some(texts) => texts.into_iter().map(Value::from).collect(),
        None => vec![value.clone()],
    };
    let changed: Vec<Value> = all.iter().flat_map(one).collect();
    if changed != all {
        *value = Value::Array(changed);
    }
}

/// Changes the values of the conditions whose operator and key are wanted.
fn values(
    question: &Value,
    wanted: impl Fn(&str, &str) -> bool,
    change: impl Fn(&str) -> Option<Vec<String>>,
) -> Value {
    statements(question, |statement| {
        let Some(operators) = statement.get_mut("Condition").and_then(Value::as_object_mut) else { return true };
        for (operator, keys) in operators {
            for (key, value) in keys.as_object_mut().unwrap() {
                if wanted(operator, key) {
                    texts(value, &change);
                }
            }
        }
        true
    })
}

/// The value of a key of the request.
fn key<'a>(question: &'a Value, key: &str) -> Option<&'a Value> {
    let context = question["request"]["context"].as_object().unwrap();
    context.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value)
}

/// Gives a root user a policy for what it may do without one.
fn root_user(question: &Value) -> Value {
    let mut question = question.clone();
    if question["request"]["principal"].as_str().unwrap().ends_with(":root") {
        question["identity"] = json!([{
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
        }]);
    }
    question
}

/// Writes a `*` that stands for the account as well as the region as two.
fn star_crosses_colons(question: &Value) -> Value {
    statements(question, |statement| {
        for element in ["Resource", "NotResource"] {
            if let Some(value) = statement.get_mut(element) {
                texts(value, &|text| (text == "arn:aws:sqs:*:jobs").then(|| vec!["arn:aws:sqs:*:*:jobs".to_owned()]));
            }
        }
        true
    })
}

/// Replaces an ARN of too few parts, which could not be about the resource, by one that is not either.
fn short_arn_of_not_resource(question: &Value) -> Value {
    if question["request"]["resource"].as_str().unwrap().starts_with("arn:aws:s3:") {
        return question.clone();
    }
    statements(question, |statement| {
        if let Some(value) = statement.get_mut("NotResource") {
            texts(value, &|text| (text == "arn:aws:s3").then(|| vec!["arn:aws:s3:::none".to_owned()]));
        }
        true
    })
}

/// Writes all addresses of IPv4 as two halves.
fn every_address(question: &Value) -> Value {
    let halves = || vec!["0.0.0.0/1".to_owned(), "128.0.0.0/1".to_owned()];
    values(question, |operator, _| operator.contains("IpAddress"), |text| (text == "0.0.0.0/0").then(halves))
}

/// Replaces ranges of the other kind in `NotIpAddress` by a range that the address is not in either.
fn address_of_the_other_kind(question: &Value) -> Value {
    let Some(address) = key(question, "aws:SourceIp").and_then(Value::as_str) else { return question.clone() };
    let (new, other) = (address.contains(':'), ["192.0.2.0/24", "2001:db8:ffff::/48"]);
    let change = |text: &str| (text.contains(':') != new).then(|| vec![other[usize::from(new)].to_owned()]);
    values(question, |operator, _| operator.starts_with("NotIpAddress"), change)
}

/// Replaces a value with a variable that has none, in a negated operator, by a text that no key has.
fn negated_without_value(question: &Value) -> Value {
    let wanted = |operator: &str, _: &str| operator.contains("Not");
    values(question, wanted, |text| {
        let missing = text.contains("${aws:PrincipalTag/none}")
            || (text.contains("${aws:PrincipalTag/team}") && key(question, "aws:PrincipalTag/team").is_none())
            || (text.contains("${aws:username}") && key(question, "aws:username").is_none())
            || (text.contains("${aws:PrincipalAccount}") && key(question, "aws:PrincipalAccount").is_none())
            || (text.contains("${aws:PrincipalOrgID}") && key(question, "aws:PrincipalOrgID").is_none())
            || (text.contains("${aws:CalledVia}") && key(question, "aws:CalledVia").is_none())
            || (text.contains("${aws:RequestedRegion}") && key(question, "aws:RequestedRegion").is_none());
        let arn = text.starts_with("arn:");
        missing.then(|| vec![if arn { "arn:aws:none:::no-such" } else { "no-such-value" }.to_owned()])
    })
}

/// Lets the session policy allow what the resource policy allows the session itself, or everyone.
fn session_limits_direct_allow(question: &Value) -> Value {
    let mut question = question.clone();
    if let Some(statements) = question.get_mut("session").and_then(|policy| policy.get_mut("Statement")) {
        let mut all = match statements.take() {
            Value::Array(all) => all,
            one => vec![one],
        };
        all.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        *statements = Value::Array(all);
    }
    question
}

/// Writes the value of a variable for it, in ARN operators.
fn variable_in_arn_condition(question: &Value) -> Value {
    let Some(account) = key(question, "aws:PrincipalAccount").and_then(Value::as_str) else { return question.clone() };
    let change = |text: &str| {
        text.contains("::${aws:PrincipalAccount}:").then(|| vec![text.replace("${aws:PrincipalAccount}", account)])
    };
    values(question, |operator, _| operator.starts_with("Arn"), change)
}

/// Writes `${*}` as the star that it stands for, where a star is no wildcard.
fn star_that_is_no_wildcard(question: &Value) -> Value {
    let change = |text: &str| (text == "${*}").then(|| vec!["*".to_owned()]);
    values(question, |operator, _| operator.contains("String") && operator.contains("Equals"), change)
}

/// Replaces what would be a variable, in policies of a version without variables, by a text that nothing has either.
fn variables_of_2008(question: &Value) -> Value {
    fn each(value: &mut Value) {
        match value {
            Value::Array(all) => all.iter_mut().for_each(each),
            Value::Object(policy) if policy.get("Version") == Some(&json!("2008-10-17")) => literal(value),
            _ => {}
        }
    }
    fn literal(value: &mut Value) {
        match value {
            Value::Array(all) => all.iter_mut().for_each(literal),
            Value::Object(all) => all.values_mut().for_each(literal),
            Value::String(text) => {
                while let Some(start) = text.find("${") {
                    let end = text[start..].find('}').unwrap() + start;
                    text.replace_range(start..=end, "no-such-value");
                }
            }
            _ => {}
        }
    }
    let mut question = question.clone();
    question
        .as_object_mut()
        .unwrap()
        .iter_mut()
        .filter(|(layer, _)| *layer != "request")
        .for_each(|(_, value)| each(value));
    question
}

/// Takes statements away that are about everyone but everyone.
fn everyone_is_not_principal(question: &Value) -> Value {
    statements(question, |statement| match statement.get("NotPrincipal") {
        Some(named) if *named == json!("*") || *named == json!({"AWS": "*"}) => {
            // The only statement of a policy cannot be taken away.
            statement["Action"] = json!("iam:GetSSHPublicKey");
            statement.as_object_mut().unwrap().remove("NotAction");
            true
        }
        _ => true,
    })
}

/// Replaces `ForAnyValue:...IfExists` on a missing key by `ForAllValues:...`, which holds as well then.
fn any_value_if_exists(question: &Value) -> Value {
    statements(question, |statement| {
        let Some(operators) = statement.get_mut("Condition").and_then(Value::as_object_mut) else { return true };
        for (operator, keys) in operators.clone() {
            let (Some(rest), true) = (operator.strip_prefix("ForAnyValue:"), operator.ends_with("IfExists")) else {
                continue;
            };
            let missing = |name: &String| key(question, name).is_none();
            let (gone, kept): (Vec<_>, Vec<_>) =
                keys.as_object().unwrap().clone().into_iter().partition(|(name, _)| missing(name));
            if gone.is_empty() {
                continue;
            }
            operators.remove(&operator);
            if !kept.is_empty() {
                operators.insert(operator.clone(), Value::Object(kept.into_iter().collect()));
            }
            let all = operators.entry(format!("ForAllValues:{rest}")).or_insert_with(|| json!({}));
            for (name, value) in gone {
                all[name] = value;
            }
        }
        true
    })
}

/// Gives a session of a federated user the policy that allows nothing.
fn federated_user_without_session_policy(question: &Value) -> Value {
    let mut question = question.clone();
    if question["request"]["principal"].as_str().unwrap().contains(":federated-user/") && question["session"].is_null()
    {
        question["session"] = json!({
            "Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "iam:GetSSHPublicKey", "Resource": "arn:aws:iam::111122223333:user/none"},
        });
    }
    question
}

impl Table {
    pub(super) fn read() -> Self {
        let text = std::fs::read_to_string(format!("{ROOT}/tests/differential/iam-differences.toml")).unwrap();
        let table: toml::Table = text.parse().unwrap();
        let classes = table["class"].as_array().unwrap();
        let read = |class: &toml::Value| {
            let text = |key: &str| class.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            let id = text("id").unwrap();
            assert!(matches!(text("verdict").as_deref(), Some("theirs" | "undocumented")), "{id}");
            assert!(text("reason").is_some() && text("source").is_some(), "{id}");
            let doubt = text("doubt");
            assert!(doubt.is_some() != rewrite(&id).is_some(), "{id}: a doubt or a rewrite");
            Class { id, doubt, used: 0 }
        };
        Self { classes: classes.iter().map(read).collect() }
    }

    /// Puts differences into classes, and returns those that are of none.
    pub(super) fn explain(&mut self, differences: Vec<Difference>) -> Vec<Difference> {
        let (mut unexplained, mut known) = (Vec::new(), Vec::new());
        for found in differences {
            match &found.ours {
                Answer::Unknown(doubts) => {
                    let doubts = doubts.clone();
                    if !self.doubted(&doubts) {
                        unexplained.push(found);
                    }
                }
                _ => known.push(found),
            }
        }
        unexplained.extend(self.rewritten(known));
        unexplained
    }

    /// Whether all doubts are listed.
    fn doubted(&mut self, doubts: &[Doubt]) -> bool {
        let texts: Vec<String> = doubts.iter().map(ToString::to_string).collect();
        let listed = |text: &String| self.classes.iter().any(|class| class.doubt.as_ref() == Some(text));
        if !texts.iter().all(listed) {
            return false;
        }
        for class in
            self.classes.iter_mut().filter(|class| class.doubt.as_ref().is_some_and(|doubt| texts.contains(doubt)))
        {
            class.used += 1;
        }
        true
    }

    /// Tries each class by itself, and then all of them together, for a question may have several reasons.
    fn rewritten(&mut self, mut left: Vec<Difference>) -> Vec<Difference> {
        let ids: Vec<String> = self.classes.iter().map(|class| class.id.clone()).collect();
        let tries = ids.iter().map(|id| vec![id.clone()]).chain([ids.clone()]);
        for tried in tries {
            let rewrites: Vec<(&String, Rewrite)> = tried.iter().filter_map(|id| Some((id, rewrite(id)?))).collect();
            if rewrites.is_empty() {
                continue;
            }
            let (mut questions, mut rest) = (Vec::new(), Vec::new());
            for found in left {
                let (mut question, mut used) = (found.question.clone(), Vec::new());
                for (id, rewrite) in &rewrites {
                    let next = rewrite(&question);
                    if next != question {
                        used.push((*id).clone());
                        question = next;
                    }
                }
                let asked = ours(&question);
                match !used.is_empty() && asked.answer == found.ours {
                    true => questions.push((found, asked, used)),
                    false => rest.push(found),
                }
            }
            let complete: Vec<Value> = questions.iter().map(|(_, asked, _)| asked.complete.clone()).collect();
            for ((found, asked, used), (theirs, _)) in questions.into_iter().zip(theirs(&complete)) {
                match agree(&asked, &theirs) {
                    true => {
                        let of = |class: &&mut Class| used.contains(&class.id);
                        self.classes.iter_mut().filter(of).for_each(|class| class.used += 1);
                    }
                    false => rest.push(found),
                }
            }
            left = rest;
        }
        left
    }

    pub(super) fn count(&self, counts: &mut BTreeMap<String, usize>) {
        for class in &self.classes {
            counts.insert(format!("class {}", class.id), class.used);
        }
    }

    pub(super) fn stale(&self) -> Vec<&str> {
        self.classes.iter().filter(|class| class.used == 0).map(|class| class.id.as_str()).collect()
    }
}
