//! The way from a resource to a value: kept as shared steps, made text only for a violation.

use std::fmt::Write;
use std::rc::Rc;

use super::scope::Scope;
use crate::source::Symbol;

/// One step.
#[derive(Debug, Clone, Copy)]
enum Step {
    Properties,
    /// A key of the rule set.
    Key(Symbol),
    /// A key of the inventory.
    Entry(Symbol),
    Index(usize),
    Elements,
    Values,
}

/// A way; cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail(Option<Rc<(Trail, Step)>>);

impl Trail {
    pub(super) fn properties() -> Self {
        Self::default().then(Step::Properties)
    }

    fn then(&self, step: Step) -> Self {
        Self(Some(Rc::new((self.clone(), step))))
    }

    pub(super) fn key(&self, key: Symbol) -> Self {
        self.then(Step::Key(key))
    }

    pub(super) fn entry(&self, key: Symbol) -> Self {
        self.then(Step::Entry(key))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    pub(super) fn elements(&self) -> Self {
        self.then(Step::Elements)
    }

    pub(super) fn values(&self) -> Self {
        self.then(Step::Values)
    }

    /// Such as `Properties.Rules[2].Status`.
    pub(super) fn text(&self, scope: &Scope<'_>) -> String {
        let mut text = String::new();
        self.write(scope, &mut text);
        text
    }

    fn write(&self, scope: &Scope<'_>, text: &mut String) {
        let Some(node) = &self.0 else { return };
        node.0.write(scope, text);
        let mut name = |name: &str| {
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(name);
        };
        match node.1 {
            Step::Properties => name("Properties"),
            Step::Key(key) => name(scope.key_text(key)),
            Step::Entry(key) => name(scope.context.inventory.names.text(key)),
            Step::Values => name("*"),
            Step::Elements => text.push_str("[]"),
            Step::Index(index) => {
                let _ = write!(text, "[{index}]");
            }
        }
    }
}
