//! How much of a type of resource a pattern covers.

use rustc_hash::FxHashMap;

use crate::iam::catalogue::{ActionRef, ResourceUse};
use crate::iam::document::{Element, Text, UNKNOWN};
use crate::iam::{Match, matches};
use crate::value::OPAQUE;

/// Stands for a name that no pattern spells: only a wildcard covers it. Longer than any run of `?` that somebody writes.
const ANY_NAME: &str = "\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}\u{2}";

/// How much an element covers of the ARN formats that were asked for: thousands of actions share hundreds of formats.
pub(super) struct Covered<'p> {
    resources: Option<&'p Element>,
    formats: Formats,
}

/// What is known of ARN formats, by the address of their resource types.
#[derive(Default)]
pub(super) struct Formats(FxHashMap<usize, Match>);

impl Formats {
    /// What is known of one, or what `find` says.
    pub(super) fn of(&mut self, used: &ResourceUse, find: impl FnOnce(&'static str) -> Match) -> Match {
        let address = std::ptr::from_ref(used.resource).addr();
        *self.0.entry(address).or_insert_with(|| find(used.resource.arn))
    }
}

impl<'p> Covered<'p> {
    pub(super) fn by(resources: Option<&'p Element>) -> Self {
        Self { resources, formats: Formats::default() }
    }

    /// Whether it can cover all resources of any format at all.
    pub(super) fn may_be_everything(&self) -> bool {
        let Some(Element { negated, texts, open, .. }) = self.resources else { return false };
        *negated || !open.is_empty() || texts.iter().any(|text| !text.is_known() || text.text.contains('*'))
    }

    /// Whether it leaves open which resource an action is used on: it covers every resource of each type that a request must
    /// name, or of any type where AWS says of none that it must be there. Region and account are not names. `Yes` and no resource
    /// type at all do not go together: such actions are for `*` only.
    pub(super) fn everything(&mut self, action: &ActionRef) -> Match {
        let uses = action.action.resource_types;
        if uses.is_empty() {
            return Match::No;
        }
        if uses.iter().any(|used| used.required) {
            let required = uses.iter().filter(|used| used.required);
            return required.map(|used| self.covers(used)).fold(Match::Yes, Match::and);
        }
        uses.iter().map(|used| self.covers(used)).fold(Match::No, Match::or)
    }

    fn covers(&mut self, used: &ResourceUse) -> Match {
        let Some(resources) = self.resources else { return Match::No };
        self.formats.of(used, |format| {
            let open = if resources.open.is_empty() { Match::No } else { Match::Unknown };
            let found = Match::any(resources.texts.iter().map(|text| covers(text, format))).or(open);
            // All but some named ones.
            if resources.negated { found.negated() } else { found }
        })
    }
}

/// [`Covered::everything`] of one action.
pub(super) fn everything(resources: &Element, action: &ActionRef) -> Match {
    Covered::by(Some(resources)).everything(action)
}

/// The text of an element that leaves open which resource the action is used on: where to point at.
pub(super) fn wildcard_of<'p>(resources: &'p Element, action: &ActionRef) -> Option<&'p Text> {
    let covers_one =
        |text: &&Text| action.action.resource_types.iter().any(|used| covers(text, used.resource.arn) == Match::Yes);
    resources.texts.iter().find(covers_one)
}

/// Whether a pattern covers all resources of an ARN format.
pub(super) fn covers(pattern: &Text, format: &str) -> Match {
    if pattern.is_known() {
        return if covers_text(&pattern.text, format) { Match::Yes } else { Match::No };
    }
    if covers_text(&pattern.widened(), format) { Match::Unknown } else { Match::No }
}

fn covers_text(pattern: &str, format: &str) -> bool {
    if !pattern.contains('*') {
        return false;
    }
    if pattern.bytes().all(|byte| byte == b'*') {
        return true;
    }
    let segments: Vec<&str> = pattern.splitn(6, ':').collect();
    // Most patterns are of other services: theirs stands nowhere in the format.
    if let [_, partition, service, region, account, _] = segments.as_slice()
        && !service.contains(['*', '?'])
        && !format.split(':').chain([*partition, *region, *account]).any(|part| part == *service)
    {
        return false;
    }
    let mut sample = String::new();
    for (index, part) in format.splitn(6, ':').enumerate() {
        let own = segments.get(index).filter(|_| segments.len() == 6 || index + 1 < segments.len()).copied();
        let separator = if index == 0 { "" } else { ":" };
        let part = match (index, own) {
            // Partition, region and account say where, not which.
            (1 | 3 | 4, Some(own)) if part.contains("${") && !own.is_empty() => own.to_owned(),
            _ => filled(part),
        };
        sample.push_str(separator);
        sample.push_str(&part);
    }
    matches(pattern, &sample)
}

/// A format with names that nobody spells in place of its variables.
fn filled(format: &str) -> String {
    replaced(format, ANY_NAME)
}

/// A format as a pattern: `*` for each of its variables.
pub(super) fn glob(format: &str) -> String {
    replaced(format, "*")
}

fn replaced(format: &str, by: &str) -> String {
    let mut text = String::with_capacity(format.len());
    let mut rest = format;
    while let Some((plain, after)) = rest.split_once("${") {
        text.push_str(plain);
        text.push_str(by);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    text
}

/// Whether a pattern can mean a resource of an ARN format at all.
pub(super) fn touches(pattern: &Text, format: &str) -> Match {
    let format = glob(format);
    if pattern.is_known() {
        return Match::from(meet(&pattern.text, &format));
    }
    // Where a name that nobody spells does, any does.
    match meet(&pattern.widened(), &format) {
        true if meet(&pattern.text.replace(UNKNOWN, ANY_NAME), &format) => Match::Yes,
        true => Match::Unknown,
        false => Match::No,
    }
}

fn meet(pattern: &str, format: &str) -> bool {
    // A token that stands for a whole ARN has no parts to compare.
    if pattern.starts_with(OPAQUE) {
        return true;
    }
    let colons = |text: &str| text.bytes().filter(|byte| *byte == b':').take(5).count();
    if colons(pattern) != 5 || colons(format) != 5 {
        return overlap(pattern.as_bytes(), format.as_bytes());
    }
    // Wildcards act inside a segment.
    pattern.splitn(6, ':').zip(format.splitn(6, ':')).all(|(own, theirs)| overlap(own.as_bytes(), theirs.as_bytes()))
}

/// Whether two patterns have a text in common.
fn overlap(a: &[u8], b: &[u8]) -> bool {
    let wild = |byte: &u8| matches!(byte, b'*' | b'?');
    if !a.iter().chain(b).any(wild) {
        return a == b;
    }
    // Most have other beginnings.
    let differs = |(x, y): (&u8, &u8)| x != y;
    if a.iter().zip(b).take_while(|(x, y)| !wild(x) && !wild(y)).any(differs) {
        return false;
    }
    // reach[j]: the first i characters of `a` and the first j of `b` can be the same text.
    let (mut reach, mut next) = (vec![false; b.len() + 1], vec![false; b.len() + 1]);
    for i in 0..=a.len() {
        next.fill(false);
        for j in 0..=b.len() {
            let (x, y) = (i.checked_sub(1).and_then(|at| a.get(at)), j.checked_sub(1).and_then(|at| b.get(at)));
            next[j] = match (x, y) {
                (None, None) => true,
                (Some(b'*'), _) if reach[j] => true,
                (_, Some(b'*')) if j > 0 && next[j - 1] => true,
                (Some(b'*'), Some(_)) if next[j - 1] => true,
                (Some(_), Some(b'*')) if reach[j] => true,
                (Some(x), Some(y)) => {
                    let same = x == y || *x == b'?' || *y == b'?' || *x == b'*' || *y == b'*';
                    same && reach[j - 1]
                }
                _ => false,
            };
        }
        std::mem::swap(&mut reach, &mut next);
    }
    reach.last().copied().unwrap_or(false)
}

/// The ARN formats of the resources that an action is used on, as the Service Authorization Reference writes them: those that a
/// request must name, or all of them.
pub fn arn_formats(action: &ActionRef) -> impl Iterator<Item = &'static str> + use<> {
    let uses = action.action.resource_types;
    let any = uses.iter().any(|used| used.required);
    uses.iter().filter(move |used| used.required || !any).map(|used| used.resource.arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::catalogue::catalogue;
    use crate::iam::least::tests::nowhere;

    fn text(text: &str) -> Text {
        Text { text: text.into(), place: nowhere() }
    }

    fn element(texts: &[&str]) -> Element {
        let texts = texts.iter().map(|one| text(one)).collect();
        Element { negated: false, texts, open: Vec::new(), place: nowhere() }
    }

    fn all(action: &str, texts: &[&str]) -> Match {
        everything(&element(texts), &catalogue().action(action).expect(action))
    }

    #[test]
    fn a_wildcard_in_place_of_the_name_is_everything_whatever_the_region() {
        for pattern in ["*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:*", "arn:aws:s3:::**"] {
            assert_eq!(all("s3:GetObject", &[pattern]), Match::Yes, "{pattern}");
        }
        for pattern in ["arn:aws:dynamodb:us-east-1:111122223333:table/*", "arn:*:dynamodb:*:*:*", "arn:aws:dynamodb:*"]
        {
            assert_eq!(all("dynamodb:PutItem", &[pattern]), Match::Yes, "{pattern}");
        }
    }

    #[test]
    fn a_part_of_a_name_is_not_everything() {
        for pattern in
            ["arn:aws:s3:::app-*/*", "arn:aws:s3:::app/*", "arn:aws:s3:::*-logs/*", "\u{1}3.Bucket.Arn\u{1}/*"]
        {
            assert_eq!(all("s3:GetObject", &[pattern]), Match::No, "{pattern}");
        }
        assert_eq!(all("logs:PutLogEvents", &["arn:aws:logs:*:*:log-group:/aws/lambda/*"]), Match::No);
        assert_eq!(all("iam:PassRole", &["arn:aws:iam::*:role/app/*"]), Match::No);
    }

    #[test]
    fn an_unknown_text_may_be_a_wildcard_unless_the_rest_rules_it_out() {
        assert_eq!(all("s3:GetObject", &["\u{1}?\u{1}"]), Match::Unknown);
        assert_eq!(all("s3:GetObject", &["arn:aws:s3:::\u{1}?\u{1}/*"]), Match::Unknown);
        assert_eq!(all("s3:GetObject", &["arn:aws:s3:::app-\u{1}?\u{1}/*"]), Match::No);
    }

    #[test]
    fn what_a_request_must_name_decides() {
        // Any instance, but only in one subnet.
        let some = ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:subnet/subnet-1", "arn:aws:ec2:*:*:image/*"];
        assert_eq!(all("ec2:RunInstances", &some), Match::No);
        assert_eq!(all("ec2:RunInstances", &["arn:aws:ec2:*:*:*"]), Match::Yes);
        assert_eq!(all("xray:PutTraceSegments", &["*"]), Match::No, "an action for `*` only");
    }

    #[test]
    fn patterns_that_can_mean_the_same_text_touch() {
        let touch = |a: &str, b: &str| overlap(a.as_bytes(), b.as_bytes());
        assert!(touch("arn:aws:s3:::app/*", "arn:*:s3:::*/*"));
        assert!(!touch("arn:aws:s3:::app", "arn:*:s3:::*/*"));
        assert!(touch("a*c", "*bc") && touch("*", "") && touch("a?", "?b") && !touch("a*", "b*") && !touch("", "a"));
    }
}
