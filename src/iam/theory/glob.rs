//! One wildcard pattern.

use crate::value::OPAQUE;
use std::fmt::{self, Write as _};

/// Which characters a wildcard stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) enum Scope {
    /// All.
    All,
    /// All but `:`, within a part of an ARN.
    Part,
    /// All but `:` and `/`, within a name.
    Name,
}

impl Scope {
    /// Whether the wildcard stands for this character.
    pub(super) fn admits(self, c: char) -> bool {
        match self {
            Scope::All => true,
            Scope::Part => c != ':',
            Scope::Name => c != ':' && c != '/',
        }
    }
}

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) enum Tok {
    /// This character; lower case where the pattern ignores case.
    Lit(char),
    /// `?`.
    One(Scope),
    /// `*`.
    Star(Scope),
}

/// A pattern for whole texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::iam) struct Glob {
    toks: Box<[Tok]>,
    /// Whether ASCII case is ignored.
    fold: bool,
    /// How many pieces before the first wildcard.
    prefix: u32,
    /// How many characters a text has at least.
    least: u32,
    /// Whether a star stops at some character.
    scoped: bool,
}

impl Glob {
    /// From pieces; neighbouring stars are merged.
    pub(in crate::iam) fn new(toks: impl IntoIterator<Item = Tok>, fold: bool) -> Self {
        let mut merged: Vec<Tok> = Vec::new();
        for tok in toks {
            match (merged.last(), tok) {
                (Some(Tok::Star(before)), Tok::Star(scope)) => {
                    let wider = scope.min(*before);
                    merged.pop();
                    merged.push(Tok::Star(wider));
                }
                (_, Tok::Lit(c)) if fold => merged.push(Tok::Lit(c.to_ascii_lowercase())),
                _ => merged.push(tok),
            }
        }
        let prefix = merged.iter().take_while(|tok| matches!(tok, Tok::Lit(_))).count() as u32;
        let least = merged.iter().filter(|tok| !matches!(tok, Tok::Star(_))).count() as u32;
        let scoped = merged.iter().any(|tok| matches!(tok, Tok::Star(Scope::Part | Scope::Name)));
        Self { toks: merged.into(), fold, prefix, least, scoped }
    }

    /// The pattern of one text.
    pub(in crate::iam) fn exact(text: &str, fold: bool) -> Self {
        Self::new(text.chars().map(Tok::Lit), fold)
    }

    /// A pattern whose wildcards cross everything; opaque tokens in it are literal.
    pub(in crate::iam) fn like(pattern: &str, fold: bool) -> Self {
        Self::new(pieces(pattern, |_| Scope::All), fold)
    }

    /// A pattern of `ArnLike` and `ArnEquals`: each of the six parts by itself; the last has the rest.
    pub(in crate::iam) fn arn(pattern: &str) -> Self {
        Self::new(pieces(pattern, |part| if part < 5 { Scope::Part } else { Scope::All }), false)
    }

    /// A pattern of the element `Resource`: wildcards stay inside a part, but a star that ends a part may cross into the next.
    /// ("If the * wildcard is the last character of a resource ARN segment, it can expand to match beyond the colon boundaries."
    /// IAM User Guide, `Resource` element.)
    pub(in crate::iam) fn resource(pattern: &str) -> Self {
        // What begins with a reference has parts that nobody can count.
        if pattern.starts_with(OPAQUE) {
            return Self::like(pattern, false);
        }
        let mut toks: Vec<Tok> = pieces(pattern, |part| if part < 5 { Scope::Part } else { Scope::All }).collect();
        for at in 0..toks.len() {
            if matches!(toks[at], Tok::Star(_)) && matches!(toks.get(at + 1), None | Some(Tok::Lit(':'))) {
                toks[at] = Tok::Star(Scope::All);
            }
        }
        Self::new(toks, false)
    }

    /// The pieces.
    pub(in crate::iam) fn toks(&self) -> &[Tok] {
        &self.toks
    }

    /// Whether ASCII case is ignored.
    pub(in crate::iam) fn fold(&self) -> bool {
        self.fold
    }

    /// The literal characters before the first wildcard.
    pub(super) fn prefix(&self) -> impl DoubleEndedIterator<Item = char> + '_ {
        self.toks[..self.prefix as usize].iter().filter_map(|tok| match tok {
            Tok::Lit(c) => Some(*c),
            _ => None,
        })
    }

    /// The text, when there is no wildcard.
    pub(in crate::iam) fn literal(&self) -> Option<String> {
        (self.prefix as usize == self.toks.len()).then(|| self.prefix().collect())
    }

    /// Whether there is no wildcard.
    pub(in crate::iam) fn is_literal(&self) -> bool {
        self.prefix as usize == self.toks.len()
    }

    /// Whether it matches every text.
    pub(in crate::iam) fn is_all(&self) -> bool {
        matches!(*self.toks, [Tok::Star(Scope::All)])
    }

    /// How many characters a matching text has at least.
    pub(super) fn least(&self) -> u32 {
        self.least
    }

    /// Whether it matches the whole text.
    pub(in crate::iam) fn matches(&self, text: &str) -> bool {
        if self.scoped {
            return self.simulate(text.chars().map(Sym::Char));
        }
        // Without scoped stars it is enough to go back to the last star.
        let fold = |c: char| if self.fold { c.to_ascii_lowercase() } else { c };
        let (mut at, mut rest) = (0, text.chars());
        let mut star: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let tok = self.toks.get(at);
            if let Some(Tok::Star(_)) = tok {
                at += 1;
                if at == self.toks.len() {
                    return true;
                }
                star = Some((at, rest.clone()));
                continue;
            }
            let ok = match (tok, rest.next()) {
                (None, None) => return true,
                (Some(_), None) => return false,
                (Some(Tok::Lit(l)), Some(c)) => fold(c) == *l,
                (Some(Tok::One(scope)), Some(c)) => scope.admits(c),
                _ => false,
            };
            if ok {
                at += 1;
                continue;
            }
            let Some((back, from)) = &mut star else { return false };
            if from.next().is_none() {
                return false;
            }
            at = *back;
            rest = from.clone();
        }
    }

    /// Whether every text of `other` surely matches this pattern. May say no where it is so.
    pub(in crate::iam) fn covers(&self, other: &Self) -> bool {
        if self.is_all() {
            return true;
        }
        if self.least > other.least || (self.fold != other.fold && other.fold) {
            return false;
        }
        self.simulate(other.toks.iter().map(|tok| match tok {
            Tok::Lit(c) => Sym::Char(*c),
            Tok::One(scope) => Sym::One(*scope),
            Tok::Star(scope) => Sym::Star(*scope),
        }))
    }

    /// Whether no text surely matches both. May say no where it is so.
    pub(in crate::iam) fn disjoint(&self, other: &Self) -> bool {
        let fold = self.fold || other.fold;
        let differ = |a: &Tok, b: &Tok| match (a, b) {
            (Tok::Lit(a), Tok::Lit(b)) => a != b && !(fold && a.eq_ignore_ascii_case(b)),
            (Tok::One(scope), Tok::Lit(c)) | (Tok::Lit(c), Tok::One(scope)) => !scope.admits(*c),
            _ => false,
        };
        let star = |(a, b): &(&Tok, &Tok)| !matches!(a, Tok::Star(_)) && !matches!(b, Tok::Star(_));
        if self.toks.iter().zip(&*other.toks).take_while(star).any(|(a, b)| differ(a, b))
            || self.toks.iter().rev().zip(other.toks.iter().rev()).take_while(star).any(|(a, b)| differ(a, b))
        {
            return true;
        }
        let short = |a: &Self, b: &Self| a.least < b.least && !a.toks.iter().any(|tok| matches!(tok, Tok::Star(_)));
        short(self, other) || short(other, self)
    }

    /// Runs the pattern over symbols, each of which stands for the characters it may be.
    fn simulate(&self, symbols: impl Iterator<Item = Sym>) -> bool {
        let end = self.toks.len();
        let mut live = vec![false; end + 1];
        let mut next = vec![false; end + 1];
        let close = |set: &mut [bool]| {
            for at in 0..end {
                if set[at] && matches!(self.toks[at], Tok::Star(_)) {
                    set[at + 1] = true;
                }
            }
        };
        live[0] = true;
        close(&mut live);
        for symbol in symbols {
            next.fill(false);
            for at in (0..end).filter(|at| live[*at]) {
                match (self.toks[at], symbol) {
                    (Tok::Lit(l), Sym::Char(c)) if l == c || self.fold && l == c.to_ascii_lowercase() => {
                        next[at + 1] = true;
                    }
                    (Tok::One(scope), Sym::Char(c)) if scope.admits(c) => next[at + 1] = true,
                    (Tok::One(scope), Sym::One(other)) if other >= scope => next[at + 1] = true,
                    (Tok::Star(scope), Sym::Char(c)) if scope.admits(c) => next[at] = true,
                    (Tok::Star(scope), Sym::One(other) | Sym::Star(other)) if other >= scope => next[at] = true,
                    _ => {}
                }
            }
            if !next.contains(&true) {
                return false;
            }
            close(&mut next);
            std::mem::swap(&mut live, &mut next);
        }
        live[end]
    }
}

/// As a pattern whose wildcards cross everything.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.toks.iter().try_for_each(|tok| match tok {
            Tok::Lit(c) => f.write_char(*c),
            Tok::One(_) => f.write_char('?'),
            Tok::Star(_) => f.write_char('*'),
        })
    }
}

/// What a pattern is run over: a character, or the wildcards of another pattern.
#[derive(Clone, Copy)]
enum Sym {
    Char(char),
    One(Scope),
    Star(Scope),
}

/// The pieces of a text, with the scope of wildcards by the number of the part they stand in. Opaque tokens are literal.
fn pieces(text: &str, scope: impl Fn(usize) -> Scope) -> impl Iterator<Item = Tok> {
    let (mut part, mut opaque) = (0, false);
    text.chars().map(move |c| match c {
        OPAQUE => {
            opaque = !opaque;
            Tok::Lit(c)
        }
        _ if opaque => Tok::Lit(c),
        '*' => Tok::Star(scope(part)),
        '?' => Tok::One(scope(part)),
        ':' => {
            part += 1;
            Tok::Lit(c)
        }
        _ => Tok::Lit(c),
    })
}
