//! Whether an expression matches a text of which parts are not known: what is the same for every value of these.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Builder, Cache, DFA};
use regex_automata::{Input, MatchKind, util::syntax};

/// Steps of the automaton that one text may take.
const STEPS: usize = 20_000;
/// Bytes that the automaton may take.
const BYTES: usize = 1 << 20;

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPart<'a> {
    /// This text.
    Known(&'a str),
    /// The number of an account: twelve digits.
    Account,
    /// Lower-case letters, digits, hyphens and dots, also none at all: a region, a partition, the name of a domain.
    Lower,
    /// An identifier, name or address that AWS makes: printable ASCII, also none at all.
    Made,
    /// Any text.
    Any,
}

/// The automaton of some expressions, any of which may match; `None` for those that it cannot be made of.
pub(super) fn automaton(sources: &[&str], ignore_case: bool) -> Option<DFA> {
    // All matches are looked for: a text that has one is not read further, and no other ends in a state without way out.
    let config = DFA::config()
        .match_kind(MatchKind::All)
        .unicode_word_boundary(true)
        .cache_capacity(BYTES)
        .skip_cache_capacity_check(true)
        .minimum_cache_clear_count(Some(0));
    let syntax = syntax::Config::new().case_insensitive(ignore_case);
    Builder::new().syntax(syntax).configure(config).build_many(sources).ok()
}

/// Whether every text of these parts matches (`Some(true)`), or none does (`Some(false)`).
pub(super) fn matches(automaton: &DFA, parts: &[TextPart<'_>]) -> Option<bool> {
    let mut cache = automaton.create_cache();
    let start = automaton.start_state_forward(&mut cache, &Input::new("")).ok()?;
    let mut run = Run { automaton, cache, states: BTreeSet::from([start]), matched: false, failed: false, steps: 0 };
    for part in parts {
        match part {
            TextPart::Known(text) => text.bytes().try_for_each(|byte| run.read(byte..=byte))?,
            TextPart::Account => (0..12).try_for_each(|_| run.read(b'0'..=b'9'))?,
            TextPart::Lower => run.read_any(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))?,
            TextPart::Made => run.read_any(|byte| matches!(byte, b' '..=b'~'))?,
            TextPart::Any => run.read_any(|_| true)?,
        }
    }
    run.end()
}

/// The states that the texts so far may lead to.
struct Run<'a> {
    automaton: &'a DFA,
    cache: Cache,
    /// Of texts without a match so far.
    states: BTreeSet<LazyStateID>,
    /// Whether some text has a match.
    matched: bool,
    /// Whether some text can have none any more.
    failed: bool,
    steps: usize,
}

impl Run<'_> {
    /// Where a state leads; `Some(None)` where that is decided.
    fn step(&mut self, state: LazyStateID, byte: u8) -> Option<Option<LazyStateID>> {
        self.steps += 1;
        let next = self.automaton.next_state(&mut self.cache, state, byte).ok()?;
        if next.is_quit() || self.steps > STEPS {
            return None;
        }
        self.matched |= next.is_match();
        self.failed |= next.is_dead();
        Some((!next.is_match() && !next.is_dead()).then_some(next))
    }

    /// One of these bytes.
    fn read(&mut self, bytes: RangeInclusive<u8>) -> Option<()> {
        let mut after = BTreeSet::new();
        for state in std::mem::take(&mut self.states) {
            for byte in bytes.clone() {
                after.extend(self.step(state, byte)?);
            }
        }
        self.states = after;
        Some(())
    }

    /// Any number of bytes that pass.
    fn read_any(&mut self, passes: fn(u8) -> bool) -> Option<()> {
        let classes = self.automaton.byte_classes();
        // One of each class stands for all of it.
        let (mut bytes, mut seen): (Vec<u8>, BTreeSet<u8>) = Default::default();
        bytes.extend((0..=u8::MAX).filter(|byte| passes(*byte) && seen.insert(classes.get(*byte))));
        let mut open: Vec<LazyStateID> = self.states.iter().copied().collect();
        while let Some(state) = open.pop() {
            for byte in &bytes {
                if let Some(next) = self.step(state, *byte)?
                    && self.states.insert(next)
                {
                    open.push(next);
                }
            }
        }
        Some(())
    }

    /// The answer where the text ends.
    fn end(mut self) -> Option<bool> {
        for state in std::mem::take(&mut self.states) {
            let last = self.automaton.next_eoi_state(&mut self.cache, state).ok()?;
            self.matched |= last.is_match();
            self.failed |= !last.is_match();
        }
        match (self.matched, self.failed) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::meta::Regex;

    use super::TextPart::{Account, Any, Known, Lower, Made};
    use super::*;

    fn ask(expression: &str, parts: &[TextPart<'_>]) -> Option<bool> {
        matches(&automaton(&[expression], false).unwrap(), parts)
    }

    #[test]
    fn a_known_part_decides_for_every_value_of_the_rest() {
        assert_eq!(ask(":latest$", &[Made, Known(":1.4.2")]), Some(false));
        assert_eq!(ask(":latest$", &[Any, Known(":latest")]), Some(true));
        assert_eq!(ask(r"^\d+\.dkr\.ecr\.", &[Known("1234.dkr.ecr."), Made, Known("/app")]), Some(true));
        assert_eq!(ask("^public.ecr.aws/", &[Known("1234.dkr.ecr."), Any]), Some(false));
        assert_eq!(ask("b", &[Known("a"), Any, Known("c")]), None);
        assert_eq!(ask("^a.*c$", &[Known("a"), Made, Known("c")]), Some(true));
        // A line feed is no `.`, and what AWS makes has none.
        assert_eq!(ask("^a.*c$", &[Known("a"), Any, Known("c")]), None);
        assert_eq!(ask("(?s)^a.*c$", &[Known("a"), Any, Known("c")]), None);
        assert_eq!(ask("@sha256:[0-9a-f]{64}$", &[Made, Known(":1.4")]), Some(false));
        assert_eq!(ask(":[^/]+$", &[Made, Known(":1.4.2")]), Some(true));
        assert_eq!(ask("", &[Any]), Some(true));
        let image = [Account, Known(".dkr.ecr."), Lower, Known("."), Lower, Known("/"), Made, Known(":1.4")];
        assert_eq!(ask(r"^[0-9]{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9.-]+/", &image), Some(true));
        assert_eq!(ask(r"^[0-9]{13}", &image), Some(false));
    }

    #[test]
    fn a_word_boundary_beside_an_unknown_part_is_left_open() {
        assert_eq!(ask(r"\bsecret\b", &[Any, Known("secret")]), None);
        assert_eq!(ask(r"\bsecret\b", &[Known("a secret "), Made]), Some(true));
    }

    proptest! {
        #[test]
        fn no_value_of_the_unknown_part_gives_another_answer(
            expression in r"(\^)?([ab:.]|\[ab\]|a\*|\(a\|b\)|a\{2\}){1,4}(\$)?",
            before in "[ab:]{0,3}", after in "[ab:]{0,3}", made in "[ab: /-]{0,4}", any in "[ab\n:é]{0,4}",
        ) {
            let regex = Regex::new(&expression).unwrap();
            for (part, value) in [(Made, &made), (Any, &any)] {
                if let Some(answer) = ask(&expression, &[Known(&before), part, Known(&after)]) {
                    prop_assert_eq!(regex.is_match(format!("{before}{value}{after}").as_str()), answer);
                }
            }
        }
    }
}
