//! The keys of a request.

/// The value of a context key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// The value of a single-valued key.
    One(Box<str>),
    /// The values of a multivalued key; none at all is as if the key were missing.
    Many(Vec<Box<str>>),
    /// Whether the key is there, and with which value, is not known.
    Unknown,
}

/// The context of a request: keys, in any case, and their values. What is not there is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    entries: Vec<(Box<str>, Values)>,
}

impl Context {
    /// An empty context.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a key that has one value.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Box<str>>) -> Self {
        self.set(key, Values::One(value.into()));
        self
    }

    /// The same with a multivalued key.
    #[must_use]
    pub fn with_all<V: Into<Box<str>>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.set(key, Values::Many(values.into_iter().map(Into::into).collect()));
        self
    }

    /// Gives a key its values; those that it had are gone.
    pub fn set(&mut self, key: &str, values: Values) {
        match self.entries.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
            Some((_, old)) => *old = values,
            None => self.entries.push((key.into(), values)),
        }
    }

    /// Takes a key away.
    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|(known, _)| !known.eq_ignore_ascii_case(key));
    }

    /// The values of a key; `None` when it is missing.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Values> {
        let found = self.entries.iter().find(|(known, _)| known.eq_ignore_ascii_case(key));
        found.map(|(_, values)| values).filter(|values| !matches!(values, Values::Many(all) if all.is_empty()))
    }

    /// The value of a key that has one.
    pub(super) fn one(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Values::One(value)) => Some(value),
            _ => None,
        }
    }

    /// All keys as they were written, with their values, in the order in which they were set.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Values)> {
        self.entries.iter().map(|(key, values)| (&**key, values))
    }
}
