//! Conditions that hold when one of several does.

use std::collections::BTreeSet;

use super::super::sam::Sam;
use super::super::value::{Value, map};
use crate::source::Span;

/// How many conditions one `Fn::Or` takes.
const MOST: usize = 10;

/// Adds the condition `name`, which holds when one of two or more holds; with further ones where they are too many for
/// one function.
pub(in super::super) fn combine(sam: &mut Sam<'_, '_>, name: &str, conditions: &BTreeSet<String>, at: Span) {
    let mut left: Vec<String> = conditions.iter().cloned().collect();
    let mut further = left.len().saturating_sub(2) / (MOST - 1);
    while left.len() > 1 {
        let rest = left.split_off(left.len().min(MOST));
        let own = if further > 0 { format!("{name}{further}") } else { name.to_owned() };
        further = further.saturating_sub(1);
        let any: Vec<Value> = left.into_iter().map(|condition| map! { "Condition" => condition }).collect();
        sam.add_condition(own.clone(), &map! { "Fn::Or" => any }, at);
        left = rest;
        left.push(own);
    }
}
