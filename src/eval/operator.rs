//! Operators on scalars, lists and texts.

use std::borrow::Cow;

use super::answer::Answer;
use super::scope::Scope;
use crate::facts::cidr::Block;
use crate::rule::{Literal, Operand, Operator, TextPart};
use crate::value::{Cause, CauseId, Kind, OPAQUE, Read, ValueId, View};

impl Scope<'_> {
    /// The answer of an operator on a value that is there.
    pub(super) fn compare(&self, id: ValueId, operator: &Operator, ignore_case: bool) -> Answer {
        match operator {
            Operator::Contains(operand, wanted) => {
                let answer = self.contains(id, self.rule.operand(operand), ignore_case);
                return if *wanted { answer } else { answer.negated() };
            }
            Operator::Equals(_, false) | Operator::OneOf(_, false) | Operator::Matches(_, false) => {
                let positive = self.scalar(id, operator, ignore_case);
                return positive.negated();
            }
            Operator::OlderThanDays(..) | Operator::ExpiresWithinDays(..) => return self.compare_date(id, operator),
            _ => {}
        }
        self.scalar(id, operator, ignore_case)
    }

    /// The positive form of an operator on a scalar.
    fn scalar(&self, id: ValueId, operator: &Operator, ignore_case: bool) -> Answer {
        match self.view.text(id) {
            Read::Known(text) => Answer::of(self.positive(&text, operator, ignore_case)),
            // A list or map is no scalar, whatever is asked of it.
            Read::Absent => Answer::of(false),
            Read::Unknown(cause) => self.partly_known(id, cause, operator, ignore_case),
        }
    }

    /// What the known ends of a text already decide.
    fn partly_known(&self, id: ValueId, cause: CauseId, operator: &Operator, ignore_case: bool) -> Answer {
        let unknown = || Answer::unknown(vec![self.cause(cause)]);
        if let Operator::Matches(pattern, _) = operator {
            let mut parts = Vec::new();
            // What nothing is known of may be no text at all.
            let is_text =
                add_parts(&self.view, id, &mut parts) && parts.iter().any(|part| matches!(part, TextPart::Known(_)));
            let answer = is_text.then(|| pattern.matches_partly(self.rule, &parts)).flatten();
            return answer.map_or_else(unknown, Answer::of);
        }
        let Some(text) = self.view.symbolic(id) else { return unknown() };
        let text = fold(&text, ignore_case).into_owned();
        let head = text.split(OPAQUE).next().unwrap_or_default();
        let tail = text.rsplit(OPAQUE).next().unwrap_or_default();
        let impossible = |literal: &Literal| {
            let literal = fold(literal.text().unwrap_or_default(), ignore_case);
            !literal.starts_with(head) || !literal.ends_with(tail)
        };
        match operator {
            Operator::Equals(operand, _) | Operator::OneOf(operand, _) => {
                if self.rule.operand(operand).list().iter().all(impossible) { Answer::of(false) } else { unknown() }
            }
            Operator::StartsWith(operand) => {
                let prefixes = self.rule.operand(operand).list();
                let fits = |prefix: &Literal| fold(prefix.text().unwrap_or_default(), ignore_case).into_owned();
                if prefixes.iter().any(|prefix| head.starts_with(&fits(prefix))) {
                    Answer::of(true)
                } else if prefixes.iter().all(|prefix| !fits(prefix).starts_with(head)) {
                    Answer::of(false)
                } else {
                    unknown()
                }
            }
            Operator::EndsWith(operand) => {
                let suffixes = self.rule.operand(operand).list();
                let fits = |suffix: &Literal| fold(suffix.text().unwrap_or_default(), ignore_case).into_owned();
                if suffixes.iter().any(|suffix| tail.ends_with(&fits(suffix))) {
                    Answer::of(true)
                } else if suffixes.iter().all(|suffix| !fits(suffix).ends_with(tail)) {
                    Answer::of(false)
                } else {
                    unknown()
                }
            }
            _ => unknown(),
        }
    }

    /// The same for a text that is wholly known, with negation applied.
    pub(super) fn compare_text(&self, text: &str, operator: &Operator, ignore_case: bool) -> bool {
        match operator {
            Operator::Equals(_, wanted) | Operator::OneOf(_, wanted) | Operator::Matches(_, wanted) => {
                self.positive(text, operator, ignore_case) == *wanted
            }
            Operator::Contains(operand, wanted) => {
                let part = self.rule.operand(operand).text().unwrap_or_default();
                fold(text, ignore_case).contains(fold(part, ignore_case).as_ref()) == *wanted
            }
            _ => self.positive(text, operator, ignore_case),
        }
    }

    /// The same for a value that a rule gives.
    pub(super) fn compare_literal(&self, value: &Literal, operator: &Operator, ignore_case: bool) -> bool {
        match (operator, value) {
            (Operator::Contains(operand, wanted), Literal::List(items)) => {
                let element = self.rule.operand(operand);
                let is = |item: &Literal| item.text().is_some_and(|text| equal(text, element, ignore_case));
                items.iter().any(is) == *wanted
            }
            _ => value.text().is_some_and(|text| self.compare_text(text, operator, ignore_case)),
        }
    }

    fn positive(&self, text: &str, operator: &Operator, ignore_case: bool) -> bool {
        let texts = |operand: &Operand, test: &dyn Fn(&str, &str) -> bool| {
            let text = fold(text, ignore_case);
            let literals = self.rule.operand(operand).list();
            literals
                .iter()
                .any(|literal| literal.text().is_some_and(|literal| test(&text, &fold(literal, ignore_case))))
        };
        match operator {
            Operator::Equals(operand, _) | Operator::OneOf(operand, _) => {
                self.rule.operand(operand).list().iter().any(|literal| equal(text, literal, ignore_case))
            }
            Operator::Matches(pattern, _) => pattern.is_match(self.rule, text),
            Operator::StartsWith(operand) => texts(operand, &|text, prefix| text.starts_with(prefix)),
            Operator::EndsWith(operand) => texts(operand, &|text, suffix| text.ends_with(suffix)),
            Operator::Contains(operand, _) => texts(operand, &|text, part| text.contains(part)),
            Operator::AtLeast(operand) => {
                number(text, self.rule.operand(operand)).is_some_and(|(is, least)| is >= least)
            }
            Operator::AtMost(operand) => number(text, self.rule.operand(operand)).is_some_and(|(is, most)| is <= most),
            Operator::CidrWithin(operand) => Block::parse(text).is_some_and(|block| {
                let blocks = self.rule.operand(operand).list();
                blocks.iter().filter_map(|outer| Block::parse(outer.text()?)).any(|outer| outer.contains(&block))
            }),
            Operator::BeforeToday(operand) => match self.rule.operand(operand) {
                Literal::Table(dates) => dates
                    .iter()
                    .find(|(value, _)| **value == *text)
                    .and_then(|(_, date)| date.text())
                    .is_some_and(|date| date <= &*self.context.options.today),
                _ => false,
            },
            Operator::OlderThanDays(..) | Operator::ExpiresWithinDays(..) => {
                self.date_holds(text, operator).unwrap_or(false)
            }
            Operator::Exists(there) => *there,
        }
    }

    /// Whether a list has an element, or a text a part.
    fn contains(&self, id: ValueId, literal: &Literal, ignore_case: bool) -> Answer {
        let (head, kind) = self.view.deep(id);
        if let Kind::List(_) = kind {
            let Read::Known((items, open)) = self.view.list(head) else { return Answer::of(false) };
            let mut answer = Answer::of(false);
            for item in items {
                answer = answer.or(match self.view.text(item) {
                    Read::Known(text) => Answer::of(equal(&text, literal, ignore_case)),
                    Read::Absent => Answer::of(false),
                    Read::Unknown(cause) => Answer::unknown(vec![self.cause(cause)]),
                });
            }
            return match open {
                Some(cause) => answer.or(Answer::unknown(vec![self.cause(cause)])),
                None => answer,
            };
        }
        let part = fold(literal.text().unwrap_or_default(), ignore_case).into_owned();
        match self.view.text(id) {
            Read::Known(text) => Answer::of(fold(&text, ignore_case).contains(&part)),
            Read::Absent => Answer::of(false),
            Read::Unknown(cause) => {
                let known = self.view.symbolic(id).unwrap_or_default();
                if fold(&known, ignore_case).split(OPAQUE).step_by(2).any(|known| known.contains(&part)) {
                    Answer::of(true)
                } else {
                    Answer::unknown(vec![self.cause(cause)])
                }
            }
        }
    }
}

/// Adds what is known of a text; `false` for what is none.
fn add_parts<'a>(view: &View<'a>, id: ValueId, parts: &mut Vec<TextPart<'a>>) -> bool {
    let part = match view.deep(id).1 {
        Kind::Text(text) | Kind::Number(text) => TextPart::Known(view.values.str(text)),
        Kind::Bool(truth) => TextPart::Known(if truth { "true" } else { "false" }),
        Kind::Concat(range) => return view.values.items(range).iter().all(|part| add_parts(view, *part, parts)),
        Kind::Reference { .. } => TextPart::Made,
        Kind::Unknown(cause) => match view.values.cause(cause) {
            Cause::Environment { name } if &**name == "AWS::AccountId" => TextPart::Account,
            Cause::Environment { name } if matches!(&**name, "AWS::Region" | "AWS::Partition" | "AWS::URLSuffix") => {
                TextPart::Lower
            }
            _ => TextPart::Any,
        },
        Kind::Base64(_) => TextPart::Any,
        Kind::Absent | Kind::List(_) | Kind::Map(_) | Kind::If { .. } | Kind::Choice { .. } => return false,
    };
    parts.push(part);
    true
}

fn fold(text: &str, ignore_case: bool) -> Cow<'_, str> {
    if ignore_case { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

/// Equality as CloudFormation reads scalars: `true` is `'true'`, `22` is `'22'` and `22.0`.
fn equal(text: &str, literal: &Literal, ignore_case: bool) -> bool {
    match literal {
        Literal::Bool(truth) => text.eq_ignore_ascii_case(if *truth { "true" } else { "false" }),
        Literal::Number(number, written) => {
            *text == **written || text.trim().parse::<f64>().is_ok_and(|text| text == *number)
        }
        Literal::Text(literal) => *text == **literal || (ignore_case && text.to_lowercase() == literal.to_lowercase()),
        Literal::List(_) | Literal::Table(_) => false,
    }
}

fn number(text: &str, literal: &Literal) -> Option<(f64, f64)> {
    Some((text.trim().parse().ok()?, literal.number()?))
}
