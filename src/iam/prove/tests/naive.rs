//! An evaluator of one request on one document, written straight from the documentation on untyped JSON, to test answers with.

use super::super::{Caller, Witness};
use serde_json::Value as Json;

fn list(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::Array(items)) => items.iter().map(text).collect(),
        Some(other) => vec![text(other)],
        None => Vec::new(),
    }
}

fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Wildcards; `\u{2}` before a character makes it plain.
fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['\u{2}', c, rest @ ..] => text.first() == Some(c) && like(rest, &text[1..]),
        ['*', rest @ ..] => (0..=text.len()).any(|at| like(rest, &text[at..])),
        ['?', rest @ ..] => !text.is_empty() && like(rest, &text[1..]),
        [c, rest @ ..] => text.first() == Some(c) && like(rest, &text[1..]),
    }
}

fn chars(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// Wildcards of the element `Resource`.
fn resource(pattern: &[char], text: &[char], part: usize) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['\u{2}', c, rest @ ..] => text.first() == Some(c) && resource(rest, &text[1..], part),
        ['*', rest @ ..] => {
            let crosses = part >= 5 || rest.first().is_none_or(|c| *c == ':');
            for at in 0..=text.len() {
                if resource(rest, &text[at..], part) {
                    return true;
                }
                if text.get(at) == Some(&':') && !crosses {
                    return false;
                }
            }
            false
        }
        ['?', rest @ ..] => text.first().is_some_and(|c| part >= 5 || *c != ':') && resource(rest, &text[1..], part),
        [c, rest @ ..] => text.first() == Some(c) && resource(rest, &text[1..], part + usize::from(*c == ':')),
    }
}

fn arn_like(pattern: &str, text: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (pattern.splitn(6, ':').collect(), text.splitn(6, ':').collect());
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| like(&chars(a), &chars(b)))
}

/// The text with values for variables, their characters plain; nothing when one has no value.
fn filled(text: &str, request: &Witness) -> Option<String> {
    let Some(at) = text.find("${") else { return Some(text.to_owned()) };
    let end = at + text[at..].find('}')?;
    let key = text[at + 2..end].to_ascii_lowercase();
    let value = match &*key {
        "*" | "?" | "$" => key.clone(),
        _ => request.context.get(&key).filter(|values| values.len() == 1)?[0].clone(),
    };
    let plain: String = value.chars().flat_map(|c| ['\u{2}', c]).collect();
    Some(format!("{}{plain}{}", &text[..at], filled(&text[end + 1..], request)?))
}

fn plain(text: &str) -> String {
    text.replace('\u{2}', "")
}

fn address(value: &str) -> Option<(u8, u32)> {
    let (address, length) = value.split_once('/').unwrap_or((value, "32"));
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    Some((length.parse().ok()?, u32::from(address)))
}

fn one(test: &str, wanted: &str, value: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    let order = |holds: fn(&f64, &f64) -> bool| number(value).zip(number(wanted)).is_some_and(|(a, b)| holds(&a, &b));
    match test {
        "StringEquals" => plain(wanted) == value,
        "StringEqualsIgnoreCase" | "Bool" => plain(wanted).eq_ignore_ascii_case(value),
        "StringLike" => like(&chars(wanted), &chars(value)),
        "ArnLike" | "ArnEquals" => arn_like(wanted, value),
        "NumericEquals" => order(|a, b| a == b),
        "NumericLessThan" => order(|a, b| a < b),
        "NumericGreaterThanEquals" => order(|a, b| a >= b),
        "IpAddress" => match (address(wanted), address(value)) {
            (Some((length, network)), Some((32, host))) => {
                length == 0 || network >> (32 - length) == host >> (32 - length)
            }
            _ => false,
        },
        other => panic!("{other}"),
    }
}

fn condition(operator: &str, key: &str, wanted: &[String], request: &Witness) -> bool {
    let values = request.context.get(&key.to_ascii_lowercase());
    if operator == "Null" {
        return wanted.contains(&values.is_none().to_string());
    }
    let (quantifier, rest) = operator.split_once(':').unwrap_or(("", operator));
    let (test, exists) = rest.strip_suffix("IfExists").map_or((rest, false), |test| (test, true));
    let negated = test.contains("Not");
    let test = test.replace("Not", "");
    let Some(values) = values else {
        return match quantifier {
            "ForAllValues" => true,
            "ForAnyValue" => exists,
            _ => negated || exists,
        };
    };
    let hit = |value: &String| {
        wanted.iter().filter_map(|wanted| filled(wanted, request)).any(|wanted| one(&test, &wanted, value)) != negated
    };
    match quantifier {
        "ForAnyValue" => values.iter().any(hit),
        _ => values.iter().all(hit),
    }
}

fn principal(kind: &str, name: &str, caller: &Caller) -> bool {
    match (kind, caller) {
        ("AWS", _) if name == "*" => true,
        ("AWS", Caller::Account { arn, session }) => {
            let account = arn.split(':').nth(4).unwrap();
            if let Some(rest) = name.split_once(":assumed-role/").map(|(_, rest)| rest) {
                let (role, wanted) = rest.split_once('/').unwrap();
                return name.split(':').nth(4) == Some(account)
                    && arn.contains(":role/")
                    && arn.rsplit('/').next() == Some(role)
                    && session.as_deref() == Some(wanted);
            }
            name == account || name == arn && !name.ends_with(":root") || name == format!("arn:aws:iam::{account}:root")
        }
        ("Service", Caller::Service(service)) => service == name,
        ("Federated", Caller::Federated(provider)) => provider == name,
        ("CanonicalUser", Caller::Canonical(id)) => id == name,
        _ => false,
    }
}

fn principals(value: &Json, caller: &Caller) -> bool {
    match value {
        Json::Object(kinds) => {
            kinds.iter().any(|(kind, names)| list(Some(names)).iter().any(|name| principal(kind, name, caller)))
        }
        _ => true,
    }
}

fn matches(statement: &Json, request: &Witness) -> bool {
    let of = |name: &str| statement.get(name);
    let action = |wanted: Vec<String>| {
        wanted.iter().any(|one| like(&chars(&one.to_ascii_lowercase()), &chars(&request.action.to_ascii_lowercase())))
    };
    let on = |wanted: Vec<String>| {
        let text = chars(&request.resource);
        wanted.iter().filter_map(|one| filled(one, request)).any(|one| resource(&chars(&one), &text, 0))
    };
    let who = |value: &Json| principals(value, &request.principal);
    let attached = of("Principal").is_none() && of("NotPrincipal").is_none();
    (!attached || matches!(request.principal, Caller::Account { .. }))
        && of("Action").is_none_or(|value| action(list(Some(value))))
        && of("NotAction").is_none_or(|value| !action(list(Some(value))))
        && of("Resource").is_none_or(|value| on(list(Some(value))))
        && of("NotResource").is_none_or(|value| !on(list(Some(value))))
        && of("Principal").is_none_or(who)
        && of("NotPrincipal").is_none_or(|value| !who(value))
        && of("Condition").and_then(Json::as_object).into_iter().flatten().all(|(operator, keys)| {
            let keys = keys.as_object().unwrap();
            keys.iter().all(|(key, wanted)| condition(operator, key, &list(Some(wanted)), request))
        })
}

/// Whether the document has a matching statement of this effect.
pub(super) fn says(document: &Json, effect: &str, request: &Witness) -> bool {
    let statements = document["Statement"].as_array().unwrap();
    statements.iter().any(|statement| statement["Effect"] == effect && matches(statement, request))
}

/// Whether the document allows the request.
pub(super) fn allows(document: &Json, request: &Witness) -> bool {
    says(document, "Allow", request) && !says(document, "Deny", request)
}
