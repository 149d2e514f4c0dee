//! Equality: the formula under which two values are the same text.
//!
//! What is not known is told apart by what it is: a parameter by its name, anything else by the expression that is written.
//! All comparisons of one such thing with texts are one variable, so that it is never two texts at once.
//!
//! Source: "Condition functions" in the CloudFormation template reference.

use std::sync::Arc;

use super::constraints::Constraint;
use super::resolver::Resolver;
use crate::value::{Formula, Kind, ValueId, Variable, VariableId, VariableKind};

/// How many comparisons one `Fn::Equals` may multiply to over undecided values.
pub(super) const PRODUCT: usize = 4096;

/// Texts that one unknown thing may be compared with before each comparison is a variable of its own.
const TEXTS: usize = 256;

/// Bytes of a function up to which it is known again by what is written, wherever that stands.
const WRITTEN: usize = 1 << 10;

/// A value that is wholly a parameter, of which nothing is known but what it is not.
#[derive(Debug, Clone)]
pub(super) struct Own<'u> {
    /// The stack that declares it; the root for what all nested stacks share.
    pub(super) stack: usize,
    pub(super) name: Arc<str>,
    /// The variable whose texts it is none of.
    pub(super) variable: Option<VariableId>,
    /// What it may be at all.
    pub(super) constraint: Option<Arc<Constraint<'u>>>,
}

/// A case of an open value: when it is, and what it is there.
type ValueCase = (Formula, ValueId);

impl<'u> Resolver<'u> {
    /// The formula under which two values are equal. CloudFormation compares texts: `1` equals `"1"`.
    pub(super) fn equals(&mut self, stack: usize, left: ValueId, right: ValueId, budget: &mut usize) -> Formula {
        *budget = budget.saturating_sub(1);
        if *budget > 0 {
            for (open, other) in [(left, right), (right, left)] {
                if let Some(cases) = self.open_cases(open) {
                    let parts = cases.into_iter().map(|(is, value)| {
                        let equal = self.equals(stack, value, other, budget);
                        combined(vec![is, equal], false)
                    });
                    return combined(parts.collect(), true);
                }
            }
        }
        match (self.constant_text(left), self.constant_text(right)) {
            (Some(a), Some(b)) => Formula::Constant(a == b),
            (None, Some(text)) => {
                let text = text.to_owned();
                self.is_text(stack, left, &text)
            }
            (Some(text), None) => {
                let text = text.to_owned();
                self.is_text(stack, right, &text)
            }
            (None, None) => {
                let (mut sides, mut known) = ([String::new(), String::new()], true);
                for (side, value) in sides.iter_mut().zip([left, right]) {
                    known &= self.describe(stack, value, side);
                }
                if known || sides[0] == sides[1] {
                    return Formula::Constant(sides[0] == sides[1]);
                }
                sides.sort();
                Formula::Is(self.comparison(&sides.join("=")), 1)
            }
        }
    }

    /// The cases of a value that a condition or parameter leaves open; `None` when none does.
    pub(super) fn open_cases(&mut self, value: ValueId) -> Option<Vec<ValueCase>> {
        match self.inventory.values.kind(value) {
            Kind::If { condition, then, otherwise } => {
                let condition = Formula::Condition(condition);
                Some(vec![(condition.clone(), then), (negated(condition), otherwise)])
            }
            Kind::Choice { variable, arms } => {
                let arms = self.inventory.values.items(arms);
                let cases = arms.iter().take(arms.len().saturating_sub(1)).enumerate();
                Some(cases.map(|(case, arm)| (Formula::Is(variable, case as u16), *arm)).collect())
            }
            Kind::Concat(range) => {
                let parts = self.inventory.values.items(range).to_vec();
                let place = self.inventory.values.place(value);
                let (at, cases) =
                    parts.iter().enumerate().find_map(|(at, part)| Some((at, self.open_cases(*part)?)))?;
                let whole = |(is, chosen): ValueCase| {
                    let mut parts = parts.clone();
                    parts[at] = chosen;
                    (is, self.concat(&parts, place))
                };
                Some(cases.into_iter().map(whole).collect())
            }
            _ => None,
        }
    }

    /// The formula under which a value that is not known is a text.
    fn is_text(&mut self, stack: usize, value: ValueId, text: &str) -> Formula {
        match self.inventory.values.kind(value) {
            Kind::Concat(range) => {
                let parts = self.inventory.values.items(range).to_vec();
                return self.are_text(stack, value, &parts, text);
            }
            // The text of a list is what a parameter of that type would be given.
            Kind::List(range) => {
                let items = self.inventory.values.items(range).iter().map(|item| self.constant_text(*item));
                if let Some(items) = items.collect::<Option<Vec<&str>>>() {
                    return Formula::Constant(items.join(",") == text);
                }
            }
            Kind::Map(_) | Kind::Absent => return Formula::Constant(false),
            _ => {}
        }
        if let Some(own) = self.own.get(&value)
            && (own.variable.is_some_and(|variable| self.case_of(variable, text).is_some())
                || own.constraint.as_ref().is_some_and(|constraint| !constraint.allows(text)))
        {
            return Formula::Constant(false);
        }
        self.thing_is(stack, value, text)
    }

    /// The same of a text in parts: where only one of them is not known, it is what the others leave of the text.
    fn are_text(&mut self, stack: usize, whole: ValueId, parts: &[ValueId], text: &str) -> Formula {
        let (mut rest, mut open) = (text, parts);
        while let Some((first, more)) = open.split_first()
            && let Some(known) = self.constant_text(*first)
        {
            let Some(left) = rest.strip_prefix(known) else { return Formula::Constant(false) };
            (rest, open) = (left, more);
        }
        while let Some((last, more)) = open.split_last()
            && let Some(known) = self.constant_text(*last)
        {
            let Some(left) = rest.strip_suffix(known) else { return Formula::Constant(false) };
            (rest, open) = (left, more);
        }
        match open {
            [] => Formula::Constant(rest.is_empty()),
            [one] => self.is_text(stack, *one, rest),
            _ => self.thing_is(stack, whole, text),
        }
    }

    /// The formula under which something that nothing here decides is a text.
    fn thing_is(&mut self, stack: usize, value: ValueId, text: &str) -> Formula {
        let mut thing = String::new();
        self.describe(stack, value, &mut thing);
        let variable = match self.things.get(&thing) {
            Some(known) => *known,
            None => {
                let (name, kind): (&str, _) = match self.own.get(&value) {
                    Some(own) => (&own.name, VariableKind::Parameter),
                    None => (&thing, VariableKind::Comparison),
                };
                let variable = Variable { name: name.into(), kind, domain: vec![None], default: None };
                let variable = self.inventory.values.push_variable(variable);
                self.things.insert(thing.clone(), variable);
                variable
            }
        };
        if let Some(case) = self.case_of(variable, text) {
            return Formula::Is(variable, case);
        }
        let domain = &mut self.inventory.values.variables[variable.0 as usize].domain;
        if domain.len() > TEXTS {
            return Formula::Is(self.comparison(&format!("{thing}={text}")), 1);
        }
        domain.push(Some(text.into()));
        Formula::Is(variable, domain.len() as u16 - 1)
    }

    fn case_of(&self, variable: VariableId, text: &str) -> Option<u16> {
        let domain = &self.inventory.values.variables[variable.0 as usize].domain;
        domain.iter().position(|case| case.as_deref() == Some(text)).map(|case| case as u16)
    }

    /// The variable of a comparison that nothing here decides; the same text is the same variable.
    pub(super) fn comparison(&mut self, text: &str) -> VariableId {
        if let Some(known) = self.comparisons.get(text) {
            return *known;
        }
        let variable = self.inventory.values.push_variable(Variable {
            name: text.into(),
            kind: VariableKind::Comparison,
            domain: vec![Some("false".into()), Some("true".into())],
            default: None,
        });
        self.comparisons.insert(text.to_owned(), variable);
        variable
    }

    /// Adds a text that tells values apart: the same text is the same value in every world. Whether it is wholly known.
    fn describe(&self, stack: usize, id: ValueId, out: &mut String) -> bool {
        const END: char = '\u{1}';
        let values = &self.inventory.values;
        match values.kind(id) {
            Kind::Text(text) | Kind::Number(text) => out.push_str(values.str(text)),
            Kind::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
            Kind::Absent => out.push(END),
            Kind::Reference { resource, attribute } => {
                *out += &format!("{END}{}.{}", resource.0, self.inventory.names.text(attribute));
                return false;
            }
            Kind::Concat(range) => {
                let mut known = true;
                for part in values.items(range) {
                    known &= self.describe(stack, *part, out);
                }
                return known;
            }
            Kind::List(range) => {
                let mut known = true;
                for item in values.items(range) {
                    known &= self.describe(stack, *item, out);
                    out.push(END);
                }
                return known;
            }
            _ => {
                match self.own.get(&id) {
                    Some(own) => *out += &format!("{END}{}/{}", own.stack, own.name),
                    None => {
                        let place = values.place(id);
                        let text = self.inventory.files.get(place.file).text();
                        let span = place.span.start as usize..place.span.end as usize;
                        let written = text.get(span).unwrap_or_default();
                        *out += &format!("{END}{stack}:{}:", place.file.0);
                        // Many parts of one long text may be unknown: that it is written there tells it apart as well.
                        match written.len() > WRITTEN {
                            true => *out += &format!("{END}{}", place.span.start),
                            false => written.split_whitespace().for_each(|word| out.push_str(word)),
                        }
                    }
                }
                return false;
            }
        }
        true
    }
}

/// The negation of a formula.
pub(super) fn negated(formula: Formula) -> Formula {
    match formula {
        Formula::Constant(truth) => Formula::Constant(!truth),
        Formula::Not(inner) => *inner,
        formula => Formula::Not(Box::new(formula)),
    }
}

/// A disjunction (`decisive` true) or conjunction (`decisive` false), folded.
pub(super) fn combined(parts: Vec<Formula>, decisive: bool) -> Formula {
    let mut open = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Formula::Constant(truth) if truth == decisive => return Formula::Constant(decisive),
            Formula::Constant(_) => {}
            part => open.push(part),
        }
    }
    match open.len() {
        0 => Formula::Constant(!decisive),
        1 => open.swap_remove(0),
        _ if decisive => Formula::Any(open),
        _ => Formula::All(open),
    }
}
