//! What the texts of a policy look like. Each function gives what is wrong with a text, and help; parts that only deployment knows
//! are taken to be right.
//!
//! Source: "Grammar of the IAM JSON policy language", "IAM JSON policy elements: Principal" and "Condition operators" in the IAM User
//! Guide. What IAM says of wrong texts is quoted.

use std::net::IpAddr;

use super::kind::PolicyKind;
use super::operator::Test;
use super::policy::PrincipalKind;
use crate::value::OPAQUE;

/// What is wrong, and help.
pub(super) type Wrong = Option<(String, Option<String>)>;
/// A test of texts.
pub(super) type Form<'f> = &'f dyn Fn(&str, Option<PolicyKind>) -> Wrong;

fn wrong(message: String, help: &str) -> Wrong {
    Some((message, (!help.is_empty()).then(|| help.to_owned())))
}

/// "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc." and "... can contain only one colon."
pub(super) fn action(text: &str, _: Option<PolicyKind>) -> Wrong {
    if text.contains(OPAQUE) || text == "*" {
        return None;
    }
    let Some((service, name)) = text.split_once(':') else {
        return wrong(format!("the action `{text}` has no service"), "write it as in `s3:GetObject`");
    };
    if name.contains(':') {
        return wrong(format!("the action `{text}` has more than one colon"), "");
    }
    if service != "*"
        && (service.is_empty() || !service.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b)))
    {
        let help = "wildcards stand behind the colon, or `*` for everything";
        return wrong(format!("the action `{text}` does not name one service"), help);
    }
    if name.is_empty() || name.contains(char::is_whitespace) {
        return wrong(format!("the action `{text}` is no name behind its colon"), "");
    }
    None
}

/// "Resource ... must be in ARN format or "*"." and "Resource vendor must be fully qualified and cannot contain regexes."
pub(super) fn resource(text: &str, kind: Option<PolicyKind>) -> Wrong {
    // Policies of API Gateway have a short form.
    let short = kind.is_none_or(|kind| kind == PolicyKind::Resource) && text.starts_with("execute-api:/");
    if text == "*" || text.starts_with([OPAQUE, '$']) || short {
        return None;
    }
    let Some(rest) = text.strip_prefix("arn:") else {
        let help = "write it as in `arn:aws:s3:::bucket/key`, or `*` for everything";
        return wrong(format!("the resource `{}` is no ARN", shown(text)), help);
    };
    let service = rest.split(':').nth(1)?;
    if !service.contains(OPAQUE) && service.contains(['*', '?']) && rest.split(':').count() > 2 {
        let help = "an ARN names its service; `*` alone stands for every resource";
        return wrong(format!("the resource `{}` has a wildcard for its service", shown(text)), help);
    }
    None
}

/// A text without its tokens.
fn shown(text: &str) -> String {
    text.split(OPAQUE).enumerate().map(|(index, part)| if index % 2 == 0 { part } else { "${...}" }).collect()
}

/// "Invalid principal in policy".
pub(super) fn principal(kind: PrincipalKind, text: &str) -> Wrong {
    if text.starts_with(OPAQUE) {
        return None;
    }
    match kind {
        PrincipalKind::Aws | PrincipalKind::Anyone => aws_principal(text),
        PrincipalKind::Service => service_principal(text),
        PrincipalKind::Federated => None,
        PrincipalKind::CanonicalUser => {
            let id = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let help = "it has 64 hexadecimal digits";
            if id || text.contains(OPAQUE) { None } else { wrong(format!("`{text}` is no canonical user id"), help) }
        }
    }
}

fn aws_principal(text: &str) -> Wrong {
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    // A unique id, such as AIDA... of a user and AROA... of a role.
    let is_id = text.len() >= 16 && text.starts_with('A') && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if text == "*" || is_account(text) || is_id {
        return None;
    }
    if text.ends_with(".amazonaws.com") {
        return wrong(format!("`{text}` is a service"), "write it under `Service`");
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let (["arn", _, service, region, account, name], false) = (parts.as_slice(), parts.len() < 6) else {
        let help = "write an account id, or the ARN of an account, user, role or session";
        return wrong(format!("`{}` is no principal of AWS", shown(text)), help);
    };
    if text.contains(['*', '?']) {
        let help = "name it in full, or name its account and add a condition on `aws:PrincipalArn`";
        return wrong(
            format!("the principal `{}` has a wildcard, and `*` can only stand for everyone", shown(text)),
            help,
        );
    }
    if !matches!(*service, "iam" | "sts") && !service.contains(OPAQUE) {
        return wrong(
            format!("the principal `{}` is of no account", shown(text)),
            "ARNs of principals are of `iam` or `sts`",
        );
    }
    // Origin access identities stand in the account `cloudfront`.
    if !account.contains(OPAQUE) && !is_account(account) && !matches!(*account, "cloudfront" | "aws") {
        return wrong(format!("the principal `{}` has no account id of twelve digits", shown(text)), "");
    }
    if !region.is_empty() {
        return wrong(format!("the principal `{}` has a region", shown(text)), "leave it empty");
    }
    let kinds = ["root", "user/", "role/", "assumed-role/", "federated-user/", "group/"];
    match name {
        name if name.starts_with("group/") => wrong(
            format!("the principal `{}` is a group", shown(text)),
            "groups cannot be principals: name users or roles",
        ),
        name if name.contains(OPAQUE)
            || kinds.iter().any(|kind| name.starts_with(kind))
            || name.starts_with("self") =>
        {
            None
        }
        _ => wrong(format!("the principal `{}` is no account, user, role or session", shown(text)), ""),
    }
}

fn service_principal(text: &str) -> Wrong {
    if text.contains(['*', '?']) {
        let help = "name each service, as in `lambda.amazonaws.com`";
        return wrong(format!("the service `{text}` has a wildcard"), help);
    }
    if text.contains(OPAQUE) || text.contains('.') && !text.contains([':', '/', ' ']) {
        return None;
    }
    let help = match text.split_once(".amazonaws").map_or(text, |(name, _)| name) {
        name if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') => {
            format!("did you mean `{name}.amazonaws.com`")
        }
        _ => "write it as in `lambda.amazonaws.com`".to_owned(),
    };
    wrong(format!("`{}` is no service", shown(text)), &help)
}

/// "Conditions must be prefaced by a vendor".
pub(super) fn condition_key(text: &str) -> Wrong {
    match text.split_once(':') {
        Some((vendor, name)) if !vendor.is_empty() && !name.is_empty() => None,
        _ => wrong(format!("the condition key `{text}` has no service"), "write it as in `aws:SourceIp`"),
    }
}

/// The values that an operator compares.
pub(super) fn condition_value(test: Test, text: &str) -> Wrong {
    if text.contains(OPAQUE) || text.contains("${") {
        return None;
    }
    let is_truth = text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false");
    match test {
        Test::Bool | Test::Null if !is_truth => {
            wrong(format!("`{}` compares with `{text}`", test.name()), "write `true` or `false`")
        }
        Test::NumericEquals
        | Test::NumericNotEquals
        | Test::NumericLessThan
        | Test::NumericLessThanEquals
        | Test::NumericGreaterThan
        | Test::NumericGreaterThanEquals
            if text.parse::<f64>().is_err() =>
        {
            wrong(format!("`{text}` is no number"), "")
        }
        Test::DateEquals
        | Test::DateNotEquals
        | Test::DateLessThan
        | Test::DateLessThanEquals
        | Test::DateGreaterThan
        | Test::DateGreaterThanEquals
            if !is_date(text) =>
        {
            wrong(format!("`{text}` is no date"), "write it as in `2026-01-31T00:00:00Z`, or as seconds since 1970")
        }
        Test::IpAddress | Test::NotIpAddress if !is_network(text) => {
            wrong(format!("`{text}` is no IP address or range"), "write it as in `203.0.113.0/24`")
        }
        Test::ArnEquals | Test::ArnLike | Test::ArnNotEquals | Test::ArnNotLike
            if !text.starts_with("arn:") && !text.contains(['*', '?']) =>
        {
            wrong(format!("`{text}` is no ARN"), "compare other texts with `StringEquals` or `StringLike`")
        }
        Test::BinaryEquals if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b)) => {
            wrong(format!("`{text}` is no base64"), "")
        }
        _ => None,
    }
}

/// Seconds since 1970, or a date of the W3C profile of ISO 8601.
fn is_date(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return !text.is_empty();
    }
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00Z"));
    let digits = |part: &str, len: usize| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = date.split('-');
    let date = parts.next().is_some_and(|year| digits(year, 4))
        && parts.clone().count() <= 2
        && parts.all(|part| digits(part, 2));
    let clock = time.find(['Z', 'z', '+', '-']).and_then(|end| time.get(..end)).unwrap_or(time);
    let seconds = |part: &str| digits(part.split('.').next().unwrap_or_default(), 2);
    date && (2..=3).contains(&clock.split(':').count()) && clock.split(':').all(seconds)
}

/// An address, or a range in CIDR form.
fn is_network(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest))
}
