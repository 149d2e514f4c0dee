//! Secrets in clear text: where a literal stands that should not.

use std::borrow::Cow;

use crate::value::{CauseId, Kind, ValueId, View, base64};

/// Names under which secrets are kept, lower case, without separators.
const NAMES: [&str; 12] = [
    "password",
    "passwd",
    "secretstring",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "authtoken",
    "accesstoken",
    "privatekey",
    "clientsecret",
    "credential",
    "connectionstring",
];

/// Whether a key or property of this name holds a secret; for redaction, so it rather says yes.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let folded = folded(name);
    let ends = |endings: &[&str]| endings.iter().any(|ending| folded.ends_with(ending.as_bytes()));
    !ends(&["arn", "id", "name"])
        && (ends(&["token", "secret", "tokenkey", "sshkey", "servicejson"]) || has_secret_word(&folded))
}

/// What the name of a parameter ends with that is a secret itself and nothing about one; as in [`NAMES`].
const CERTAIN: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "token",
    "apikey",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "clientsecret",
    "apisecret",
    "appsecret",
    "jwtsecret",
    "sharedsecret",
    "signingsecret",
];

/// What names end with that say where something is, or who: also with `NoEcho` they stand for no secret.
const HARMLESS: [&str; 17] = [
    "arn",
    "arns",
    "id",
    "ids",
    "name",
    "names",
    "user",
    "email",
    "path",
    "parameter",
    "url",
    "uri",
    "endpoint",
    "host",
    "port",
    "version",
    "region",
];

/// What the names of switches begin with; parameters of nested stacks that the CDK makes begin with the last one.
const SWITCHES: [&str; 11] =
    ["is", "has", "use", "enable", "disable", "allow", "require", "rotate", "create", "generate", "referenceto"];

/// Whether a parameter of this name is a secret beyond doubt.
#[must_use]
pub fn is_certain_name(name: &str) -> bool {
    let folded = folded(name);
    !is_switch(name) && CERTAIN.iter().any(|ending| folded.ends_with(ending.as_bytes()))
}

/// Whether a parameter of this name is no secret, even when it is hidden: it says where something is, or who.
#[must_use]
pub fn is_harmless_name(name: &str) -> bool {
    let folded = folded(name);
    is_switch(name) || HARMLESS.iter().any(|ending| folded.ends_with(ending.as_bytes()))
}

/// Whether the first word of a name makes it that of a switch: `EnablePassword`, `use_token`.
fn is_switch(name: &str) -> bool {
    SWITCHES.iter().any(|switch| {
        let (Some(first), Some(rest)) = (name.get(..switch.len()), name.get(switch.len()..)) else { return false };
        first.eq_ignore_ascii_case(switch) && !rest.starts_with(|c: char| c.is_ascii_lowercase())
    })
}

/// A name in lower case, without separators.
fn folded(name: &str) -> Vec<u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Whether one of [`NAMES`] is in the text: one pass that compares only where one may begin, as every key is asked.
fn has_secret_word(folded: &[u8]) -> bool {
    (0..folded.len()).any(|at| {
        let rest = &folded[at..];
        let begins = matches!(rest, [b'a', b'p' | b'u' | b'c', ..] | [b'c', b'l' | b'r' | b'o', ..])
            || matches!(rest, [b'p', b'a' | b'r', ..] | [b's', b'e', b'c', ..]);
        begins && NAMES.iter().any(|name| rest.starts_with(name.as_bytes()))
    })
}

/// Whether a text looks like a credential whatever it is called: an AWS access key, a private key, or a URL with a password.
#[must_use]
pub fn looks_like_credential(text: &str) -> bool {
    let access_key = text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        word.len() == 20
            && (word.starts_with("AKIA") || word.starts_with("ASIA"))
            && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    });
    access_key || (text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----")) || has_url_password(text)
}

fn has_url_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let authority = text[at + 3..].split(['/', '?', '#', ' ', '"']).next().unwrap_or_default();
        authority
            .rsplit_once('@')
            .and_then(|(user, _)| user.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with(['$', '{', '<', '\u{1}']))
    })
}

/// Whether a text under a secret's name is plainly none: a boolean, a number, an ARN, a URL without a password, a path of a
/// parameter, or the name of a variable to be filled in.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "none" | "null" | "enabled" | "disabled")
        || text.parse::<f64>().is_ok_and(|_| text.len() < 6)
        || text.starts_with("arn:")
        || (text.starts_with("http") && text.contains("://") && !has_url_password(text))
        || (text.starts_with('/') && !text.contains(' '))
        || text.contains("{{resolve:")
}

/// What a text says to whoever reads it: what it is the base64 form of, where it is that of a text, else itself. White space,
/// as between the lines of an encoded file, does not count.
#[must_use]
pub fn readable(text: &str) -> Cow<'_, str> {
    // A shorter text is rather a word.
    const LEAST: usize = 16;
    if text.len() < LEAST || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\n\r\t ".contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let digits: String = text.split_ascii_whitespace().collect();
    let decoded = base64::decoded(&digits).and_then(|bytes| String::from_utf8(bytes).ok());
    let is_text = |text: &String| !text.contains(|c: char| c.is_control() && !c.is_ascii_whitespace());
    decoded.filter(is_text).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The literal parts of a text, in order; what is not literal is left out.
#[must_use]
pub fn literal_parts(view: &View<'_>, id: ValueId) -> Vec<String> {
    let mut parts = Vec::new();
    collect(view, id, &mut parts);
    parts
}

fn collect(view: &View<'_>, id: ValueId, parts: &mut Vec<String>) {
    match view.head(id).1 {
        Kind::Text(text) | Kind::Number(text) => parts.push(view.values.str(text).to_owned()),
        Kind::Base64(inner) => collect(view, inner, parts),
        Kind::Concat(range) => view.values.items(range).iter().for_each(|part| collect(view, *part, parts)),
        _ => {}
    }
}

/// Why parts of a text are not known, in order.
#[must_use]
pub fn open_parts(view: &View<'_>, id: ValueId) -> Vec<CauseId> {
    match view.head(id).1 {
        Kind::Unknown(cause) => vec![cause],
        Kind::Base64(inner) => open_parts(view, inner),
        Kind::Concat(range) => view.values.items(range).iter().flat_map(|part| open_parts(view, *part)).collect(),
        _ => Vec::new(),
    }
}

/// The members of a text in JSON or `key=value` lines whose value is literally there: name and value.
#[must_use]
pub fn members(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Ok(serde_json::Value::Object(map)) = serde_json::from_str(text) {
        for (key, value) in map {
            if let Some(value) = value.as_str()
                && !value.is_empty()
                && !value.contains('\u{1}')
            {
                found.push((key, value.to_owned()));
            }
        }
        return found;
    }
    for part in text.split(['\n', ';', '&', ',']) {
        if let Some((key, value)) = part.split_once('=').or_else(|| part.split_once(':')) {
            let trim = |text: &str| text.trim_matches([' ', '"', '\'', '{', '}']).to_owned();
            let (key, value) = (trim(key), trim(value));
            if !value.is_empty() && !value.contains('\u{1}') {
                found.push((key, value));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_secret_is_found_inside_of_another() {
        for name in NAMES {
            assert!(is_secret_name(name) && is_secret_name(&format!("My-{name}_1")), "{name}");
        }
    }

    #[test]
    fn names_of_references_are_not_names_of_secrets() {
        for name in ["MasterUserPassword", "DB_PASSWORD", "AUTH_TOKEN", "SecretString", "api-key", "client_secret"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["DB_SECRET_ARN", "SecretId", "SECRET_NAME", "TokenValidityUnits", "BucketName", "KeyId"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_parameter_is_certainly_a_secret_by_the_end_of_its_name() {
        for name in ["DbPassword", "ADMIN_PASSWD", "GithubToken", "StripeApiKey", "oauth-client-secret", "UserToken"] {
            assert!(is_certain_name(name) && !is_harmless_name(name), "{name}");
        }
        for name in ["EnablePassword", "use_token", "DbSecret", "PasswordLength", "TokenUrl", "referencetoDbPassword"] {
            assert!(!is_certain_name(name), "{name}");
        }
        for name in ["DbSecretArn", "DB_USER", "SecretName", "PasswordParameter", "HasToken"] {
            assert!(is_harmless_name(name), "{name}");
        }
    }

    #[test]
    fn credentials_are_seen_by_their_shape() {
        assert!(looks_like_credential("key AKIAIOSFODNN7EXAMPLE end"));
        assert!(looks_like_credential("postgres://app:hunter2@db:5432/x"));
        assert!(!looks_like_credential("https://example.com/a:b@c"));
        assert!(!looks_like_credential("postgres://app:${PW}@db/x"));
    }

    #[test]
    fn a_text_in_base64_is_read_as_what_it_is_made_of() {
        assert_eq!(readable("ZXhwb3J0IERCX1BB\n  U1NXT1JEPWh1bnRlcjI=\n"), "export DB_PASSWORD=hunter2");
        for text in ["export DB_PASSWORD=hunter2", "abcd", "aGVsbG8=", "0123456789012345", "a b c d e f g h i j"] {
            assert_eq!(readable(text), text);
        }
    }

    #[test]
    fn members_are_found_in_json_and_in_lines() {
        assert_eq!(members(r#"{"username":"u","password":"p"}"#).len(), 2);
        assert_eq!(members("user=u;password=p")[1], ("password".to_owned(), "p".to_owned()));
    }
}
