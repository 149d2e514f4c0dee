//! Texts that match a pattern of each of several sets and none of others.

use super::Answer;
use super::glob::{Glob, Tok};
use super::globs::GlobSet;
use super::product;
use crate::value::OPAQUE;

/// States of the automaton for one conjunction. Real policies need hundreds.
const STATES: usize = 20_000;
/// Literal members of a set that are tried one by one.
const LITERALS: usize = 100_000;

/// Whether the text is in all of `all` and in none of `none`.
pub(super) fn holds(text: &str, all: &[&GlobSet], none: &[&GlobSet]) -> bool {
    all.iter().all(|set| set.contains(text)) && !none.iter().any(|set| set.contains(text))
}

/// A text that is in all of `all` and in none of `none`.
pub(super) fn solve(all: &[&GlobSet], none: &[&GlobSet]) -> Answer<String> {
    if none.iter().any(|set| set.is_all()) || all.iter().any(|set| set.globs().is_empty()) {
        return Answer::Unsat;
    }
    let all: Vec<&GlobSet> = all.iter().copied().filter(|set| !set.is_all()).collect();
    // The set whose patterns are taken one by one: literal ones first, then small ones.
    let weight = |set: &GlobSet| (!set.globs().iter().all(Glob::is_literal), set.globs().len());
    let Some(lead) = (0..all.len()).min_by_key(|at| weight(all[*at])) else { return free(none) };
    let others: Vec<&GlobSet> = all.iter().enumerate().filter(|(at, _)| *at != lead).map(|(_, set)| *set).collect();
    let mut limit = all[lead].globs().len() > LITERALS;
    // References last: a text that people know is the better witness.
    let opaque = |glob: &&Glob| matches!(glob.toks(), [Tok::Lit(OPAQUE), ..]);
    let globs = all[lead].globs().iter().take(LITERALS);
    for glob in globs.clone().filter(|glob| !opaque(glob)).chain(globs.filter(opaque)) {
        match within(glob, &others, none) {
            Answer::Unsat => {}
            Answer::Limit => limit = true,
            found @ Answer::Sat(_) => return found,
        }
    }
    if limit { Answer::Limit } else { Answer::Unsat }
}

/// A text that nothing is asked of but to stay out of the sets.
fn free(none: &[&GlobSet]) -> Answer<String> {
    if let Some(text) = ["x", "y", "other", "-"].into_iter().find(|text| holds(text, &[], none)) {
        return Answer::Sat(text.to_owned());
    }
    within(&Glob::like("*", false), &[], none)
}

/// A text of this pattern.
fn within(glob: &Glob, all: &[&GlobSet], none: &[&GlobSet]) -> Answer<String> {
    if let Some(text) = glob.literal()
        && holds(&text, all, none)
    {
        return Answer::Sat(text);
    }
    // A text that ignores case stands for several; who heeds case may tell them apart.
    let lax = |sets: &[&GlobSet]| sets.iter().all(|set| set.fold());
    if glob.is_literal() && (!glob.fold() || lax(all) && lax(none)) {
        return Answer::Unsat;
    }
    let mut needed: Vec<Vec<&Glob>> = vec![vec![glob]];
    for set in all {
        let near = set.near(glob);
        if near.is_empty() {
            return Answer::Unsat;
        }
        if !near.iter().any(|other| other.covers(glob)) {
            needed.push(near);
        }
    }
    let barred: Vec<&Glob> = none.iter().flat_map(|set| set.near(glob)).collect();
    if barred.iter().any(|other| other.covers(glob)) {
        return Answer::Unsat;
    }
    let meets = |text: &String| {
        needed[1..].iter().all(|set| set.iter().any(|glob| glob.matches(text)))
            && !barred.iter().any(|glob| glob.matches(text))
    };
    // The shortest of the other patterns is the best hint at what a common text looks like.
    let hints = needed[1..].iter().flat_map(|set| set.iter().take(4).copied());
    for pattern in std::iter::once(glob).chain(hints) {
        for filler in ["x", "y1", "z-2"] {
            let text = fill(pattern, filler);
            if glob.matches(&text) && meets(&text) {
                return Answer::Sat(text);
            }
        }
    }
    product::search(&needed, &barred, STATES)
}

/// A text of the pattern that looks as people would write it.
pub(super) fn fill(glob: &Glob, filler: &str) -> String {
    let mut text = String::new();
    for (at, tok) in glob.toks().iter().enumerate() {
        match tok {
            Tok::Lit(c) => text.push(*c),
            // With a star after it, the star fills the place.
            Tok::One(_) if matches!(glob.toks().get(at + 1), Some(Tok::Star(_))) => {}
            Tok::One(_) => text.push(filler.chars().next().unwrap_or('x')),
            Tok::Star(_) => {
                let arn = text.starts_with("arn:");
                let part = text.matches(':').count();
                let whole = text.ends_with(':') && matches!(glob.toks().get(at + 1), None | Some(Tok::Lit(':')));
                text.push_str(match part {
                    1 if arn && whole => "aws",
                    2 if arn && whole => "s3",
                    3 if arn && whole && text.starts_with("arn:aws:iam:") => "",
                    3 if arn && whole => "us-east-1",
                    4 if arn && whole => "111122223333",
                    _ => filler,
                });
                if arn && at + 1 == glob.toks().len() {
                    finish(&mut text, filler);
                }
            }
        }
    }
    text
}

/// Completes an ARN that ends early.
fn finish(text: &mut String, filler: &str) {
    while text.matches(':').count() < 5 {
        text.push(':');
        match text.matches(':').count() {
            2 => text.push_str("s3"),
            3 => text.push_str("us-east-1"),
            4 => text.push_str("111122223333"),
            5 => text.push_str(filler),
            _ => {}
        }
    }
}
