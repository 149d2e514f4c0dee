//! Variables and conditions: what a world decides.

use super::Place;

/// Index of a [`Variable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// Index of a [`Condition`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionId(pub u32);

/// What a variable stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableKind {
    /// A parameter: the domain is its allowed values, or the values that it is compared with and one for "any other".
    Parameter,
    /// A comparison of something unknown: the domain is `false`, `true`.
    Comparison,
}

/// Something undecided with finitely many cases.
#[derive(Debug, Clone)]
pub struct Variable {
    /// The parameter's name, or a description of the comparison.
    pub name: Box<str>,
    /// What it stands for.
    pub kind: VariableKind,
    /// The cases, as reports show them. `None` stands for "any other value".
    pub domain: Vec<Option<Box<str>>>,
    /// The case of the parameter's default.
    pub default: Option<u16>,
}

impl Variable {
    /// The name of a case for people.
    #[must_use]
    pub fn case(&self, index: u16) -> &str {
        self.domain.get(usize::from(index)).and_then(Option::as_deref).unwrap_or("any other value")
    }
}

/// A boolean formula over variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// Decided.
    Constant(bool),
    /// The variable has this case.
    Is(VariableId, u16),
    /// Another condition, by name.
    Condition(ConditionId),
    /// Negation.
    Not(Box<Formula>),
    /// Conjunction.
    All(Vec<Formula>),
    /// Disjunction.
    Any(Vec<Formula>),
}

impl Formula {
    /// The variables that it depends on, each once, in order.
    #[must_use]
    pub fn variables(&self, conditions: &[Condition]) -> Vec<VariableId> {
        let (mut found, mut asked, mut open) = (Vec::new(), Vec::new(), vec![self]);
        while let Some(formula) = open.pop() {
            match formula {
                Self::Constant(_) => {}
                Self::Is(variable, _) if found.contains(variable) => {}
                Self::Is(variable, _) => found.push(*variable),
                Self::Condition(id) if asked.contains(id) => {}
                Self::Condition(id) => {
                    asked.push(*id);
                    open.extend(conditions.get(id.0 as usize).map(|condition| &condition.formula));
                }
                Self::Not(inner) => open.push(inner),
                Self::All(parts) | Self::Any(parts) => open.extend(parts.iter().rev()),
            }
        }
        found
    }
}

/// A condition of a template.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Its name in the template.
    pub name: Box<str>,
    /// What it says.
    pub formula: Formula,
    /// Where it is written.
    pub place: Place,
}
