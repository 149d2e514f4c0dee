//! The resources that a request names.

use super::clause::{Asked, Clause, Member};
use super::law::Law;
use super::representative::representatives;
use crate::iam::matches;

/// A resource of a request with the texts that stand for it.
pub(super) struct Named {
    pub(super) required: bool,
    pub(super) texts: Vec<String>,
}

impl Law<'_> {
    /// The resources that a request for the action names, each with one text for each way in which statements tell it apart.
    pub(super) fn resources(&self, asked: Asked<'_>, relevant: &[(&Clause<'_>, Member)], region: &str) -> Vec<Named> {
        let uses = asked.known.map_or(&[][..], |known| known.action.resource_types);
        let mut limited = relevant.iter().filter(|(clause, _)| !clause.any_resource).peekable();
        if limited.peek().is_none() || uses.is_empty() {
            let text = if limited.peek().is_none() { self.example(asked, region) } else { "*".to_owned() };
            return vec![Named { required: false, texts: vec![text] }];
        }
        let patterns: Vec<&str> = limited
            .filter_map(|(clause, _)| clause.statement.resources.as_ref())
            .flat_map(|resources| resources.texts.iter().map(|text| &*text.text))
            .collect();
        let required = uses.iter().any(|used| used.required);
        let uses = uses.iter().filter(|used| used.required || !required);
        uses.map(|used| {
            let (start, whole) = self.filled(used.resource.arn, region);
            let mut all = patterns.clone();
            all.push(&whole);
            let texts = match start == whole {
                true => vec![whole.clone()],
                false => representatives(&start, &all).unwrap_or_default(),
            };
            let texts = texts.into_iter().filter(|text| matches(&whole, text)).collect();
            Named { required, texts }
        })
        .collect()
    }

    /// The ARN of a resource type up to its first name that is not known, and the whole with `*` for every such name.
    fn filled(&self, template: &str, region: &str) -> (String, String) {
        let (mut start, mut whole, mut rest) = (None, String::new(), template);
        while let Some((head, tail)) = rest.split_once("${") {
            whole.push_str(head);
            let Some((name, tail)) = tail.split_once('}') else { break };
            match name {
                "Partition" => whole.push_str("aws"),
                "Region" => whole.push_str(region),
                "Account" => whole.push_str(self.account),
                _ => {
                    start = start.or_else(|| Some(whole.clone()));
                    whole.push('*');
                }
            }
            rest = tail;
        }
        whole.push_str(rest);
        (start.unwrap_or_else(|| whole.clone()), whole)
    }

    /// A resource for people: an ARN with a made-up name, or `*`.
    pub(super) fn example(&self, asked: Asked<'_>, region: &str) -> String {
        let uses = asked.known.map_or(&[][..], |known| known.action.resource_types);
        match uses.iter().find(|used| used.required).or(uses.first()) {
            Some(used) => self.filled(used.resource.arn, region).1.replace('*', "example"),
            None => "*".to_owned(),
        }
    }
}
