//! Conditions in words, one line for each clause, what is inside of it indented below.

mod iam;
mod scp;

use super::ast::{
    Absent, Bound, CidrQuestion, Clause, Fallback, Literal, NetworkQuestion, Operand, Operator, Ports, Quantifier,
    Rule, SecretText, Subject, Via, WiderQuestion,
};

/// The lines of a clause, each with its depth of indentation from 0.
pub(super) fn clause(rule: &Rule, clause: &Clause, depth: usize, out: &mut Vec<(usize, String)>) {
    let inside = |out: &mut Vec<(usize, String)>, head: String, clauses: &[Clause]| {
        out.push((depth, head));
        clauses.iter().for_each(|inner| self::clause(rule, inner, depth + 1, out));
    };
    match clause {
        Clause::Test { subject, operator, absent, .. } => {
            let subject = match subject {
                Subject::Property(path) if &*path.text == "." => "it".to_owned(),
                Subject::Property(path) | Subject::Attribute(path) => format!("`{}`", path.text),
                Subject::Key => "its key".to_owned(),
            };
            let default = match absent {
                Some(Fallback::Holds(Absent::Pass | Absent::Harmless)) => ", or is not set".to_owned(),
                Some(Fallback::Holds(Absent::Unknown)) => " (unknown when it is not set)".to_owned(),
                Some(Fallback::Value(default)) => format!(" ({} when it is not set)", value(rule, default)),
                Some(Fallback::Holds(Absent::Fail)) | None => String::new(),
            };
            out.push((depth, format!("{subject} {}{default}", self::operator(rule, operator))));
        }
        Clause::All(clauses) => inside(out, "all of these hold:".to_owned(), clauses),
        Clause::Any(clauses) => inside(out, "one of these holds:".to_owned(), clauses),
        Clause::Not(inner) => inside(out, "this does not hold:".to_owned(), std::slice::from_ref(&**inner)),
        Clause::Quantified { quantifier, over, matches, .. } => {
            inside(out, format!("for {} of `{}`:", count(*quantifier, "element"), over.text), matches);
        }
        Clause::On { related, quantifier, matches, missing } => {
            let relation = rule.related.get(*related);
            let name = relation.map_or("", |relation| &relation.name);
            let types = relation.map(|relation| match (relation.types.len(), &relation.via) {
                (0, Via::Derived(kind)) => kind.as_str().to_owned(),
                _ => relation.types.join(" or "),
            });
            let types = types.unwrap_or_default();
            let without = match missing {
                Absent::Fail => "there must be one",
                Absent::Pass | Absent::Harmless => "none is fine",
                Absent::Unknown => "unknown without one",
            };
            let colon = if matches.is_empty() { "" } else { ":" };
            inside(out, format!("for {} ({types}; {without}){colon}", count(*quantifier, name)), matches);
        }
        Clause::Count { related, bound } => {
            let relation = rule.related.get(*related);
            let (name, types) = relation.map_or(("", String::new()), |one| (&*one.name, one.types.join(" or ")));
            out.push((depth, format!("there is {} {name} ({types})", self::bound(rule, bound))));
        }
        Clause::Distinct { related, matches, path, bound } => {
            let of = related.and_then(|related| rule.related.get(related));
            let of = of.map(|one| format!(" of all {} ({})", one.name, one.types.join(" or "))).unwrap_or_default();
            let which = if matches.is_empty() { "" } else { ", of those with:" };
            let head = format!("{} different values of `{}`{of}{which}", self::bound(rule, bound), path.text);
            inside(out, head, matches);
        }
        Clause::Includes { related, path, wanted, .. } => {
            let name = rule.related.get(*related).map_or("", |relation| &relation.name);
            out.push((depth, format!("`{}` of all {name} together has {}", path.text, value(rule, wanted))));
        }
        Clause::Iam { within, question } => {
            let within = within.as_ref().map_or("the policies".to_owned(), |path| format!("`{}`", path.text));
            out.push((depth, format!("{within} {}", iam::iam(rule, question))));
        }
        Clause::Scp(question) => out.push((depth, scp::scp(rule, question))),
        Clause::Network(question) => out.push((depth, network(rule, question))),
        Clause::Secret(question) => {
            let what = match (&question.pair, question.text) {
                (Some(pair), _) => format!("shows a secret in clear text as the `{}` of a pair", pair.value.text),
                (None, SecretText::Any) => "is written in clear text".to_owned(),
                (None, SecretText::Members) => "has a member that is a secret in clear text".to_owned(),
            };
            let path = &*question.path.text;
            let subject = if path == "." { "it".to_owned() } else { format!("`{path}`") };
            out.push((depth, format!("{subject} {what}")));
        }
        Clause::CustomerKey { path, absent } => {
            let default = match absent {
                Some(Absent::Pass | Absent::Harmless) => ", or is not set",
                Some(Absent::Unknown) => " (unknown when it is not set)",
                Some(Absent::Fail) | None => "",
            };
            out.push((depth, format!("`{}` names a customer managed KMS key{default}", path.text)));
        }
        Clause::InScope(true) => out.push((depth, "it carries the tags of the scope".to_owned())),
        Clause::InScope(false) => out.push((depth, "it does not carry the tags of the scope".to_owned())),
        Clause::ByDefault(reason) => out.push((depth, format!("by AWS's default: {reason}"))),
        Clause::TagValue { key, operator, absent, .. } => {
            let default = match absent {
                Some(Absent::Pass | Absent::Harmless) => ", or is not there",
                Some(Absent::Unknown) => " (unknown when it is not there)",
                Some(Absent::Fail) | None => "",
            };
            out.push((depth, format!("the tag {} {}{default}", value(rule, key), self::operator(rule, operator))));
        }
        Clause::TagsPresent(tags) => out.push((depth, format!("it has the tags {}", value(rule, tags)))),
    }
}

fn bound(rule: &Rule, bound: &Bound) -> String {
    match bound {
        Bound::AtLeast(operand) => format!("at least {}", value(rule, operand)),
        Bound::AtMost(operand) => format!("at most {}", value(rule, operand)),
    }
}

fn count(quantifier: Quantifier, what: &str) -> String {
    match quantifier {
        Quantifier::Each => format!("each {what}"),
        Quantifier::Some => format!("at least one {what}"),
        Quantifier::None => format!("no {what}"),
    }
}

fn value(rule: &Rule, operand: &Operand) -> String {
    match rule.operand(operand) {
        Literal::List(items) if items.is_empty() => "(none)".to_owned(),
        Literal::List(items) => items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", "),
        Literal::Table(members) => {
            members.iter().map(|(name, item)| format!("`{name}` {item}")).collect::<Vec<_>>().join(", ")
        }
        Literal::Text(text) if text.is_empty() => "an empty text".to_owned(),
        scalar => format!("`{scalar}`"),
    }
}

fn operator(rule: &Rule, operator: &Operator) -> String {
    let not = |positive: &bool| if *positive { "" } else { "not " };
    match operator {
        Operator::Equals(operand, positive) => format!("is {}{}", not(positive), value(rule, operand)),
        Operator::OneOf(operand, positive) => format!("is {}one of {}", not(positive), value(rule, operand)),
        Operator::Matches(pattern, true) => format!("matches {}", value(rule, &pattern.source)),
        Operator::Matches(pattern, false) => format!("does not match {}", value(rule, &pattern.source)),
        Operator::StartsWith(operand) => format!("starts with {}", value(rule, operand)),
        Operator::EndsWith(operand) => format!("ends with {}", value(rule, operand)),
        Operator::Contains(operand, true) => format!("contains {}", value(rule, operand)),
        Operator::Contains(operand, false) => format!("does not contain {}", value(rule, operand)),
        Operator::AtLeast(operand) => format!("is at least {}", value(rule, operand)),
        Operator::AtMost(operand) => format!("is at most {}", value(rule, operand)),
        Operator::Exists(true) => "is set".to_owned(),
        Operator::Exists(false) => "is not set".to_owned(),
        Operator::CidrWithin(operand) => format!("lies inside {}", value(rule, operand)),
        Operator::OlderThanDays(operand, positive) => {
            format!("is {}older than {} days", not(positive), value(rule, operand))
        }
        Operator::ExpiresWithinDays(operand, true) => {
            format!("is a date that has passed or comes within {} days", value(rule, operand))
        }
        Operator::ExpiresWithinDays(operand, false) => {
            format!("is a date that comes after more than {} days", value(rule, operand))
        }
        Operator::BeforeToday(operand) => format!("has reached its date ({})", value(rule, operand)),
    }
}

fn network(rule: &Rule, question: &NetworkQuestion) -> String {
    let at = |ports: &Ports| match ports {
        Ports::All => "any port".to_owned(),
        Ports::AnyOf(ports) => format!("a port of {}", value(rule, ports)),
        Ports::AllBut(ports) => format!("a port beside {}", value(rule, ports).replace("`all-but`, ", "")),
        Ports::OfSelected { path, .. } => format!("the port in `{}`", path.text),
    };
    let open = |verb: &str, CidrQuestion { cidrs, ports }: &CidrQuestion| {
        format!("{verb} {} at {}", value(rule, cidrs), at(ports))
    };
    match question {
        NetworkQuestion::IngressOpen(question) => open("it can be reached from all of", question),
        NetworkQuestion::EgressOpen(question) => open("it can reach all of", question),
        NetworkQuestion::SubnetClass(classes) => {
            let classes: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
            format!("it is a subnet of class {}", classes.join(" or "))
        }
        NetworkQuestion::AclOpen(question) => open("its entries let all in from", question),
        NetworkQuestion::IngressWider(WiderQuestion { prefix, prefix6, ports }) => {
            let (v4, v6) = (value(rule, prefix), value(rule, prefix6));
            format!("it can be reached from a block wider than /{v4} (IPv6: /{v6}) at {}", at(ports)).replace('`', "")
        }
        NetworkQuestion::SubnetInternetRouted => "its default route leads to an internet gateway".to_owned(),
    }
}
