//! The operators of `path` and `attribute`, and whether their operands fit what the schema allows there.

use crate::inventory::schema::{Kind as SchemaKind, Type, did_you_mean};
use crate::rule::ast::{Literal, Operand, Operator, Pattern};
use crate::source::{Level, Member, Span};

use super::format::{cidr_problem, is_date, regex_problem};
use super::reader::Reader;

/// Every operator of `path` and `attribute`.
pub(in crate::rule) const OPERATORS: [&str; 19] = [
    "equals",
    "not_equals",
    "one_of",
    "not_one_of",
    "matches",
    "not_matches",
    "starts_with",
    "ends_with",
    "contains",
    "not_contains",
    "at_least",
    "at_most",
    "exists",
    "cidr_within",
    "before_today",
    "older_than_days",
    "not_older_than_days",
    "expires_within_days",
    "not_expires_within_days",
];

/// The attributes beside `Properties`, with their values.
pub(in crate::rule) const ATTRIBUTES: [(&str, &[&str]); 2] = [
    ("DeletionPolicy", &["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"]),
    ("UpdateReplacePolicy", &["Delete", "Retain", "Snapshot"]),
];

/// What stands at the subject of an operator.
pub(super) struct Subject<'s> {
    /// As messages name it.
    pub(super) text: &'s str,
    /// The schema of a property; empty when nothing is known.
    pub(super) types: &'s [Type],
    /// The values of an attribute.
    pub(super) values: Option<&'s [&'s str]>,
    pub(super) ignore_case: bool,
}

/// What an operator wants to find.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wants {
    Scalar,
    Text,
    Number,
    Part,
}

impl Reader<'_> {
    /// The operator of this key and operand.
    pub(super) fn operator(&mut self, member: &Member, subject: &Subject<'_>) -> Option<Operator> {
        let key = self.tree.key(member);
        let span = self.tree.span(member.value);
        if key == "exists" {
            return self.boolean(member.value, key).map(Operator::Exists);
        }
        let operand = self.operand(member.value)?;
        let positive = !key.starts_with("not_");
        let (operator, wants) = match key {
            "equals" | "not_equals" => (Operator::Equals(operand, positive), Wants::Scalar),
            "one_of" | "not_one_of" => (Operator::OneOf(operand, positive), Wants::Scalar),
            "matches" | "not_matches" => (Operator::Matches(Pattern::new(operand), positive), Wants::Text),
            "starts_with" => (Operator::StartsWith(operand), Wants::Text),
            "ends_with" => (Operator::EndsWith(operand), Wants::Text),
            "contains" | "not_contains" => (Operator::Contains(operand, positive), Wants::Part),
            "at_least" => (Operator::AtLeast(operand), Wants::Number),
            "at_most" => (Operator::AtMost(operand), Wants::Number),
            "cidr_within" => (Operator::CidrWithin(operand), Wants::Text),
            "older_than_days" | "not_older_than_days" => (Operator::OlderThanDays(operand, positive), Wants::Text),
            "expires_within_days" | "not_expires_within_days" => {
                (Operator::ExpiresWithinDays(operand, positive), Wants::Text)
            }
            "before_today" => (Operator::BeforeToday(operand), Wants::Text),
            _ => return None,
        };
        if self.checks.is_some() {
            self.check_operand(key, &operator, span)?;
            self.check_fit(key, wants, &operator, subject, span);
        }
        Some(operator)
    }

    /// Whether the operand has the shape that the operator asks for.
    fn check_operand(&mut self, key: &str, operator: &Operator, span: Span) -> Option<()> {
        let value = self.value_of(operand_of(operator)?);
        let problem = match operator {
            Operator::Equals(..) | Operator::Contains(..) => {
                (!is_scalar(value)).then(|| wanted(key, "a single value", value))
            }
            Operator::StartsWith(_) | Operator::EndsWith(_) => {
                (!matches!(value, Literal::Text(_))).then(|| wanted(key, "a text", value))
            }
            Operator::OneOf(..) => match value {
                Literal::List(items) if items.is_empty() => Some(format!("`{key}` has no values")),
                Literal::List(items) if items.iter().all(is_scalar) => None,
                _ => Some(wanted(key, "a list of single values", value)),
            },
            Operator::Matches(..) => texts(key, value, regex_problem),
            Operator::CidrWithin(_) => texts(key, value, cidr_problem),
            Operator::AtLeast(_) | Operator::AtMost(_) => {
                (!matches!(value, Literal::Number(..))).then(|| wanted(key, "a number", value))
            }
            Operator::BeforeToday(_) => dates(key, value),
            Operator::OlderThanDays(..) | Operator::ExpiresWithinDays(..) => whole_number_problem(key, value),
            Operator::Exists(_) => None,
        };
        match problem {
            Some(problem) => {
                self.error(span, problem);
                None
            }
            None => Some(()),
        }
    }

    /// Whether what the schema allows can ever be what the operator asks for.
    fn check_fit(&mut self, key: &str, wants: Wants, operator: &Operator, subject: &Subject<'_>, span: Span) {
        let text = subject.text;
        for ty in subject.types {
            let kind = ty.kind();
            let element = match (wants, kind) {
                (Wants::Part, SchemaKind::List(item)) => item,
                (Wants::Part, SchemaKind::String | SchemaKind::Any) => *ty,
                (Wants::Number | Wants::Text, SchemaKind::Boolean) | (Wants::Part, _) => {
                    return self.error(span, format!("`{key}` does not fit `{text}`, which is {}", ty.describe()));
                }
                _ => *ty,
            };
            if wants != Wants::Part && !element.accepts_scalar() {
                let help = match kind {
                    SchemaKind::List(_) => Some(format!(
                        "use `contains`, the path `{text}[]`, or a quantifier such as `some = \"{text}\"`"
                    )),
                    _ => None,
                };
                let message = format!("`{key}` does not fit `{text}`, which is {}", ty.describe());
                return self.error_help(span, message, help);
            }
            if !matches!(operator, Operator::Equals(..) | Operator::OneOf(..) | Operator::Contains(..)) {
                continue;
            }
            let Some(operand) = operand_of(operator) else { continue };
            let value = self.value_of(operand).clone();
            for value in value.list() {
                self.check_value(key, value, element, subject, span);
            }
        }
        if let Some(values) = subject.values
            && let Some(operand) = operand_of(operator)
            && matches!(operator, Operator::Equals(..) | Operator::OneOf(..))
        {
            let value = self.value_of(operand).clone();
            for value in value.list() {
                self.check_allowed(key, value.text().unwrap_or_default(), values, subject, span);
            }
        }
    }

    /// Whether a value can stand at a type.
    fn check_value(&mut self, key: &str, value: &Literal, ty: Type, subject: &Subject<'_>, span: Span) {
        let fits = match ty.kind() {
            SchemaKind::Boolean => value.text().is_some_and(|text| matches!(text, "true" | "false")),
            SchemaKind::Integer | SchemaKind::Number => value.number().is_some(),
            _ => true,
        };
        if !fits {
            let text = subject.text;
            let message = format!("`{value}` does not fit `{text}`, which is {}", ty.describe());
            return self.error(span, message);
        }
        let allowed: Vec<&str> = ty.enum_values().collect();
        // A text that only has to be contained in another one may be a part of an allowed value.
        let part = key.ends_with("contains") && subject.types.contains(&ty);
        if !part && !allowed.is_empty() {
            let subject = Subject { ignore_case: subject.ignore_case || ty.enum_ignores_case(), ..*subject };
            self.check_allowed(key, value.text().unwrap_or_default(), &allowed, &subject, span);
        }
    }

    /// Whether what AWS takes where nothing is written can stand there.
    pub(super) fn check_default(&mut self, key: &str, value: &Literal, subject: &Subject<'_>, span: Span) {
        if self.checks.is_none() {
            return;
        }
        if matches!(value, Literal::List(_)) && !key.ends_with("contains") {
            return self.error(span, format!("`{key}` asks nothing of a list, which is the value here"));
        }
        for ty in subject.types {
            match (value, ty.kind()) {
                (Literal::List(items), SchemaKind::List(item)) => {
                    items.iter().for_each(|value| self.check_value("equals", value, item, subject, span));
                }
                (Literal::List(_), kind) if kind != SchemaKind::Any => {
                    self.error(span, format!("a list does not fit `{}`, which is {}", subject.text, ty.describe()));
                }
                (_, SchemaKind::List(_)) => {
                    self.error(span, format!("`{value}` does not fit `{}`, which is a list", subject.text));
                }
                _ => self.check_value("equals", value, *ty, subject, span),
            }
        }
        if let Some(values) = subject.values {
            self.check_allowed("equals", value.text().unwrap_or_default(), values, subject, span);
        }
    }

    fn check_allowed(&mut self, key: &str, value: &str, allowed: &[&str], subject: &Subject<'_>, span: Span) {
        let equal = |other: &&str| match subject.ignore_case {
            true => other.eq_ignore_ascii_case(value),
            false => *other == value,
        };
        if allowed.iter().any(equal) {
            return;
        }
        // What is ruled out may well be a value of the past.
        let level = if key.starts_with("not_") { Level::Warning } else { Level::Error };
        let message = format!("`{value}` is not a value of `{}`", subject.text);
        let mut problem = self.diagnostic(level, span, message);
        problem.help = match did_you_mean(value, allowed.iter().copied()) {
            Some(meant) => Some(format!("did you mean `{meant}`")),
            None if allowed.len() <= 12 => Some(format!("allowed are {}", super::reader::quoted(allowed))),
            None => None,
        };
        self.problems.push(problem);
    }
}

fn operand_of(operator: &Operator) -> Option<&Operand> {
    match operator {
        Operator::Equals(operand, _)
        | Operator::OneOf(operand, _)
        | Operator::StartsWith(operand)
        | Operator::EndsWith(operand)
        | Operator::Contains(operand, _)
        | Operator::AtLeast(operand)
        | Operator::AtMost(operand)
        | Operator::CidrWithin(operand)
        | Operator::OlderThanDays(operand, _)
        | Operator::ExpiresWithinDays(operand, _)
        | Operator::BeforeToday(operand) => Some(operand),
        Operator::Matches(pattern, _) => Some(&pattern.source),
        Operator::Exists(_) => None,
    }
}

fn is_scalar(value: &Literal) -> bool {
    value.text().is_some()
}

fn wanted(key: &str, what: &str, found: &Literal) -> String {
    match found {
        Literal::List(items) if what.starts_with("a list") => {
            let odd = items.iter().find(|item| !is_scalar(item)).map_or("a list", Literal::describe);
            format!("`{key}` is to be {what}, not of {odd}")
        }
        found => format!("`{key}` is to be {what}, not {}", found.describe()),
    }
}

/// The first problem of a text or list of texts.
pub(super) fn texts(key: &str, value: &Literal, problem: impl Fn(&str) -> Option<String>) -> Option<String> {
    if value.list().is_empty() {
        return Some(format!("`{key}` has no values"));
    }
    value.list().iter().find_map(|item| match item {
        Literal::Text(text) => problem(text),
        other => Some(format!("`{key}` is to be a text or a list of texts, not {}", other.describe())),
    })
}

/// What is wrong with a number of things.
pub(crate) fn whole_number_problem(key: &str, value: &Literal) -> Option<String> {
    let fits = |number: f64| number >= 0.0 && number.fract() == 0.0;
    match value {
        Literal::Number(number, _) if fits(*number) => None,
        Literal::Number(_, text) => Some(format!("`{key}` is to be a whole number, not `{text}`")),
        other => Some(wanted(key, "a whole number", other)),
    }
}

fn dates(key: &str, value: &Literal) -> Option<String> {
    let Literal::Table(members) = value else {
        return Some(format!("`{key}` is to be a table from value to date, not {}", value.describe()));
    };
    members.iter().find_map(|(name, date)| match date {
        Literal::Text(text) if is_date(text) => None,
        other => Some(format!("the date of `{name}`, `{other}`, is not a date as YYYY-MM-DD")),
    })
}
