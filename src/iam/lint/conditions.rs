//! Condition keys and operators.

use super::{Lint, named_actions};
use crate::iam::catalogue::{Action, ConditionKey, KeyType};
use crate::iam::document::{Condition, Effect, Part, Quantifier, Statement, Test};

impl Lint<'_> {
    pub(super) fn conditions(&mut self, statement: &Statement) {
        for condition in &statement.conditions {
            match self.catalogue.condition_key(&condition.key) {
                Some(key) => {
                    let key = *key;
                    self.key_type(condition, &key);
                    self.number_of_values(condition, &key);
                    self.supported(statement, condition);
                }
                None => self.unknown_key(condition),
            }
            self.for_all_values(statement, condition);
            self.values(condition);
        }
    }

    fn unknown_key(&mut self, condition: &Condition) {
        let Some((vendor, name)) = condition.key.split_once(':') else { return };
        // Identity providers have keys of their own.
        if vendor.contains('.') || name.is_empty() {
            return;
        }
        let meant = self.meant(|catalogue| catalogue.suggest_key(&condition.key));
        let help = meant.map(|meant| format!("did you mean `{meant}`"));
        let message = format!("the condition key `{}` is {}", condition.key, self.unknown());
        self.warn("unknown-key", condition.place, message, help);
    }

    /// Operators compare values of one type: "IAM JSON policy elements: Condition operators".
    fn key_type(&mut self, condition: &Condition, key: &ConditionKey) {
        let test = condition.operator.test;
        let (Some(asked), false) = (type_of(test), test == Test::Null) else { return };
        let fits = match key.kind {
            // ARNs are texts too, and names may be ARNs.
            KeyType::Arn | KeyType::String => matches!(asked, KeyType::Arn | KeyType::String),
            // Dates may be numbers.
            KeyType::Date | KeyType::Numeric => matches!(asked, KeyType::Date | KeyType::Numeric),
            kind => kind == asked,
        };
        if fits {
            return;
        }
        let operators = match key.kind {
            KeyType::Bool => "`Bool`",
            KeyType::Numeric => "`NumericEquals` and its kin",
            KeyType::Date => "`DateEquals` and its kin",
            KeyType::IpAddress => "`IpAddress` and `NotIpAddress`",
            KeyType::Binary => "`BinaryEquals`",
            KeyType::String => "`StringEquals` and its kin",
            KeyType::Arn => "`ArnLike` and its kin",
        };
        let message = format!("`{}` does not compare values like those of `{}`", test.name(), condition.key);
        self.warn("operator-type", condition.place, message, Some(format!("the operators for it are {operators}")));
    }

    /// "Multivalued context keys require a condition set operator", and single-valued ones must have none.
    fn number_of_values(&mut self, condition: &Condition, key: &ConditionKey) {
        let (operator, written) = (condition.operator, &condition.key);
        match (key.multivalued, operator.quantifier) {
            (true, None) if operator.test != Test::Null => {
                let message = format!("`{written}` can have several values, and `{operator}` compares only one");
                let help = format!("write `ForAnyValue:{operator}` or `ForAllValues:{operator}`");
                self.warn("set-operator", condition.place, message, Some(help));
            }
            (false, Some(Quantifier::All)) => {
                let message = format!("`{written}` has one value, and `{operator}` also holds when it has none");
                let plain = crate::iam::document::Operator { quantifier: None, ..operator };
                self.warn("set-operator", condition.place, message, Some(format!("write `{plain}`")));
            }
            (false, Some(Quantifier::Any)) => {
                let plain = crate::iam::document::Operator { quantifier: None, ..operator };
                let message = format!("`{written}` has one value: `ForAnyValue` adds nothing");
                self.suggest("set-operator", condition.place, message, Some(format!("write `{plain}`")));
            }
            _ => {}
        }
    }

    /// "Do not use ForAllValues with an Allow effect": it holds when the key is missing.
    fn for_all_values(&mut self, statement: &Statement, condition: &Condition) {
        let must_be_there = |other: &Condition| {
            other.operator.test == Test::Null
                && other.key.eq_ignore_ascii_case(&condition.key)
                && other.values.iter().all(|value| value.text.eq_ignore_ascii_case("false"))
        };
        let single = self.catalogue.condition_key(&condition.key).is_some_and(|key| !key.multivalued);
        if condition.operator.quantifier != Some(Quantifier::All)
            || statement.effect != Some(Effect::Allow)
            || single
            || statement.conditions.iter().any(must_be_there)
        {
            return;
        }
        let message = format!("`{}` also holds when the request has no `{}`", condition.operator, condition.key);
        let help = format!("add `\"Null\": {{\"{}\": \"false\"}}` if it must be there", condition.key);
        self.warn("for-all-values", condition.place, message, Some(help));
    }

    /// Whether an action of the statement has the key. Those that every request can have are not asked for.
    fn supported(&mut self, statement: &Statement, condition: &Condition) {
        let key = &*condition.key;
        let is_global = self.catalogue.global_keys().iter().any(|global| global.is(key));
        // Of keys about tags the data name few actions: most services have more.
        let about_tags = key.to_ascii_lowercase().contains("tag/");
        if is_global || about_tags || key.get(..4).is_some_and(|vendor| vendor.eq_ignore_ascii_case("aws:")) {
            return;
        }
        let Some(actions) = named_actions(statement) else { return };
        for text in actions {
            let ids = self.catalogue.ids_matching(&text.text);
            // What is not known may have any key.
            if ids.is_empty() {
                return;
            }
            if ids.into_iter().filter_map(|id| self.catalogue.by_id(id)).any(|found| has_key(found.action, key)) {
                return;
            }
        }
        let message = format!("no action of the statement has the condition key `{key}`");
        let negated = condition.operator.test.is_negated() || condition.operator.if_exists;
        let holds = if negated { "always" } else { "never" };
        self.warn("unsupported-key", condition.place, message, Some(format!("the condition {holds} holds for them")));
    }

    fn values(&mut self, condition: &Condition) {
        let test = condition.operator.test;
        if condition.values.is_empty() && condition.open.is_empty() {
            let holds = if test.is_negated() { "always" } else { "never" };
            let message = format!("`{}` is compared with no value, so the condition {holds} holds", condition.key);
            self.warn("no-value", condition.place, message, None);
        }
        let literal = matches!(
            test,
            Test::StringEquals | Test::StringNotEquals | Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase
        );
        for value in condition.values.iter().filter(|_| literal) {
            if value.parts(self.policy.version).contains(&Part::Many) {
                let like = if test.is_negated() { "StringNotLike" } else { "StringLike" };
                let message = format!("`{}` takes `*` in `{}` as the character", test.name(), value.shown());
                self.warn("literal-wildcard", value.place, message, Some(format!("write `{like}` for wildcards")));
            }
        }
    }
}

/// The type of values that an operator compares.
fn type_of(test: Test) -> Option<KeyType> {
    let name = test.name().strip_prefix("Not").unwrap_or(test.name());
    let types = [
        ("String", KeyType::String),
        ("Arn", KeyType::Arn),
        ("Numeric", KeyType::Numeric),
        ("Date", KeyType::Date),
        ("Bool", KeyType::Bool),
        ("IpAddress", KeyType::IpAddress),
        ("Binary", KeyType::Binary),
    ];
    types.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, kind)| kind)
}

fn has_key(action: &Action, key: &str) -> bool {
    let own = action.condition_keys.iter();
    let of_uses =
        action.resource_types.iter().flat_map(|used| used.condition_keys.iter().chain(used.resource.condition_keys));
    own.chain(of_uses).any(|known| known.is(key))
}
