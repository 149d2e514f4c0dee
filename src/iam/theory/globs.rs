//! A set of patterns, of which a text matches one or none.

use super::glob::Glob;

/// From this many patterns on, an index by prefix pays.
const INDEXED: usize = 12;

/// Patterns that all treat case alike, sorted by their literal prefixes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::iam) struct GlobSet {
    globs: Vec<Glob>,
    /// The literal prefixes; empty when the set is small.
    prefixes: Vec<String>,
    /// For each pattern the nearest one before it whose prefix is a prefix of its own.
    parents: Vec<Option<u32>>,
    fold: bool,
}

impl GlobSet {
    /// Sorts the patterns. Those that differ in case treatment from the first are taken as the set says.
    pub(in crate::iam) fn new(mut globs: Vec<Glob>) -> Self {
        globs.sort_by_cached_key(|glob| (glob.prefix().collect::<String>(), glob.clone()));
        globs.dedup();
        let fold = globs.first().is_some_and(Glob::fold);
        debug_assert!(globs.iter().all(|glob| glob.fold() == fold), "one set, one treatment of case");
        let (mut prefixes, mut parents) = (Vec::new(), Vec::new());
        if globs.len() >= INDEXED {
            prefixes = globs.iter().map(|glob| glob.prefix().collect::<String>()).collect();
            let mut open: Vec<u32> = Vec::new();
            for (at, prefix) in prefixes.iter().enumerate() {
                while open.last().is_some_and(|last| !prefix.starts_with(&prefixes[*last as usize])) {
                    open.pop();
                }
                parents.push(open.last().copied());
                open.push(at as u32);
            }
        }
        Self { globs, prefixes, parents, fold }
    }

    /// The patterns.
    pub(in crate::iam) fn globs(&self) -> &[Glob] {
        &self.globs
    }

    /// The texts that match, where they are these and no others.
    pub(super) fn words(&self) -> Option<Vec<String>> {
        let word = |glob: &Glob| {
            let word = glob.literal()?;
            (!glob.fold() || !word.contains(|c: char| c.is_ascii_alphabetic())).then_some(word)
        };
        self.globs.iter().map(word).collect()
    }

    /// Whether ASCII case is ignored.
    pub(super) fn fold(&self) -> bool {
        self.fold
    }

    /// Whether every text matches.
    pub(in crate::iam) fn is_all(&self) -> bool {
        self.globs.first().is_some_and(Glob::is_all)
    }

    /// Whether the text matches one of the patterns.
    pub(in crate::iam) fn contains(&self, text: &str) -> bool {
        if self.prefixes.is_empty() {
            return self.globs.iter().any(|glob| glob.matches(text));
        }
        let folded;
        let key = if self.fold {
            folded = text.to_ascii_lowercase();
            &folded
        } else {
            text
        };
        self.ancestors(key).into_iter().any(|glob| glob.matches(text))
    }

    /// The patterns whose prefix is a prefix of the text.
    fn ancestors<'s>(&'s self, text: &str) -> Vec<&'s Glob> {
        let mut at = self.prefixes.partition_point(|prefix| prefix.as_str() <= text).checked_sub(1);
        let mut found = Vec::new();
        while let Some(index) = at {
            if text.starts_with(self.prefixes[index].as_str()) {
                found.push(&self.globs[index]);
            }
            at = self.parents[index].map(|parent| parent as usize);
        }
        found
    }

    /// The patterns that may have a text in common with `glob`; all others surely have none.
    pub(super) fn near<'s>(&'s self, glob: &Glob) -> Vec<&'s Glob> {
        let may = |other: &&Glob| !other.disjoint(glob);
        // A prefix that ignores case says nothing about the place among prefixes that do not.
        if self.prefixes.is_empty() || glob.fold() && !self.fold {
            return self.globs.iter().filter(may).collect();
        }
        let mut prefix: String = glob.prefix().collect();
        if self.fold {
            prefix.make_ascii_lowercase();
        }
        let mut found: Vec<&Glob> = self.ancestors(&prefix).into_iter().filter(may).collect();
        let from = self.prefixes.partition_point(|other| *other <= prefix);
        let below = self.prefixes[from..].iter().take_while(|other| other.starts_with(&prefix)).count();
        found.extend(self.globs[from..from + below].iter().filter(may));
        found
    }
}
