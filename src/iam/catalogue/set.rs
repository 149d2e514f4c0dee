//! Sets of actions.

use super::{ActionId, Catalogue};

/// A set of actions of a catalogue, one bit each: under 3 KB.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ActionSet {
    words: Box<[u64]>,
    /// How many actions there are: bits beyond are never set.
    count: usize,
}

impl ActionSet {
    /// The empty set.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let count = catalogue.action_count();
        Self { words: vec![0; count.div_ceil(64)].into(), count }
    }

    /// Adds an action.
    pub fn insert(&mut self, id: ActionId) {
        if let Some(word) = self.words.get_mut(id.index() / 64).filter(|_| id.index() < self.count) {
            *word |= 1 << (id.index() % 64);
        }
    }

    /// Whether the action is in it.
    #[must_use]
    pub fn contains(&self, id: ActionId) -> bool {
        self.words.get(id.index() / 64).is_some_and(|word| word >> (id.index() % 64) & 1 == 1)
    }

    /// Whether no action is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many actions are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The actions in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = ActionId> + '_ {
        self.words.iter().zip((0_u32..).step_by(64)).flat_map(|(word, start)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                (rest != 0).then(|| {
                    rest &= rest - 1;
                    ActionId(start + bit)
                })
            })
        })
    }

    /// Adds all of `other`.
    pub fn union_with(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    /// Keeps what `other` has too.
    pub fn intersect_with(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    /// Removes all of `other`.
    pub fn subtract(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    /// All actions that are not in it.
    #[must_use]
    pub fn complement(&self) -> Self {
        let mut words: Box<[u64]> = self.words.iter().map(|word| !word).collect();
        if let (Some(last), rest @ 1..) = (words.last_mut(), self.count % 64) {
            *last &= (1 << rest) - 1;
        }
        Self { words, count: self.count }
    }

    /// Whether both have an action in common.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).any(|(word, other)| word & other != 0)
    }

    /// Whether all of it is in `other`.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(word, other)| word & !other == 0)
    }
}
