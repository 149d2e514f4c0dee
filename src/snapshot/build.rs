//! From the lines of a snapshot to an inventory: an account is a unit, each of its regions a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::lines::{Resource as Line, Snapshot};
use super::link::Links;
use super::record::Failure;
use super::values::{Open, Overlay, Writer};
use crate::inventory::schema::Schema;
use crate::inventory::{
    GLOBAL, Gap, Inventory, Live, Origin, Resource, Stack, StackId, TEMPLATE_ONLY, Types, Unexpanded,
};
use crate::source::{FileId, Span, Symbol, Tree};
use crate::value::{Cause, Kind, Place, ResourceId, ValueId};

/// The inventory of a snapshot.
pub(super) fn inventory(snapshot: &Snapshot<'_>, tree: &Tree) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.names.clone_from(&tree.keys);
    let file = inventory.files.add(Arc::clone(tree.file()));
    let mut build = Build { inventory, file, snapshot, stacks: BTreeMap::new() };
    build.stacks();
    build.coverage();
    build.resources(tree);
    build.gaps();
    build.inventory
}

struct Build<'a> {
    inventory: Inventory,
    file: FileId,
    snapshot: &'a Snapshot<'a>,
    /// By region.
    stacks: BTreeMap<&'a str, StackId>,
}

impl<'a> Build<'a> {
    const fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// A stack for each region that something is said about.
    fn stacks(&mut self) {
        let snapshot = self.snapshot;
        let regions = snapshot.header.regions.iter().copied().chain([GLOBAL]);
        let named = regions
            .chain(snapshot.parts.iter().map(|part| part.region))
            .chain(snapshot.gaps.iter().map(|gap| gap.region))
            .chain(snapshot.resources.iter().map(|resource| resource.region));
        for region in named.collect::<BTreeSet<_>>() {
            self.stacks.insert(region, StackId(self.inventory.stacks.len() as u32));
            self.inventory.stacks.push(Stack {
                name: format!("{}/{region}", snapshot.header.account).into(),
                file: self.file,
                account: Some(snapshot.header.account.into()),
                region: Some(region.into()),
                parent: None,
                transformed_by: None,
                unexpanded: Vec::new(),
                tags: Vec::new(),
                outputs: Vec::new(),
            });
        }
    }

    /// Says for each region of which types there may be resources that nobody saw.
    fn coverage(&mut self) {
        let snapshot = self.snapshot;
        for gap in &snapshot.gaps {
            let names = &mut self.inventory.names;
            let types: Vec<Symbol> = gap.types.iter().map(|name| names.intern(name)).collect();
            let types = if types.is_empty() { Types::Any } else { Types::Of(types) };
            self.may_hold(gap.region, gap.failure.cause(gap.action), types);
        }
        // A part whose end nobody saw may lack something.
        let whole = snapshot.parts.len() - usize::from(!snapshot.finished && !snapshot.parts.is_empty());
        let mut listed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for part in &snapshot.parts[..whole] {
            listed.entry(part.region).or_default().extend(&part.types);
        }
        let everywhere = listed.get(GLOBAL).cloned().unwrap_or_default();
        for region in self.stacks.keys().copied().collect::<Vec<_>>() {
            let mut here = everywhere.clone();
            match region {
                // Of what belongs to a region, each region says itself whether it was listed.
                GLOBAL => listed.values().for_each(|types| here.extend(types)),
                region => here.extend(listed.get(region).into_iter().flatten()),
            }
            let types = here.iter().map(|name| self.inventory.names.intern(name)).collect();
            self.may_hold(region, Cause::NotCollected, Types::But(types));
        }
    }

    fn may_hold(&mut self, region: &str, cause: Cause, types: Types) {
        if let Some(stack) = self.stacks.get(region) {
            self.inventory.stacks[stack.0 as usize].unexpanded.push(Unexpanded { cause, types });
        }
    }

    fn resources(&mut self, tree: &Tree) {
        let snapshot = self.snapshot;
        let mut links = Links::default();
        let mut ids = Vec::with_capacity(snapshot.resources.len());
        let beside = Cause::NotInInput { what: TEMPLATE_ONLY.into() };
        for line in &snapshot.resources {
            let Some(stack) = self.stacks.get(line.region).copied() else { continue };
            let place = self.place(line.span);
            let attributes = self.inventory.values.push_unknown(beside.clone(), self.place(line.id_span));
            let live = Live {
                arn: line.arn.map(Box::from),
                names: line.names.iter().map(|name| Box::from(*name)).collect(),
                seen_at: line.seen_at.map(Box::from),
            };
            let type_name = self.inventory.names.intern(line.type_name);
            let id = self.inventory.push(Resource {
                type_name,
                logical_id: line.id.into(),
                stack,
                condition: None,
                properties: ValueId::ABSENT,
                attributes,
                place,
                key_span: line.id_span,
                head_span: line.head,
                origin: Origin::Live(Box::new(live)),
            });
            let place = self.place(line.id_span);
            links.add(&mut self.inventory, id, line, place);
            ids.push((id, line));
        }
        let mut unread: FxHashMap<(Option<usize>, &str), Vec<Open<'_>>> = FxHashMap::default();
        for (id, line) in ids {
            let never = unread.entry((line.part, line.type_name)).or_insert_with(|| self.unread(line));
            let properties = properties(&mut self.inventory, tree, self.file, &links, id, line, never);
            self.inventory.resource_mut(id).properties = properties;
        }
    }

    /// What is read of no resource of this type: what the collector says, and what AWS never shows.
    fn unread(&self, line: &Line<'a>) -> Vec<Open<'a>> {
        let part = line.part.and_then(|part| self.snapshot.parts.get(part));
        let is_own = |(name, _): &&(&str, Vec<&'a str>)| *name == line.type_name;
        let said = part.into_iter().flat_map(|part| &part.unread).filter(is_own).flat_map(|(_, paths)| paths);
        let derived = part.into_iter().flat_map(|part| &part.derived).filter(is_own).flat_map(|(_, paths)| paths);
        let derived: BTreeSet<&str> = derived.copied().collect();
        let hidden = Schema::embedded().resource(line.type_name).into_iter().flat_map(|known| known.write_only());
        let hidden = hidden.filter(|path| !derived.contains(path));
        let said = said.map(|path| Open::never_read(path, line.head));
        said.chain(hidden.map(|path| Open::never_shown(path, line.head))).collect()
    }

    /// What the report says was not examined.
    fn gaps(&mut self) {
        let snapshot = self.snapshot;
        for gap in snapshot.gaps.iter().filter(|gap| gap.failure != Failure::NotCollected) {
            let types: Vec<String> = gap.types.iter().map(|name| format!("`{name}`")).collect();
            let what = if types.is_empty() { "resources".to_owned() } else { types.join(", ") };
            let message = gap.message.map(|message| format!(" ({message})")).unwrap_or_default();
            let what = format!("{what} in {} could not be listed{message}", gap.region);
            self.gap(what, gap.failure.cause(gap.action), gap.span);
        }
        let mut incomplete: BTreeMap<(&str, &str, Cause), (usize, Span)> = BTreeMap::new();
        for line in &snapshot.resources {
            for unknown in line.unknown.iter().filter(|unknown| unknown.failure != Failure::NotCollected) {
                let cause = unknown.failure.cause(unknown.action);
                let known = incomplete.entry((line.region, line.type_name, cause)).or_insert((0, unknown.span));
                known.0 += 1;
            }
        }
        for ((region, type_name, cause), (number, span)) in incomplete {
            let noun = if number == 1 { "property" } else { "properties" };
            let what = format!("{number} {noun} of `{type_name}` in {region} could not be read");
            self.gap(what, cause, span);
        }
        if !snapshot.finished {
            let what = "the snapshot has no end: the audit that took it was broken off";
            self.gap(what.to_owned(), Cause::NotCollected, snapshot.header.span);
        }
    }

    fn gap(&mut self, what: String, cause: Cause, span: Span) {
        let place = self.place(span);
        self.inventory.gaps.push(Gap { what: what.into(), cause, place });
    }
}

/// The properties of a resource.
fn properties(
    inventory: &mut Inventory,
    tree: &Tree,
    file: FileId,
    links: &Links,
    id: ResourceId,
    line: &Line<'_>,
    never: &[Open<'_>],
) -> ValueId {
    let mut open: Vec<Open<'_>> = never.to_vec();
    for unknown in &line.unknown {
        let cause = unknown.failure.cause(unknown.action);
        if !unknown.path.is_empty() {
            open.push(Open::read_in_vain(unknown.path, cause, unknown.span, unknown.failure));
            continue;
        }
        // Everything that is not there.
        match Schema::embedded().resource(line.type_name) {
            Some(known) => open.extend(
                known.properties().members().map(|member| Open::rest(member.name, cause.clone(), unknown.span)),
            ),
            None => {
                let place = Place { file, span: unknown.span };
                return inventory.values.push_unknown(cause, place);
            }
        }
    }
    let mut writer = Writer { inventory, tree, file, links, from: id };
    let properties = writer.value(line.properties, "", &Overlay::of(&open));
    debug_assert!(matches!(writer.inventory.values.kind(properties), Kind::Map(_)));
    properties
}
