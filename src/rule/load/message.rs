//! The message of an assert: one sentence, whose placeholders exist.

use crate::rule::ast::Message;
use crate::source::NodeId;

use super::clause::Spoken;
use super::format::sentence_problem;
use super::path::inner;
use super::reader::Reader;

pub(in crate::rule) const PLACEHOLDERS: [&str; 13] = [
    "value",
    "path",
    "resource",
    "param.NAME",
    "element",
    "statement",
    "witness",
    "actions",
    "wildcard",
    "arns",
    "partner",
    "missing",
    "reason",
];
/// What network questions say about an element.
const NETWORK_PARTS: [&str; 3] = ["cidr", "ports", "protocol"];

impl Reader<'_> {
    /// The message, checked against what the assert speaks of.
    pub(super) fn message(&mut self, id: NodeId, spoken: &Spoken) -> Option<Message> {
        let text = self.text(id, "message")?;
        let span = self.tree.span(id);
        // Parameters count as used when they are only spoken of.
        let before = self.problems.len();
        if let Some(problem) = sentence_problem(text).filter(|_| self.checks.is_some()) {
            self.error(span, format!("`message` {problem}"));
        }
        let mut rest = 0;
        while let Some(open) = text.get(rest..).and_then(|tail| tail.find('{')) {
            let open = rest + open;
            let Some(close) = text.get(open..).and_then(|tail| tail.find('}')) else {
                let at = inner(self.tree.file().text(), span, text, open..open + 1);
                self.error(at, "`{` is never closed");
                break;
            };
            let close = open + close;
            let at = inner(self.tree.file().text(), span, text, open..close + 1);
            self.placeholder(text.get(open + 1..close).unwrap_or_default(), at, spoken);
            rest = close + 1;
        }
        (!self.failed_since(before)).then(|| Message(text.into()))
    }

    fn placeholder(&mut self, name: &str, at: crate::source::Span, spoken: &Spoken) {
        if let Some(param) = name.strip_prefix("param.") {
            self.param(at, param);
            return;
        }
        if self.checks.is_none() {
            return;
        }
        let nothing = match name {
            "value" | "path" | "resource" => return,
            "statement" => (!spoken.statements).then_some("`{statement}` needs an `iam` question"),
            "reason" => (!spoken.guardrails).then_some("`{reason}` needs an `scp` question"),
            "actions" | "wildcard" | "arns" => {
                (!spoken.wildcards).then_some("it needs a question about wildcards, such as `wildcard_resources`")
            }
            "witness" => {
                let some = spoken.witnesses || spoken.guardrails;
                (!some).then_some(
                    "`{witness}` needs a question who gets in, such as `grants_public`, or an `scp` question",
                )
            }
            "missing" => {
                let some = spoken.tags || spoken.includes;
                (!some).then_some("`{missing}` needs a `tags` question or `include`")
            }
            "partner" => (!spoken.partners).then_some("`{partner}` needs `on` or `relation`"),
            "element" => {
                let some = !spoken.elements.is_empty() || spoken.network;
                (!some).then_some("`{element}` needs `each`, `some`, `none` or a `network` question")
            }
            name => match name.strip_prefix("element.") {
                Some(part) => return self.element_part(part, at, spoken),
                None => return self.unknown(at, "placeholder", name, &PLACEHOLDERS),
            },
        };
        if let Some(message) = nothing {
            self.error(at, message);
        }
    }

    /// `{element.PATH}`: a part of the element of some quantifier.
    fn element_part(&mut self, part: &str, at: crate::source::Span, spoken: &Spoken) {
        if spoken.network && NETWORK_PARTS.contains(&part) {
            return;
        }
        if spoken.elements.is_empty() {
            if spoken.network {
                return self.unknown(at, "part of a network element", part, &NETWORK_PARTS);
            }
            return self.error(at, "`{element}` needs `each`, `some`, `none` or a `network` question");
        }
        let resolves = |scope: &super::path::Scope| scope.types.iter().all(|root| root.ty.resolve(part).is_ok());
        if spoken.elements.iter().any(resolves) {
            return;
        }
        let error = spoken.elements.iter().flat_map(|scope| &scope.types).find_map(|root| root.ty.resolve(part).err());
        if let Some(error) = error {
            self.error_help(at, error.to_string(), error.help());
        }
    }
}
