//! Wildcard patterns of actions, resources and condition values: `*` stands for any text, `?` for one character.

use crate::value::OPAQUE;

/// Whether something matches. Kleene's three values: [`Match::Unknown`] when a part that decides is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Match {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// A part of it is not known.
    Unknown,
}

impl Match {
    /// Both must match.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    /// One of them must match.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Unknown,
        }
    }

    /// What matches does not, and the other way round.
    #[must_use]
    pub const fn negated(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Whether one of several matches.
    #[must_use]
    pub fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::No;
        for one in all {
            found = found.or(one);
            if found == Self::Yes {
                break;
            }
        }
        found
    }
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

/// One position of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// This byte.
    Byte(u8),
    /// Any one character.
    One,
    /// Any one character but a colon.
    OneInside,
    /// Any text.
    Many,
    /// Any text without a colon.
    ManyInside,
}

/// Whether `pattern` matches the whole of `text`.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.as_bytes();
    glob(pattern.len(), |at| plain(pattern[at]), text.as_bytes(), |a, b| a == b)
}

/// The same without regard to the case of ASCII letters, as actions are compared.
#[must_use]
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    let pattern = pattern.as_bytes();
    glob(pattern.len(), |at| plain(pattern[at]), text.as_bytes(), |a, b| a.eq_ignore_ascii_case(&b))
}

/// Whether `pattern`, which may have unknown parts, matches everything that `request` stands for. Wildcards in `request` are
/// taken as text, so `arn:x/*` covers `arn:x/*`.
#[must_use]
pub fn covers(pattern: &str, request: &str) -> Match {
    let unknown = format!("{OPAQUE}?{OPAQUE}");
    if !pattern.contains(&unknown) {
        return matches(pattern, request).into();
    }
    // An unknown part could be anything: only what stands around it can rule a match out.
    if matches(&pattern.replace(&unknown, "*"), request) { Match::Unknown } else { Match::No }
}

/// Whether `pattern`, the text of a `Resource` element without variables, matches a resource.
///
/// The parts of an ARN are compared one by one: a wildcard does not match a colon of the first five parts, but a `*` that
/// ends a part "can expand to match beyond colon boundaries". In what follows the fifth colon, and in patterns that are no
/// ARN, wildcards match colons as well.
///
/// Source: "IAM JSON policy elements: Resource", section "Using wildcards in resource ARNs", read 2026-11-21.
#[must_use]
pub fn matches_resource(pattern: &str, resource: &str) -> bool {
    let bytes = pattern.as_bytes();
    // By far most patterns have no wildcard that a colon could stop.
    let Some(head) = arn_head(bytes) else { return matches(pattern, resource) };
    let inside = |at: usize| at < head && !ends_part(bytes, at);
    if !bytes[..head].iter().enumerate().any(|(at, byte)| *byte == b'?' || (*byte == b'*' && inside(at))) {
        return matches(pattern, resource);
    }
    let token = |at: usize| match bytes[at] {
        b'*' if inside(at) => Token::ManyInside,
        b'?' if at < head => Token::OneInside,
        byte => plain(byte),
    };
    glob(bytes.len(), token, resource.as_bytes(), |a, b| a == b)
}

/// Whether `pattern` matches an ARN part by part, as the ARN condition operators compare: no wildcard matches a colon of the
/// first five parts.
pub(super) fn matches_arn(pattern: &str, arn: &str) -> bool {
    let bytes = pattern.as_bytes();
    let head = arn_head(bytes).unwrap_or_default();
    let token = |at: usize| match bytes[at] {
        b'*' if at < head => Token::ManyInside,
        b'?' if at < head => Token::OneInside,
        byte => plain(byte),
    };
    glob(bytes.len(), token, arn.as_bytes(), |a, b| a == b)
}

/// Whether a pattern cannot match because of what stands before its first wildcard, unknown part or variable: most patterns of
/// most policies are about other services, and this tells without looking at the rest of them.
pub(super) fn begins_otherwise(pattern: &str, text: &str) -> bool {
    let literal = pattern.bytes().take_while(|byte| !matches!(byte, b'*' | b'?' | b'$') && *byte != OPAQUE as u8);
    literal.zip(text.bytes()).any(|(a, b)| !a.eq_ignore_ascii_case(&b))
}

/// Whether the tokens match the whole of `text`.
pub(super) fn matches_tokens(tokens: &[Token], text: &str) -> bool {
    glob(tokens.len(), |at| tokens[at], text.as_bytes(), |a, b| a == b)
}

/// How many bytes of a pattern of an ARN stand before its fifth colon; all of them when it has fewer. `None`: it is no ARN.
pub(super) fn arn_head(pattern: &[u8]) -> Option<usize> {
    if !pattern.starts_with(b"arn:") {
        return None;
    }
    let fifth = memchr::memchr_iter(b':', pattern).nth(4);
    Some(fifth.unwrap_or(pattern.len()))
}

/// Whether the `*` at `at` is the last character of its part.
pub(super) fn ends_part(pattern: &[u8], at: usize) -> bool {
    pattern.get(at..).is_some_and(|rest| matches!(rest.iter().find(|byte| **byte != b'*'), None | Some(b':')))
}

const fn plain(byte: u8) -> Token {
    match byte {
        b'*' => Token::Many,
        b'?' => Token::One,
        byte => Token::Byte(byte),
    }
}

/// Matching with backtracking to the last wildcard, and from one that a colon stops to the last one that nothing stops.
/// More is never needed: what an earlier wildcard could take, the later one of its kind can take as well. No [`Token::One`]
/// may stand between two [`Token::ManyInside`].
fn glob(length: usize, token: impl Fn(usize) -> Token, text: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut p, mut t) = (0, 0);
    // The last wildcard of each kind, and up to where it has taken text.
    let mut many: Option<(usize, usize)> = None;
    let mut inside: Option<(usize, usize)> = None;
    loop {
        if p == length && t == text.len() {
            return true;
        }
        let step = match (p < length).then(|| token(p)) {
            Some(Token::Many) => {
                many = Some((p, t));
                inside = None;
                p += 1;
                continue;
            }
            Some(Token::ManyInside) => {
                inside = Some((p, t));
                p += 1;
                continue;
            }
            Some(Token::Byte(byte)) if text.get(t).is_some_and(|at| same(byte, *at)) => 1,
            Some(Token::One) if t < text.len() => character(text, t),
            Some(Token::OneInside) if text.get(t).is_some_and(|at| *at != b':') => character(text, t),
            _ => 0,
        };
        if step > 0 {
            p += 1;
            t += step;
            continue;
        }
        if let Some((at, from)) = inside.filter(|(_, from)| text.get(*from).is_some_and(|byte| *byte != b':')) {
            (p, t) = (at + 1, from + 1);
            inside = Some((at, t));
        } else if let Some((at, from)) = many.filter(|(_, from)| *from < text.len()) {
            (p, t) = (at + 1, from + 1);
            many = Some((at, t));
            inside = None;
        } else {
            return false;
        }
    }
}

/// The length of the character at `at`, in bytes.
fn character(text: &[u8], at: usize) -> usize {
    let rest = text.get(at + 1..).unwrap_or_default();
    1 + rest.iter().take_while(|byte| **byte & 0xc0 == 0x80).count()
}

/// Whether the text has unknown parts, and would pass with some text or wildcard in their place.
#[must_use]
pub(super) fn could_be(text: &str, test: impl Fn(&str) -> bool) -> bool {
    let unknown = format!("{OPAQUE}?{OPAQUE}");
    if !text.contains(&unknown) {
        return false;
    }
    let mut text = text.to_owned();
    while text.contains(&unknown.repeat(2)) {
        text = text.replace(&unknown.repeat(2), &unknown);
    }
    let all = |part: &str| text.replace(&unknown, part);
    [all("*"), all("a:*"), text.replacen(&unknown, "a", 1).replace(&unknown, "*")].iter().any(|text| test(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stars_match_any_text_and_question_marks_one_character() {
        assert!(matches("s3:Get*", "s3:GetObject"));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "aXbYbZc"));
        assert!(matches("s3:?et*", "s3:GetObject"));
        assert!(matches("z?rich", "z\u{fc}rich"));
        assert!(!matches("s3:Get*", "s3:PutObject"));
        assert!(!matches("s3:Get?", "s3:Get"));
        assert!(matches_ignoring_case("S3:get*", "s3:GetObject") && !matches("S3:get*", "s3:GetObject"));
    }

    #[test]
    fn wildcards_stay_in_their_part_of_an_arn_unless_a_star_ends_it() {
        let queue = "arn:aws:sqs:us-east-1:111122223333:q";
        for (pattern, expected) in [
            ("*", true),
            ("arn:aws:sqs:*", true),
            ("arn:aws:sqs:us-*:q", true),
            ("arn:aws:sqs:us-*-1:*:q", true),
            ("arn:aws:sqs:us-*3:q", false),
            ("arn:aws:sqs:us-east-1?111122223333:q", false),
            ("arn:aws:s3*", false),
            ("arn:aws:sqs:us-east-1:111122223333:q*", true),
            ("arn:aws:sqs:us-east-1:111122223333:q?", false),
        ] {
            assert_eq!(matches_resource(pattern, queue), expected, "{pattern}");
        }
        // After the fifth colon nothing stops a wildcard.
        let version = "arn:aws:lambda:us-east-1:111122223333:function:f:1";
        assert!(matches_resource("arn:aws:lambda:*:*:func*f?1", version));
        assert!(matches_resource("arn:aws:s3:::ap*-prod/*", "arn:aws:s3:::ap/-prod/"));
        assert!(matches_resource("*", "*") && !matches_resource("arn:aws:s3:::*", "*"));
    }

    #[test]
    fn an_unknown_part_is_unknown_unless_the_rest_rules_it_out() {
        assert_eq!(covers("arn:\u{1}?\u{1}/*", "arn:x/*"), Match::Unknown);
        assert_eq!(covers("urn:\u{1}?\u{1}/*", "arn:x/*"), Match::No);
    }

    #[test]
    fn a_text_could_be_what_its_unknown_parts_make_possible() {
        let any = |text: &str| text == "*";
        assert!(could_be("\u{1}?\u{1}", any) && could_be("\u{1}?\u{1}\u{1}?\u{1}", any));
        assert!(!could_be("arn:\u{1}?\u{1}", any) && !could_be("*", any));
        let service = |text: &str| text.strip_suffix(":*").is_some_and(|service| !service.contains(['*', ':']));
        for action in ["s3:\u{1}?\u{1}", "\u{1}?\u{1}\u{1}?\u{1}", "\u{1}?\u{1}:\u{1}?\u{1}"] {
            assert!(could_be(action, service), "{action}");
        }
        assert!(!could_be("s3:Get\u{1}?\u{1}", service));
    }

    /// The definition, tried in every way.
    fn naive(tokens: &[Token], text: &[u8]) -> bool {
        let skip = |allowed: fn(u8) -> bool| {
            let longest = text.iter().take_while(|byte| allowed(**byte)).count();
            (0..=longest).any(|taken| naive(&tokens[1..], &text[taken..]))
        };
        match tokens.first() {
            None => text.is_empty(),
            Some(Token::Many) => skip(|_| true),
            Some(Token::ManyInside) => skip(|byte| byte != b':'),
            Some(Token::One) => !text.is_empty() && naive(&tokens[1..], &text[1..]),
            Some(Token::OneInside) => text.first().is_some_and(|byte| *byte != b':') && naive(&tokens[1..], &text[1..]),
            Some(Token::Byte(byte)) => text.first() == Some(byte) && naive(&tokens[1..], &text[1..]),
        }
    }

    fn letter() -> impl Strategy<Value = Token> {
        prop::sample::select(vec![b'a', b'b', b':']).prop_map(Token::Byte)
    }

    /// Tokens as patterns have them: what a colon stops comes first.
    fn tokens() -> impl Strategy<Value = Vec<Token>> {
        let head = prop_oneof![4 => letter(), 1 => Just(Token::OneInside), 1 => Just(Token::Many), 2 => Just(Token::ManyInside)];
        let tail = prop_oneof![3 => letter(), 1 => Just(Token::One), 1 => Just(Token::Many)];
        (prop::collection::vec(head, 0..8), prop::collection::vec(tail, 0..4))
            .prop_map(|(head, tail)| [head, tail].concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn backtracking_finds_what_trying_everything_finds(
            tokens in tokens(), text in "[ab:]{0,10}"
        ) {
            prop_assert_eq!(matches_tokens(&tokens, &text), naive(&tokens, text.as_bytes()));
        }
    }
}
