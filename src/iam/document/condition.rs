//! Values to conditions.

use rustc_hash::FxHashMap;

use super::forms;
use super::operator::{Operator, Test};
use super::policy::{Condition, Statement};
use super::read::Reading;
use crate::value::{Cause, Entry, Kind, Read, ValueId};

impl<'r> Reading<'r> {
    pub(super) fn conditions(&mut self, id: ValueId, statement: &mut Statement) {
        let operators = match self.blocks(id, "`Condition` is an object of operators") {
            Ok(operators) => operators,
            Err(cause) => return statement.conditions_open.push(cause),
        };
        for entry in operators {
            let name = self.names.text(entry.key);
            let Some(operator) = Operator::parse(name) else {
                let place = self.key_place(id, entry.key_span);
                let help = self.meant_operator(name);
                let cause = self.refuse(place, format!("there is no condition operator `{name}`"), help);
                statement.conditions_open.push(cause);
                continue;
            };
            if self.view.deep(entry.value).1 == Kind::Absent {
                continue;
            }
            match self.blocks(entry.value, &format!("`{name}` is an object of condition keys")) {
                Ok(keys) => {
                    self.repeated_keys(entry.value, keys);
                    for key in keys {
                        self.condition(operator, entry.value, key, statement);
                    }
                }
                Err(cause) => statement.conditions_open.push(cause),
            }
        }
    }

    fn condition(&mut self, operator: Operator, block: ValueId, entry: &Entry, statement: &mut Statement) {
        let key = self.names.text(entry.key);
        if let Some((message, help)) = forms::condition_key(key) {
            self.refuse(self.key_place(block, entry.key_span), message, help);
        }
        let form = move |text: &str, _| forms::condition_value(operator.test, text);
        let (values, open) = self.texts(entry.value, key, true, &form);
        let place = self.view.place(entry.value);
        statement.conditions.push(Condition { operator, key: key.into(), values, open, place });
    }

    /// Names of condition keys are the same in any case, and a block has each once.
    fn repeated_keys(&mut self, block: ValueId, keys: &[Entry]) {
        let mut seen: FxHashMap<String, &str> = FxHashMap::default();
        for entry in keys {
            let key = self.names.text(entry.key);
            if let Some(first) = seen.insert(key.to_ascii_lowercase(), key) {
                let message = format!("the condition key `{key}` is the same as `{first}` above");
                let help = "give one of them all values".to_owned();
                self.refuse(self.key_place(block, entry.key_span), message, Some(help));
            }
        }
    }

    /// The entries of an object, or why there are none.
    fn blocks(&mut self, id: ValueId, message: &str) -> Result<&'r [Entry], Cause> {
        match self.view.entries(self.view.deep(id).0) {
            Read::Known(entries) => Ok(entries),
            Read::Unknown(cause) => Err(self.view.values.cause(cause).clone()),
            Read::Absent => Err(self.refuse(self.view.place(id), message, None)),
        }
    }

    /// The operator that was probably meant.
    fn meant_operator(&self, name: &str) -> Option<String> {
        let (set, rest) = match name.split_once(':') {
            Some((set, rest)) => (self.meant(set, ["ForAllValues", "ForAnyValue"])?, rest),
            None => ("", name),
        };
        let colon = if set.is_empty() { "" } else { ":" };
        // It asks for existence itself.
        if rest.eq_ignore_ascii_case("NullIfExists") {
            return Some("did you mean `Null`".to_owned());
        }
        let if_exists = Test::names().filter(|test| *test != "Null").map(|test| format!("{test}IfExists"));
        let names: Vec<String> = Test::names().map(str::to_owned).chain(if_exists).collect();
        let test = self.meant(rest, names.iter().map(String::as_str))?;
        Some(format!("did you mean `{set}{colon}{test}`"))
    }
}
