//! `Fn::ForEach`: a map with loops becomes a map with what each iteration makes.

use rustc_hash::FxHashSet;

use super::collection::{Collection, Left};
use super::{LOOP, Walk};
use crate::source::{Kind, Member, NodeId, Symbol};
use crate::value::Cause;

/// Loops may be nested this deep.
const NESTING: usize = 5;

/// What a loop is written as.
struct Loop {
    key: Box<str>,
    /// Its three arguments.
    node: NodeId,
    /// One name, or several that take the items of lists.
    identifiers: Vec<Box<str>>,
    body: Vec<Member>,
}

/// A map under construction.
struct Made {
    members: Vec<Member>,
    keys: FxHashSet<Symbol>,
    /// How deep the map stands in its section.
    level: usize,
}

impl Walk<'_, '_> {
    /// A map that has loops among its members.
    pub(super) fn with_loops(&mut self, node: NodeId, level: usize) -> NodeId {
        let members = self.draft.tree.members(node).to_vec();
        let mut made = Made { members: Vec::with_capacity(members.len()), keys: FxHashSet::default(), level };
        // What stands there already is not replaced by what a loop makes, wherever the loop stands.
        let is_loop = |walk: &Self, member: &Member| walk.draft.tree.key(member).starts_with(LOOP);
        made.keys.extend(members.iter().filter(|member| !is_loop(self, member)).map(|member| member.key));
        for member in members {
            if is_loop(self, &member) {
                self.foreach(member, &mut made);
            } else {
                let member = self.member(member, level);
                made.members.push(member);
            }
        }
        self.stand_with(node);
        self.draft.with_members(node, &made.members)
    }

    /// Adds what a loop makes; the loop itself where it cannot be expanded.
    fn foreach(&mut self, member: Member, made: &mut Made) {
        let before = made.members.len();
        self.depth += 1;
        let problem = match self.iterations(member) {
            Ok((each, collection)) => self.iterate(&each, &collection, made).err(),
            Err(left) => Some(left),
        };
        self.depth -= 1;
        let Some(left) = problem else { return };
        // Where there is too much the outermost loop says so.
        if self.depth > 0 && self.exhausted() {
            return;
        }
        made.members.truncate(before);
        if made.keys.insert(member.key) {
            made.members.push(member);
        }
        self.note(member, left, made.level);
    }

    /// Says once why a loop is not expanded.
    fn note(&mut self, member: Member, left: Left, level: usize) {
        if !self.noted.insert(member.value) {
            return;
        }
        let key = self.draft.tree.key(&member).to_owned();
        let cause = match left {
            Left::Open(cause) => cause,
            Left::Wrong(node, message) => {
                self.error(node, message);
                Cause::Invalid
            }
        };
        let what = match (self.section, level) {
            ("Resources", 0) => format!("the resources of `{key}` are not expanded"),
            _ => format!("`{key}` is not expanded"),
        };
        self.draft.gap(member.value, what, cause);
    }

    /// The loop and what it runs over.
    fn iterations(&mut self, member: Member) -> Result<(Loop, Collection), Left> {
        let tree = &self.draft.tree;
        let key: Box<str> = tree.key(&member).into();
        let wrong = |node, message: String| Err(Left::Wrong(node, message));
        let [identifier, collection, body] = *tree.items(member.value) else {
            return wrong(member.value, format!("`{key}` takes an identifier, a collection and a map"));
        };
        if !matches!(tree.kind(body), Kind::Map { .. }) {
            return wrong(body, format!("the third argument of `{key}` is a map"));
        }
        if self.depth > NESTING {
            return wrong(member.value, format!("loops are nested at most {NESTING} deep"));
        }
        let is_list = matches!(tree.kind(identifier), Kind::List { .. });
        let names = if is_list { tree.items(identifier) } else { std::slice::from_ref(&identifier) };
        let mut identifiers: Vec<Box<str>> = Vec::with_capacity(names.len());
        for node in names {
            let Some(name) = tree.string(*node).filter(|name| !name.is_empty()) else {
                return wrong(*node, format!("the identifier of `{key}` is a name"));
            };
            if self.types.contains_key(name) {
                return wrong(*node, format!("the identifier `{name}` of `{key}` is the name of a parameter"));
            }
            if self.bindings.value(name).is_some() || identifiers.iter().any(|known| **known == *name) {
                return wrong(*node, format!("the identifier `{name}` of `{key}` is that of another loop around it"));
            }
            identifiers.push(name.into());
        }
        if identifiers.is_empty() {
            return wrong(identifier, format!("the identifier of `{key}` is a name"));
        }
        self.check_name(&key, member.value)?;
        let body = self.draft.tree.members(body).to_vec();
        let collection = self.collection(collection, &key, is_list.then_some(identifiers.len()))?;
        Ok((Loop { key, node: member.value, identifiers, body }, collection))
    }

    /// The name of a loop is that of nothing else.
    fn check_name(&self, key: &str, node: NodeId) -> Result<(), Left> {
        let name = key.strip_prefix(LOOP).unwrap_or_default();
        if name.is_empty() {
            return Err(Left::Wrong(node, format!("`{key}` has no name: it is written `{LOOP}Name`")));
        }
        let tree = &self.draft.tree;
        let what = if self.types.contains_key(name) {
            "a parameter"
        } else if tree.at(tree.root(), &["Resources", name]).is_some() {
            "a resource"
        } else {
            return Ok(());
        };
        Err(Left::Wrong(node, format!("the name of the loop `{key}` is that of {what}")))
    }

    fn iterate(&mut self, each: &Loop, collection: &Collection, made: &mut Made) -> Result<(), Left> {
        let outer = self.bindings.len();
        for values in collection {
            self.steps += 1;
            for (name, value) in each.identifiers.iter().zip(values) {
                self.bindings.push(name, value);
            }
            for member in &each.body {
                if self.exhausted() {
                    self.bindings.truncate(outer);
                    return Err(Left::Open(Cause::Limit));
                }
                if self.draft.tree.key(member).starts_with(LOOP) {
                    self.foreach(*member, made);
                } else {
                    let new = self.member(*member, made.level);
                    self.add(each, new, made);
                }
            }
            self.bindings.truncate(outer);
        }
        if self.exhausted() { Err(Left::Open(Cause::Limit)) } else { Ok(()) }
    }

    /// Adds a member that an iteration made.
    fn add(&mut self, each: &Loop, member: Member, made: &mut Made) {
        let key = self.draft.tree.key(&member);
        let is_macro = key == "Fn::Transform";
        if made.level == 0 && !is_macro && !is_logical_id(key) {
            let message = format!(
                "`{key}`, which `{}` makes, is no logical id: it has letters and digits only, as `&{{{}}}` gives them",
                each.key,
                each.identifiers.first().map_or("", |name| name)
            );
            self.draft.error_at_key(&member, message);
        }
        let new = made.keys.insert(member.key);
        if new {
            made.members.push(member);
        }
        if new || is_macro {
            return;
        }
        let key = self.draft.tree.key(&member);
        let message = format!("`{}` makes `{key}`, which is there already", each.key);
        self.draft.error_at_key(&member, message);
        if self.noted.insert(each.node) {
            self.draft.gap(each.node, format!("not all of `{}` is evaluated", each.key), Cause::Invalid);
        }
    }
}

fn is_logical_id(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
