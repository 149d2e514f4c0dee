//! `AWS::LanguageExtensions`: `Fn::ForEach` becomes what it stands for.
//!
//! One walk over the sections that may have loops. What holds no identifier of a loop is shared by its iterations, and
//! what does is copied with the same place, so that everything points into the body of the loop. What else the transform
//! allows (functions in more places, `Fn::Length`, defaults of mappings) is resolved with the other functions.
//!
//! Source: "AWS::LanguageExtensions transform" and "Fn::ForEach" in the CloudFormation template reference; what they
//! leave open is as in AWS's own implementation in the SAM CLI 1.160. Checked on 2026-11-21.

mod collection;
mod foreach;
mod identifier;

use rustc_hash::{FxHashMap, FxHashSet};

use self::identifier::Bindings;
use super::{Draft, LANGUAGE_EXTENSIONS, Problem};
use crate::source::{Kind, Member, NodeId, Symbol, Tree};
use crate::value::Cause;

/// The key of a loop is this and its name.
pub(in crate::template) const LOOP: &str = "Fn::ForEach::";

/// The sections in which loops may stand.
const SECTIONS: [&str; 3] = ["Conditions", "Resources", "Outputs"];

/// Nodes that the loops of a template may be expanded to: more than a template of the size that AWS takes may have, and
/// few enough for any machine.
const STEPS: usize = 1_000_000;

/// Bytes of a text that count as much as a node.
const STEP: usize = 64;

/// Whether a key of the template is that of a loop.
pub(super) fn has_loops(tree: &Tree) -> bool {
    (0..tree.keys.len()).any(|key| tree.keys.text(Symbol(key as u32)).starts_with(LOOP))
}

/// Expands every loop of the template whose collection is known.
pub(super) fn expand(draft: &mut Draft<'_>) {
    let mut walk = Walk {
        types: parameter_types(&draft.tree),
        grafted: draft.tree.files().count() > 1,
        draft,
        bindings: Bindings::default(),
        section: "",
        depth: 0,
        steps: 0,
        noted: FxHashSet::default(),
    };
    walk.misplaced();
    for section in SECTIONS {
        let root = walk.draft.tree.root();
        let Some(node) = walk.draft.tree.get(root, section) else { continue };
        walk.section = section;
        let expanded = walk.node(node, 0);
        if expanded != node {
            walk.draft.set_section(section, expanded);
        }
    }
}

/// Says that the loops of a template need the transform that it does not declare; a macro of somebody may know them.
pub(super) fn refuse(draft: &mut Draft<'_>) {
    let by_macro = super::foreign(&draft.tree);
    let mut open = vec![draft.tree.root()];
    let mut seen = FxHashSet::default();
    while let Some(node) = open.pop() {
        if !seen.insert(node) {
            continue;
        }
        open.extend(draft.tree.items(node));
        for member in draft.tree.members(node).to_vec() {
            let key = draft.tree.key(&member).to_owned();
            if key.starts_with(LOOP) {
                let cause = match &by_macro {
                    Some(name) => Cause::Macro { name: name.clone() },
                    None => {
                        draft.error_at_key(&member, format!("`{key}` needs the transform `{LANGUAGE_EXTENSIONS}`"));
                        Cause::Invalid
                    }
                };
                draft.gap(member.value, format!("`{key}` is not expanded"), cause);
            } else {
                open.push(member.value);
            }
        }
    }
}

/// The types of the parameters, by name.
fn parameter_types(tree: &Tree) -> FxHashMap<Box<str>, Box<str>> {
    let section = tree.get(tree.root(), "Parameters");
    let members = section.map_or(&[][..], |section| tree.members(section));
    let kind = |member: &Member| tree.get(member.value, "Type").and_then(|kind| tree.string(kind)).unwrap_or("String");
    members.iter().map(|member| (tree.key(member).into(), kind(member).into())).collect()
}

/// The walk over a template.
struct Walk<'d, 'a> {
    draft: &'d mut Draft<'a>,
    types: FxHashMap<Box<str>, Box<str>>,
    /// Whether there are nodes of other files.
    grafted: bool,
    /// The loops around.
    bindings: Bindings,
    /// The section that is walked over.
    section: &'static str,
    /// How many loops are around.
    depth: usize,
    /// Nodes looked at in loops.
    steps: usize,
    /// The loops of which something was said already: each is said once, whatever loops are around it.
    noted: FxHashSet<NodeId>,
}

impl Walk<'_, '_> {
    /// Loops in sections that have none.
    fn misplaced(&mut self) {
        let tree = &self.draft.tree;
        let root = tree.members(tree.root()).iter();
        let others = root.filter(|member| !SECTIONS.contains(&tree.key(member)));
        let inside = others.flat_map(|member| std::iter::once(member).chain(tree.members(member.value)));
        let found: Vec<Member> = inside.filter(|member| tree.key(member).starts_with(LOOP)).copied().collect();
        for member in found {
            let key = self.draft.tree.key(&member).to_owned();
            self.draft.error_at_key(&member, format!("`{key}` stands in `Conditions`, `Resources` and `Outputs` only"));
        }
    }

    /// The node after its loops; itself where nothing of it changes. `level` is how deep it stands in its section.
    fn node(&mut self, node: NodeId, level: usize) -> NodeId {
        self.steps += usize::from(!self.bindings.is_empty());
        match self.draft.tree.kind(node) {
            Kind::String(text) if !self.bindings.is_empty() => {
                match self.bindings.substituted(self.draft.tree.text(text)) {
                    Some(text) => self.text_of(node, &text),
                    None => node,
                }
            }
            Kind::List { .. } => self.list(node, level),
            Kind::Map { .. } => self.map(node, level),
            _ => node,
        }
    }

    fn list(&mut self, node: NodeId, level: usize) -> NodeId {
        let count = self.draft.tree.items(node).len();
        let mut changed: Option<Vec<NodeId>> = None;
        for index in 0..count {
            let item = self.draft.tree.items(node)[index];
            let new = self.node(item, level + 1);
            if new != item {
                changed.get_or_insert_with(|| self.draft.tree.items(node).to_vec())[index] = new;
            }
        }
        match changed {
            Some(items) => {
                self.stand_with(node);
                self.draft.list(self.draft.tree.span(node), &items)
            }
            None => node,
        }
    }

    fn map(&mut self, node: NodeId, level: usize) -> NodeId {
        if let Some(text) = self.reference(node) {
            return self.text_of(node, &text);
        }
        let count = self.draft.tree.members(node).len();
        let mut changed: Option<Vec<Member>> = None;
        for index in 0..count {
            let member = self.draft.tree.members(node)[index];
            if self.draft.tree.key(&member).starts_with(LOOP) {
                return self.with_loops(node, level);
            }
            let new = self.member(member, level);
            if new.key != member.key || new.value != member.value {
                changed.get_or_insert_with(|| self.draft.tree.members(node).to_vec())[index] = new;
            }
        }
        match changed {
            Some(members) => self.changed_map(node, &members),
            None => node,
        }
    }

    fn changed_map(&mut self, node: NodeId, members: &[Member]) -> NodeId {
        // A text of which nothing is left to fill in is that text.
        if let [member] = members
            && self.draft.tree.key(member) == "Fn::Sub"
            && let Some(text) = self.draft.tree.string(member.value).filter(|text| !text.contains("${"))
        {
            let text = text.to_owned();
            return self.text_of(node, &text);
        }
        self.stand_with(node);
        self.draft.with_members(node, members)
    }

    /// A member with what the loops around make of its key and value.
    fn member(&mut self, member: Member, level: usize) -> Member {
        let value = self.node(member.value, level + 1);
        let key = match self.bindings.is_empty() {
            true => None,
            false => self.bindings.substituted(self.draft.tree.key(&member)),
        };
        match key {
            Some(key) => {
                self.steps += key.len() / STEP;
                self.draft.member(&key, member.key_span, value)
            }
            None => Member { value, ..member },
        }
    }

    /// What `{"Ref": ...}` to an identifier is worth.
    fn reference(&self, node: NodeId) -> Option<String> {
        if self.bindings.is_empty() {
            return None;
        }
        let tree = &self.draft.tree;
        let [member] = tree.members(node) else { return None };
        let name = tree.string(member.value).filter(|_| tree.key(member) == "Ref")?;
        self.bindings.value(name).map(str::to_owned)
    }

    /// A text at the place of a node.
    fn text_of(&mut self, node: NodeId, text: &str) -> NodeId {
        self.steps += text.len() / STEP;
        self.stand_with(node);
        self.draft.text(self.draft.tree.span(node), text)
    }

    /// New nodes stand in the file of this one.
    fn stand_with(&mut self, node: NodeId) {
        if self.grafted {
            self.draft.tree.stand_with(node);
        }
    }

    /// Whether there are too many iterations.
    fn exhausted(&self) -> bool {
        self.steps > STEPS || self.bindings.too_long()
    }

    fn error(&mut self, node: NodeId, message: impl Into<String>) {
        self.draft.error(node, message);
    }
}

/// The names of the resource types that an unexpanded loop makes; `None` when any may be among them.
pub(in crate::template) fn types_in_loop(tree: &Tree, value: NodeId) -> Option<Vec<&str>> {
    let [_, _, body] = tree.items(value) else { return None };
    let mut types = Vec::new();
    for member in tree.members(*body) {
        if tree.key(member).starts_with(LOOP) {
            types.extend(types_in_loop(tree, member.value)?);
            continue;
        }
        let kind = tree.get(member.value, "Type").and_then(|kind| tree.string(kind))?;
        let stands_for_others = kind.starts_with("AWS::Serverless::")
            || kind.ends_with("::MODULE")
            || kind == "AWS::CloudFormation::Stack"
            || kind.contains(['$', '&']);
        if stands_for_others || tree.key(member).starts_with("Fn::") {
            return None;
        }
        types.push(kind);
    }
    Some(types)
}

impl Problem {
    /// The place of something that is not expanded, and why.
    pub(in crate::template) fn unexpanded(&self) -> Option<(NodeId, &Cause)> {
        match self {
            Self::Gap(node, _, cause) => Some((*node, cause)),
            Self::Error(..) | Self::KeyError(..) => None,
        }
    }
}
