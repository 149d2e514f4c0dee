//! One text for each way in which some patterns tell texts apart.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

/// States of the product of all patterns that are looked at.
const STATES: usize = 5_000;

/// Characters that stand for "any other", of which one is never the next character of a pattern.
const OTHERS: &str = "xyzabcdefghijklmnopqrstuvw0123456789-";

/// The positions in a pattern that the text so far may have led to.
type Positions = Vec<u16>;

/// Texts that begin with `start`, one for each set of `patterns` (with `*` and `?`) that a text can match without matching the
/// others: no two of them match the same patterns, and every text matches what one of them matches. Shortest first. `None` when
/// the patterns are too many or too long to be told apart.
pub(super) fn representatives(start: &str, patterns: &[&str]) -> Option<Vec<String>> {
    let patterns: Vec<Vec<char>> = patterns.iter().map(|pattern| pattern.chars().collect()).collect();
    if patterns.iter().any(|pattern| pattern.len() >= usize::from(u16::MAX)) {
        return None;
    }
    let mut state: Vec<Positions> = patterns.iter().map(|pattern| closed(pattern, vec![0])).collect();
    for c in start.chars() {
        state = step(&patterns, &state, c);
    }
    let (mut found, mut texts): (FxHashMap<Vec<bool>, ()>, Vec<String>) = (FxHashMap::default(), Vec::new());
    let (mut seen, mut open) = (FxHashSet::default(), VecDeque::from([(state.clone(), start.to_owned())]));
    seen.insert(state);
    while let Some((state, text)) = open.pop_front() {
        let accepts: Vec<bool> = patterns.iter().zip(&state).map(|(pattern, at)| accepts(pattern, at)).collect();
        if text.len() > start.len() && found.insert(accepts, ()).is_none() {
            texts.push(text.clone());
        }
        for c in next_characters(&patterns, &state) {
            let next = step(&patterns, &state, c);
            if seen.insert(next.clone()) {
                if seen.len() > STATES {
                    return None;
                }
                open.push_back((next, format!("{text}{c}")));
            } else if text.len() == start.len() && next == state {
                // The start itself is not among the texts; the same state is reached again by one more character.
                let accepts: Vec<bool> = patterns.iter().zip(&next).map(|(p, at)| self::accepts(p, at)).collect();
                if found.insert(accepts, ()).is_none() {
                    texts.push(format!("{text}{c}"));
                }
            }
        }
    }
    Some(texts)
}

/// The positions that stars let the text stand at as well.
fn closed(pattern: &[char], mut at: Positions) -> Positions {
    let mut index = 0;
    while index < at.len() {
        let position = at[index];
        if pattern.get(usize::from(position)) == Some(&'*') && !at.contains(&(position + 1)) {
            at.push(position + 1);
        }
        index += 1;
    }
    at.sort_unstable();
    at
}

fn step(patterns: &[Vec<char>], state: &[Positions], c: char) -> Vec<Positions> {
    let one = |(pattern, at): (&Vec<char>, &Positions)| {
        let mut next = Vec::new();
        for position in at {
            match pattern.get(usize::from(*position)) {
                Some('*') => next.push(*position),
                Some(wanted) if *wanted == '?' || *wanted == c => next.push(position + 1),
                _ => {}
            }
        }
        next.dedup();
        closed(pattern, next)
    };
    patterns.iter().zip(state).map(one).collect()
}

fn accepts(pattern: &[char], at: &[u16]) -> bool {
    at.iter().any(|position| usize::from(*position) == pattern.len())
}

/// The characters that a pattern waits for, and one that none does.
fn next_characters(patterns: &[Vec<char>], state: &[Positions]) -> Vec<char> {
    let mut wanted: Vec<char> = Vec::new();
    for (pattern, at) in patterns.iter().zip(state) {
        wanted.extend(at.iter().filter_map(|position| pattern.get(usize::from(*position))));
    }
    wanted.retain(|c| !matches!(c, '*' | '?'));
    let other = OTHERS.chars().chain('\u{4e00}'..).find(|c| !wanted.contains(c));
    wanted.sort_unstable();
    wanted.dedup();
    other.into_iter().chain(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::matches;

    fn signatures(start: &str, patterns: &[&str]) -> Vec<Vec<bool>> {
        let mut found: Vec<Vec<bool>> = representatives(start, patterns)
            .unwrap()
            .iter()
            .map(|text| patterns.iter().map(|pattern| matches(pattern, text)).collect())
            .collect();
        found.sort();
        found
    }

    #[test]
    fn every_combination_that_a_text_can_have_has_one_representative() {
        assert_eq!(signatures("", &["a*", "*b"]), [[false, false], [false, true], [true, false], [true, true]]);
        assert_eq!(signatures("", &["ab*", "a*"]), [[false, false], [false, true], [true, true]]);
        assert_eq!(signatures("role/", &["role/*"]), [[true]]);
        assert_eq!(signatures("role/", &["role/Admin"]), [[false], [true]]);
        assert_eq!(signatures("", &["?", "*"]), [[false, true], [true, true]]);
        assert_eq!(signatures("x", &[]), [Vec::<bool>::new()]);
    }

    #[test]
    fn what_cannot_be_told_apart_in_bounds_is_none() {
        let patterns: Vec<String> = (0..12).map(|n| format!("*{n}a*b{n}c*d*e*")).collect();
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        assert_eq!(representatives("", &patterns), None);
    }
}
