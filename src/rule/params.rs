//! Parameters of rules, as users override them.

use std::sync::OnceLock;

use crate::inventory::schema::did_you_mean;

use super::ast::{Clause, Literal, NetworkQuestion, Operand, Operator, Pattern, Ports, Rule, RuleSet, SecretQuestion};
use super::load::format::{cidr_problem, is_date, regex_problem};
use super::load::network::{ports_of, ports_problem, prefix_problem};
use super::load::operator::whole_number_problem;

/// Why a parameter could not be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// There is no such rule.
    #[error("there is no rule `{rule}`")]
    UnknownRule {
        /// As the user wrote it.
        rule: Box<str>,
        /// What may be meant.
        meant: Option<Box<str>>,
    },
    /// The rule has no such parameter.
    #[error("rule `{rule}` has no parameter `{name}`")]
    UnknownParam {
        /// The rule's id.
        rule: Box<str>,
        /// As the user wrote it.
        name: Box<str>,
        /// What may be meant.
        meant: Option<Box<str>>,
    },
    /// The value is not of the kind of the default.
    #[error("parameter `{name}` is to be {wanted}, not {found}")]
    WrongType {
        /// The parameter.
        name: Box<str>,
        /// What the default is, as a noun with its article.
        wanted: &'static str,
        /// What the value is.
        found: &'static str,
    },
    /// The value is not what the rule does with it: no regular expression, address block, port or date.
    #[error("{0}")]
    Invalid(String),
}

impl ParamError {
    /// The name that was probably meant.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownRule { meant, .. } | Self::UnknownParam { meant, .. } => {
                meant.as_ref().map(|meant| format!("did you mean `{meant}`"))
            }
            Self::WrongType { .. } | Self::Invalid(_) => None,
        }
    }
}

impl RuleSet {
    /// The rule of this id or earlier id.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Rule> {
        self.position(name).map(|index| &self.rules[index])
    }

    /// The id that was probably meant by a name that is none.
    #[must_use]
    pub fn suggest(&self, name: &str) -> Option<&str> {
        did_you_mean(name, self.rules.iter().map(|rule| &*rule.id))
    }

    /// Sets a parameter of a rule, named by its id or an earlier id.
    ///
    /// # Errors
    /// When there is no such rule or parameter, or the value is not one that the rule can use; nothing is set then.
    pub fn set_param(&mut self, rule: &str, name: &str, value: Literal) -> Result<(), ParamError> {
        let Some(index) = self.position(rule) else {
            return Err(ParamError::UnknownRule { rule: rule.into(), meant: self.suggest(rule).map(Into::into) });
        };
        self.rules[index].set_param(name, value)
    }

    fn position(&self, name: &str) -> Option<usize> {
        let by_id = self.rules.binary_search_by(|rule| (*rule.id).cmp(name)).ok();
        by_id.or_else(|| self.rules.iter().position(|rule| rule.aliases.iter().any(|alias| &**alias == name)))
    }
}

impl Rule {
    /// Sets a parameter.
    ///
    /// # Errors
    /// When there is no such parameter, or the value is not one that the rule can use; nothing is set then.
    pub fn set_param(&mut self, name: &str, value: Literal) -> Result<(), ParamError> {
        let Some(index) = self.params.iter().position(|param| &*param.name == name) else {
            let meant = did_you_mean(name, self.params.iter().map(|param| &*param.name)).map(Into::into);
            return Err(ParamError::UnknownParam { rule: self.id.clone(), name: name.into(), meant });
        };
        let (wanted, found) = (self.params[index].value.describe(), value.describe());
        if wanted != found {
            return Err(ParamError::WrongType { name: name.into(), wanted, found });
        }
        if let Some(problem) = self.clauses().find_map(|clause| problem_in(clause, index, &value)) {
            return Err(ParamError::Invalid(problem));
        }
        self.params[index].value = value;
        let params = std::mem::take(&mut self.params);
        let related = self.related.iter_mut().flat_map(|related| &mut related.conditions);
        let asserts = self.asserts.iter_mut().map(|assert| &mut assert.clause);
        for clause in self.conditions.iter_mut().chain(asserts).chain(related) {
            renew(clause, index, &|index| &params[index].value);
        }
        self.params = params;
        Ok(())
    }

    /// The outermost clauses: conditions, asserts, and the conditions of relations.
    pub(super) fn clauses(&self) -> impl Iterator<Item = &Clause> {
        let asserts = self.asserts.iter().map(|assert| &assert.clause);
        let related = self.related.iter().flat_map(|related| &related.conditions);
        self.conditions.iter().chain(asserts).chain(related)
    }
}

impl Literal {
    /// What it is, as a noun with its article: `a list`.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Number(..) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The clauses inside of a clause.
fn inside(clause: &Clause) -> &[Clause] {
    match clause {
        Clause::All(clauses) | Clause::Any(clauses) => clauses,
        Clause::Not(clause) => std::slice::from_ref(clause),
        Clause::Quantified { matches, .. } | Clause::On { matches, .. } | Clause::Distinct { matches, .. } => matches,
        _ => &[],
    }
}

fn inside_mut(clause: &mut Clause) -> &mut [Clause] {
    match clause {
        Clause::All(clauses) | Clause::Any(clauses) => clauses,
        Clause::Not(clause) => std::slice::from_mut(clause),
        Clause::Quantified { matches, .. } | Clause::On { matches, .. } | Clause::Distinct { matches, .. } => matches,
        _ => &mut [],
    }
}

/// Why a clause cannot use a value for the parameter.
fn problem_in(clause: &Clause, param: usize, value: &Literal) -> Option<String> {
    let is = |operand: &Operand| matches!(operand, Operand::Param(index) if *index == param);
    let each = |problem: &dyn Fn(&str) -> Option<String>| {
        value.list().iter().find_map(|item| match item {
            Literal::Text(text) => problem(text),
            other => Some(format!("`{other}` is not a text")),
        })
    };
    let here = match clause {
        Clause::TagValue { key, .. } if is(key) => {
            value.text().is_none_or(str::is_empty).then(|| format!("`{value}` is not the key of a tag"))
        }
        Clause::Test { operator, .. } | Clause::TagValue { operator, .. } => match operator {
            Operator::Matches(pattern, _) if is(&pattern.source) => each(&regex_problem),
            Operator::CidrWithin(operand) if is(operand) => each(&cidr_problem),
            Operator::OlderThanDays(operand, _) | Operator::ExpiresWithinDays(operand, _) if is(operand) => {
                whole_number_problem("days", value)
            }
            Operator::BeforeToday(operand) if is(operand) => match value {
                Literal::Table(members) => members.iter().find_map(|(name, date)| {
                    let good = date.text().is_some_and(is_date);
                    (!good).then(|| format!("the date of `{name}`, `{date}`, is not a date as YYYY-MM-DD"))
                }),
                _ => None,
            },
            _ => None,
        },
        Clause::Count { bound, .. } | Clause::Distinct { bound, .. } => {
            let (key, operand) = bound.parts();
            if is(operand) { whole_number_problem(key, value) } else { None }
        }
        Clause::Network(question) => {
            let ports = match question.ports() {
                Some(Ports::AnyOf(operand) | Ports::AllBut(operand)) if is(operand) => ports_problem(value),
                Some(Ports::OfSelected { absent: Some(operand), .. }) if is(operand) => ports_problem(value),
                _ => None,
            };
            ports.or_else(|| match question {
                NetworkQuestion::IngressOpen(question)
                | NetworkQuestion::EgressOpen(question)
                | NetworkQuestion::AclOpen(question)
                    if is(&question.cidrs) =>
                {
                    each(&cidr_problem)
                }
                NetworkQuestion::IngressWider(question) if is(&question.prefix) => {
                    prefix_problem("prefix", 32.0, value)
                }
                NetworkQuestion::IngressWider(question) if is(&question.prefix6) => {
                    prefix_problem("prefix6", 128.0, value)
                }
                _ => None,
            })
        }
        Clause::Secret(SecretQuestion { keys: Some(pattern), .. }) if is(&pattern.source) => each(&regex_problem),
        Clause::Iam { question, .. } if question.operands().into_iter().any(is) => each(&|_| None),
        Clause::Scp(question) if question.operands().into_iter().any(is) => each(&|_| None),
        Clause::TagsPresent(operand) | Clause::Includes { wanted: operand, .. } if is(operand) => each(&|_| None),
        _ => None,
    };
    here.or_else(|| inside(clause).iter().find_map(|clause| problem_in(clause, param, value)))
}

/// Makes anew what was made of the parameter's former value.
fn renew<'v>(clause: &mut Clause, param: usize, value: &dyn Fn(usize) -> &'v Literal) {
    let renew_pattern = |pattern: &mut Pattern| {
        if matches!(pattern.source, Operand::Param(index) if index == param) {
            (pattern.compiled, pattern.automaton) = (OnceLock::new(), OnceLock::new());
        }
    };
    match clause {
        Clause::Test { operator: Operator::Matches(pattern, _), .. }
        | Clause::TagValue { operator: Operator::Matches(pattern, _), .. }
        | Clause::Secret(SecretQuestion { keys: Some(pattern), .. }) => {
            renew_pattern(pattern);
        }
        Clause::Network(question) => {
            if let Some(ports) = question.ports_mut()
                && let Ports::AnyOf(Operand::Param(index)) | Ports::AllBut(Operand::Param(index)) = ports
            {
                *ports = ports_of(Operand::Param(*index), value);
            }
        }
        _ => {}
    }
    inside_mut(clause).iter_mut().for_each(|clause| renew(clause, param, value));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::framework;
    use crate::rule::load_user;
    use crate::source::SourceFile;

    const RULE: &str = r#"
id = "own"
title = "Own"
severity = "low"
status = "stable"
reviewed = 2026-01-31
aliases = ["formerly"]
description = "Own."
[params]
names = ["^a"]
ports = [22]
dates = { a = 2026-01-01 }
[select]
types = ["AWS::EC2::SecurityGroup"]
[[assert]]
path = "GroupName"
matches = { param = "names" }
absent = "fail"
message = "no"
[[assert]]
not = { network = { ingress_open = { ports = { param = "ports" }, cidrs = ["0.0.0.0/0"] } } }
message = "no"
[[assert]]
path = "GroupDescription"
before_today = { param = "dates" }
message = "no"
[remediation]
text = "Do."
"#;

    fn rules() -> RuleSet {
        let (rules, _) =
            load_user(&[Arc::new(SourceFile::new("own.toml", RULE))], framework::builtin(), RuleSet::default());
        assert_eq!(rules.rules.len(), 1);
        rules
    }

    fn texts(texts: &[&str]) -> Literal {
        Literal::List(texts.iter().map(|text| Literal::Text((*text).into())).collect())
    }

    fn ports(rules: &RuleSet) -> &Ports {
        let Clause::Not(clause) = &rules.rules[0].asserts[1].clause else { panic!("not") };
        let Clause::Network(NetworkQuestion::IngressOpen(question)) = &**clause else { panic!("network") };
        &question.ports
    }

    #[test]
    fn a_new_value_is_used_even_after_the_former_one_was() {
        let mut rules = rules();
        let matches = |rules: &RuleSet, text: &str| {
            let rule = &rules.rules[0];
            let Clause::Test { operator: Operator::Matches(pattern, true), .. } = &rule.asserts[0].clause else {
                panic!("matches")
            };
            pattern.is_match(rule, text)
        };
        assert!(matches(&rules, "a") && !matches(&rules, "b"));
        rules.set_param("own", "names", texts(&["^b", "^c"])).expect("set");
        assert!(!matches(&rules, "a") && matches(&rules, "b") && matches(&rules, "c"));
    }

    #[test]
    fn a_list_of_ports_may_become_its_opposite() {
        let mut rules = rules();
        assert!(matches!(ports(&rules), Ports::AnyOf(_)));
        let number = Literal::Number(443.0, "443".into());
        rules
            .set_param("formerly", "ports", Literal::List(vec![Literal::Text("all-but".into()), number]))
            .expect("set");
        assert!(matches!(ports(&rules), Ports::AllBut(Operand::Param(1))));
    }

    #[test]
    fn what_a_rule_cannot_use_is_refused_and_nothing_is_set() {
        let mut rules = rules();
        let mut told = |rule: &str, name: &str, value: Literal| {
            let error = rules.set_param(rule, name, value).expect_err("refused");
            format!("{error} | {}", error.help().unwrap_or_default())
        };
        assert_eq!(told("owm", "names", texts(&[])), "there is no rule `owm` | did you mean `own`");
        assert_eq!(told("own", "name", texts(&[])), "rule `own` has no parameter `name` | did you mean `names`");
        assert_eq!(told("own", "names", Literal::Bool(true)), "parameter `names` is to be a list, not a boolean | ");
        assert_eq!(told("own", "names", texts(&["("])), "`(` is not a regular expression: unclosed group | ");
        assert_eq!(told("own", "ports", texts(&["ssh"])), "`ssh` is not a port | ");
        let dates = Literal::Table(vec![("a".into(), Literal::Text("soon".into()))]);
        assert_eq!(told("own", "dates", dates), "the date of `a`, `soon`, is not a date as YYYY-MM-DD | ");
        assert_eq!(rules.rules[0].params[0].value, texts(&["^a"]));
    }
}
