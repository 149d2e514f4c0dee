//! Conditions to literals.
//!
//! Source: "IAM JSON policy elements: Condition operators" and "Multivalued context keys" in the IAM User Guide.

use super::super::document::{Condition, Quantifier, Test, Version};
use super::super::theory::{Compare, Form, Glob, GlobSet, Lit, Moment, Network, Number, Pred, Set};
use super::arena::{Dim, Rel};
use super::compile::{Bound, Compiler, Way, product};
use super::{keys, variable};
use std::sync::Arc;

/// The ways to satisfy a condition.
pub(super) fn ways(compiler: &mut Compiler<'_>, condition: &Condition) -> Vec<Way> {
    let dim = compiler.arena.dim(&condition.key.to_ascii_lowercase());
    let operator = condition.operator;
    if operator.test == Test::Null {
        return null(compiler, dim, condition);
    }
    if operator.quantifier.is_some() {
        compiler.arena.set_several(dim);
    }
    let negated = operator.test.is_negated();
    let bound = compiler.bound.flip(negated);
    let known = condition.open.is_empty();
    if !known {
        compiler.unknown(&condition.open);
    }
    let (whole, set, all) = set(compiler, condition, bound);
    let all = all || !known && bound == Bound::Wide;
    let absent_ok = match operator.quantifier {
        None => negated || operator.if_exists,
        Some(Quantifier::All) => true,
        Some(Quantifier::Any) => operator.if_exists,
    };
    let each = match operator.quantifier {
        None => negated,
        Some(quantifier) => quantifier == Quantifier::All,
    };
    // Several values without a set operator: AWS does not document what that means.
    if operator.quantifier.is_none() && compiler.arena.has_several(dim) {
        compiler.out.inexact = true;
        compiler.out.reasons.push(super::Reason::SeveralValues(condition.key.to_ascii_lowercase().into()));
        if compiler.bound == Bound::Narrow {
            return vec![(compiler.never(dim), Vec::new())];
        }
        return vec![(compiler.lit(dim, Lit { absent_ok, form: Form::True }), Vec::new())];
    }
    let lit = |set: &Set, all: bool| {
        let form = match all {
            true if negated => Form::False,
            true => Form::True,
            false => {
                let pred = Arc::new(Pred { set: set.clone(), not: negated });
                if each { Form::ForAll(pred) } else { Form::Exists(pred) }
            }
        };
        Lit { absent_ok, form }
    };
    let plain = lit(&set, all);
    if known && whole.is_empty() && compiler.is_symbolic(&condition.values) && !keys::follows(compiler.arena.key(dim)) {
        let (_, other, every) = self::set(compiler, condition, bound.flip(true));
        let there = lit(&other, every);
        return vec![(vec![compiler.symbol(dim, operator.to_string(), &condition.values, plain, there)], Vec::new())];
    }
    if whole.is_empty() || all {
        return vec![(compiler.lit(dim, plain), Vec::new())];
    }
    if negated {
        return different(compiler, dim, &plain, &whole);
    }
    let mut found: Vec<Way> = whole.into_iter().map(|other| same(compiler, dim, other)).collect();
    if condition.values.len() > found.len() {
        found.push((compiler.lit(dim, plain), Vec::new()));
    }
    if absent_ok {
        found.push((compiler.lit(dim, Lit::ABSENT), Vec::new()));
    }
    found
}

fn null(compiler: &mut Compiler<'_>, dim: Dim, condition: &Condition) -> Vec<Way> {
    let has = |wanted: &str| condition.values.iter().any(|value| value.text.eq_ignore_ascii_case(wanted));
    let open = !condition.open.is_empty() || condition.values.iter().any(|value| !value.is_known());
    if open {
        compiler.unknown(&condition.open);
    }
    let wide = open && compiler.bound == Bound::Wide;
    let absent_ok = wide || has("true");
    let form = if wide || has("false") { Form::True } else { Form::False };
    vec![(compiler.lit(dim, Lit { absent_ok, form }), Vec::new())]
}

/// That the key equals another.
fn same(compiler: &mut Compiler<'_>, dim: Dim, other: Dim) -> Way {
    let mut lits = compiler.lit(dim, Lit::PRESENT);
    lits.extend(compiler.lit(other, Lit::PRESENT));
    let rels = if dim == other { Vec::new() } else { vec![Rel::new(dim, other, true)] };
    (lits, rels)
}

/// That the key has none of the plain values, and equals none of the other keys: because one of the two is absent, or both
/// are there and differ.
fn different(compiler: &mut Compiler<'_>, dim: Dim, plain: &Lit, others: &[Dim]) -> Vec<Way> {
    let plain = compiler.lit(dim, plain.clone());
    let absent = compiler.lit(dim, Lit::ABSENT);
    let present = compiler.lit(dim, Lit::PRESENT);
    let mut found: Vec<Way> = vec![(plain, Vec::new())];
    for other in others {
        let missing = compiler.lit(*other, Lit::ABSENT);
        let mut both = present.clone();
        both.extend(compiler.lit(*other, Lit::PRESENT));
        let mut ways = vec![(absent.clone(), Vec::new()), (missing, Vec::new())];
        if *other != dim {
            ways.push((both, vec![Rel::new(dim, *other, false)]));
        }
        found = product(&found, &ways);
    }
    found
}

/// The plain values as a set, the keys that whole values stand for, and whether everything may be in the set.
fn set(compiler: &mut Compiler<'_>, condition: &Condition, bound: Bound) -> (Vec<Dim>, Set, bool) {
    let operator = condition.operator;
    let mut whole = Vec::new();
    let mut plain = Vec::with_capacity(condition.values.len());
    let text = matches!(
        operator.test,
        Test::StringEquals
            | Test::StringNotEquals
            | Test::StringLike
            | Test::StringNotLike
            | Test::ArnEquals
            | Test::ArnLike
            | Test::ArnNotEquals
            | Test::ArnNotLike
    );
    let dim = compiler.arena.dim(&condition.key.to_ascii_lowercase());
    let single = operator.quantifier.is_none() || !compiler.arena.has_several(dim);
    for value in &condition.values {
        let variable = (compiler.version == Version::V2012 && value.is_known() && text && single)
            .then(|| variable::whole(&value.text))
            .flatten()
            .filter(|key| !compiler.pinned.contains_key(key.as_str()));
        match variable {
            Some(key) => {
                let other = compiler.arena.dim(&key);
                whole.push(other);
            }
            None => plain.push(value.clone()),
        }
    }
    let bounds = |compiler: &mut Compiler<'_>| {
        let unknown = plain.iter().any(|value| !value.is_known());
        let variable = compiler.version == Version::V2012 && plain.iter().any(|value| value.text.contains("${"));
        if unknown || variable {
            compiler.unknown(&[]);
        }
        (unknown || variable) && bound == Bound::Wide
    };
    let compare = |how: Compare, compiler: &mut Compiler<'_>| {
        let numbers = plain.iter().filter_map(|value| Number::parse(&value.text)).collect();
        (Set::Number(how, numbers), bounds(compiler))
    };
    let date = |how: Compare, compiler: &mut Compiler<'_>| {
        let moments = plain.iter().filter_map(|value| Moment::parse(&value.text)).collect();
        (Set::Moment(how, moments), bounds(compiler))
    };
    let (set, all) = match operator.test {
        Test::NumericEquals | Test::NumericNotEquals => compare(Compare::Equal, compiler),
        Test::NumericLessThan => compare(Compare::Less, compiler),
        Test::NumericLessThanEquals => compare(Compare::AtMost, compiler),
        Test::NumericGreaterThan => compare(Compare::Greater, compiler),
        Test::NumericGreaterThanEquals => compare(Compare::AtLeast, compiler),
        Test::DateEquals | Test::DateNotEquals => date(Compare::Equal, compiler),
        Test::DateLessThan => date(Compare::Less, compiler),
        Test::DateLessThanEquals => date(Compare::AtMost, compiler),
        Test::DateGreaterThan => date(Compare::Greater, compiler),
        Test::DateGreaterThanEquals => date(Compare::AtLeast, compiler),
        Test::IpAddress | Test::NotIpAddress => {
            let networks = plain.iter().filter_map(|value| Network::parse(&value.text)).collect();
            (Set::Address(networks), bounds(compiler))
        }
        test => {
            let found = compiler.patterns(&plain, bound, |text| glob(test, text));
            // An unknown text is compared as a pattern of its own kind of case.
            let fold = glob(test, "").fold();
            let globs: Vec<Glob> =
                found.globs.into_iter().map(|glob| Glob::new(glob.toks().iter().copied(), fold)).collect();
            (Set::Text(Arc::new(GlobSet::new(globs))), found.all)
        }
    };
    (whole, set, all)
}

/// The pattern of a value.
pub(super) fn glob(test: Test, text: &str) -> Glob {
    match test {
        Test::StringLike | Test::StringNotLike => Glob::like(text, false),
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase | Test::Bool => Glob::exact(text, true),
        Test::ArnEquals | Test::ArnLike | Test::ArnNotEquals | Test::ArnNotLike if text == "*" => {
            Glob::like("*", false)
        }
        Test::ArnEquals | Test::ArnLike | Test::ArnNotEquals | Test::ArnNotLike => Glob::arn(text),
        _ => Glob::exact(text, false),
    }
}
