//! Interned names: a key is compared as a number, not as text.

use rustc_hash::FxHashMap;

/// An interned name. Two symbols of the same [`Interner`] are equal exactly when their texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl Symbol {
    /// A symbol that no interner hands out: it equals no key of any tree.
    pub const NONE: Self = Self(u32::MAX);
}

/// A table of names. Symbols are dense and start at zero.
#[derive(Debug, Default, Clone)]
pub struct Interner {
    by_text: FxHashMap<Box<str>, Symbol>,
    texts: Vec<Box<str>>,
}

impl Interner {
    /// The symbol of `text`, made when it is new.
    pub fn intern(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.by_text.get(text) {
            return *symbol;
        }
        let symbol = Symbol(u32::try_from(self.texts.len()).unwrap_or(u32::MAX - 1));
        self.texts.push(text.into());
        self.by_text.insert(text.into(), symbol);
        symbol
    }

    /// The symbol of `text`, or [`Symbol::NONE`] when it was never interned.
    #[must_use]
    pub fn find(&self, text: &str) -> Symbol {
        self.by_text.get(text).copied().unwrap_or(Symbol::NONE)
    }

    /// The text of `symbol`; empty for a symbol of another interner.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &str {
        self.texts.get(symbol.0 as usize).map_or("", |text| text)
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no name yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}
