//! How many partners there are, and how many different values.

use super::answer::{Answer, Blame, Truth};
use super::cursor::{Cursor, Leaf};
use super::partner::Partners;
use super::scope::{Scope, Wanted};
use crate::rule::{Bound, Clause, Path};
use crate::value::{Cause, Kind, OPAQUE, Read, ResourceId, ValueId};

/// How many names a message has.
const NAMES: usize = 5;

/// Between how many and how many there are, and why that is open.
struct Range {
    least: usize,
    /// `None`: without a bound.
    most: Option<usize>,
    causes: Vec<Cause>,
}

/// What is known of a value that is compared with others.
#[derive(Debug, PartialEq, Eq)]
enum Key {
    Text(String),
    /// The identifier of a resource.
    Resource(ResourceId),
    /// Something that is not known but the same everywhere, such as the region, with a text behind it.
    Behind(String, String),
}

/// Values that are found.
#[derive(Default)]
struct Found {
    keys: Vec<Key>,
    /// Why there may be a further one, for each.
    possible: Vec<Cause>,
    /// Why there may be any number more.
    unbounded: Option<Cause>,
}

impl Scope<'_> {
    /// So many partners are there.
    pub(super) fn count(&self, related: usize, bound: &Bound, cursor: &Cursor, wanted: Wanted) -> Answer {
        let partners = self.partners_at(related, cursor);
        let mut sure: Vec<_> = partners.sure.iter().map(|partner| (partner.id, partner.value)).collect();
        sure.sort_unstable();
        sure.dedup();
        let mut open: Vec<ResourceId> = partners.possible.iter().filter_map(|(id, _)| *id).collect();
        open.sort_unstable();
        open.dedup();
        open.retain(|id| sure.iter().all(|(known, _)| known != id));
        let least = sure.len() + partners.hidden.len();
        // What is not in sight may be many.
        let in_sight = partners.possible.iter().all(|(id, _)| id.is_some());
        let most = in_sight.then_some(least + open.len() + partners.elsewhere.len());
        let causes = partners.possible.into_iter().map(|(_, cause)| cause).chain(partners.elsewhere).collect();
        let name = |(id, _): &(ResourceId, _)| format!("`{}`", self.context.inventory.resource(*id).logical_id);
        let names = listed(sure.iter().map(name).collect());
        let blame = self.absent_blame(cursor.head, cursor.trail.text(self), cursor);
        self.bounded(
            Range { least, most, causes },
            bound,
            Blame { bindings: vec![("partner", names)], ..blame },
            wanted,
        )
    }

    /// So many different values are at a path.
    pub(super) fn distinct(
        &self,
        related: Option<usize>,
        matches: &[Clause],
        path: &Path,
        bound: &Bound,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let mut found = Found::default();
        let mut blame = self.absent_blame(cursor.head, cursor.trail.text(self), cursor);
        match related {
            None => {
                for leaf in self.leaves(cursor, path) {
                    if let Leaf::Value { head, trail, .. } | Leaf::Absent { head, trail } = &leaf {
                        (blame.place, blame.path) = (Some(*head), trail.text(self));
                    }
                    self.add_leaf(leaf, &mut found);
                }
            }
            Some(related) => {
                let partners = self.partners_at(related, cursor);
                if let Some(reference) = partners.sure.iter().find_map(|partner| partner.reference.as_ref()) {
                    blame = reference.clone();
                }
                self.add_partners(partners, related, matches, path, &mut found);
            }
        }
        self.bounded(found.range(), bound, blame, wanted)
    }

    /// The answer to a bound on what is counted.
    fn bounded(&self, range: Range, bound: &Bound, mut blame: Blame, wanted: Wanted) -> Answer {
        let number = |operand| self.rule.operand(operand).number().unwrap_or_default() as usize;
        let holds = match bound {
            Bound::AtLeast(least) if range.least >= number(least) => Some(true),
            Bound::AtLeast(least) if range.most.is_some_and(|most| most < number(least)) => Some(false),
            Bound::AtMost(most) if range.least > number(most) => Some(false),
            Bound::AtMost(most) if range.most.is_some_and(|found| found <= number(most)) => Some(true),
            Bound::AtLeast(_) | Bound::AtMost(_) => None,
        };
        let Some(holds) = holds else { return Answer::unknown(range.causes) };
        (blame.found, blame.absent) = (Some(range.least.to_string()), false);
        Answer::of(holds).with(if wanted.wants(holds) { vec![blame] } else { Vec::new() })
    }

    fn add_partners(&self, partners: Partners, related: usize, matches: &[Clause], path: &Path, found: &mut Found) {
        for at in self.cursors(&partners, related) {
            let mut answer = self.whole(|| self.all(matches, &at, Wanted::Nothing));
            match answer.truth {
                Truth::False => {}
                Truth::Unknown => found.possible.push(answer.causes.pop().unwrap_or(Cause::Undecided)),
                Truth::True { .. } => self.add_of(&at, path, found),
            }
        }
        found.possible.extend(partners.elsewhere.into_iter().chain(partners.hidden));
        for (id, cause) in partners.possible {
            match id {
                Some(_) => found.possible.push(cause),
                None => found.unbounded = found.unbounded.take().or(Some(cause)),
            }
        }
    }

    /// The values of a partner; where it has none, AWS chooses one.
    fn add_of(&self, partner: &Cursor, path: &Path, found: &mut Found) {
        for leaf in self.leaves(partner, path) {
            match leaf {
                Leaf::Absent { .. } => {
                    let name = &self.context.inventory.resource(partner.resource).logical_id;
                    found.possible.push(Cause::NotInInput { what: format!("`{}` of `{name}`", path.text).into() });
                }
                leaf => self.add_leaf(leaf, found),
            }
        }
    }

    fn add_leaf(&self, leaf: Leaf, found: &mut Found) {
        let written = match leaf {
            Leaf::Value { written, .. } => written,
            Leaf::Unknown { cause } => {
                found.unbounded = Some(self.cause(cause));
                return;
            }
            Leaf::Absent { .. } => return,
        };
        match self.view.written(written) {
            Read::Known(items) => items.into_iter().for_each(|(_, item)| self.add_value(item, found)),
            Read::Unknown(cause) => found.unbounded = Some(self.cause(cause)),
            Read::Absent => {}
        }
    }

    fn add_value(&self, id: ValueId, found: &mut Found) {
        if let Read::Absent = self.view.exists(id) {
            return;
        }
        match self.key(id) {
            Some(key) if found.keys.contains(&key) => {}
            Some(key) => found.keys.push(key),
            None => found.possible.push(match self.view.text(id) {
                Read::Unknown(cause) => self.cause(cause),
                _ => Cause::Invalid,
            }),
        }
    }

    /// What the value is known by; `None` where it may be equal to any other.
    fn key(&self, id: ValueId) -> Option<Key> {
        if let Some(text) = self.view.text(id).known() {
            return Some(Key::Text(text.into_owned()));
        }
        let (id, kind) = self.view.deep(id);
        match kind {
            Kind::Reference { resource, attribute } => {
                let inventory = self.context.inventory;
                let is_id = inventory.names.text(attribute) == "Ref" || self.is_own(id);
                let custom = inventory.type_name(resource).starts_with("AWS::CloudFormation::");
                (is_id && !custom).then_some(Key::Resource(resource))
            }
            Kind::Concat(range) => {
                let (last, front) = self.view.values.items(range).split_last()?;
                let behind = self.view.text(*last).known()?.into_owned();
                let front: Option<String> = front.iter().map(|part| self.same_everywhere(*part)).collect();
                Some(Key::Behind(front?, behind))
            }
            Kind::Unknown(cause) => match self.view.values.cause(cause) {
                Cause::Environment { name } if name.starts_with("Fn::GetAZs[") => {
                    Some(Key::Behind("Fn::GetAZs".to_owned(), name.to_string()))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// A text for something that is the same wherever it is written alike: known texts and the environment.
    fn same_everywhere(&self, id: ValueId) -> Option<String> {
        match self.view.text(id) {
            Read::Known(text) => Some(text.into_owned()),
            Read::Unknown(cause) => match self.view.values.cause(cause) {
                Cause::Environment { name } => Some(format!("{OPAQUE}{name}{OPAQUE}")),
                _ => None,
            },
            Read::Absent => None,
        }
    }
}

impl Found {
    fn range(self) -> Range {
        let different = self.keys.iter().filter(|key| !matches!(key, Key::Behind(..))).count();
        let front = |key: &Key| match key {
            Key::Behind(front, _) => Some(front.clone()),
            _ => None,
        };
        let behind = self.keys.iter().filter_map(front);
        let behind = behind.map(|one| self.keys.iter().filter_map(front).filter(|other| *other == one).count()).max();
        let any = usize::from(!self.keys.is_empty());
        let most = self.keys.len() + self.possible.len();
        let most = self.unbounded.is_none().then_some(most);
        let mut causes = self.possible;
        causes.extend(self.unbounded);
        if causes.is_empty() {
            causes.push(Cause::NotInInput { what: "which of these values are equal".into() });
        }
        Range { least: different.max(behind.unwrap_or(0)).max(any), most, causes }
    }
}

/// Names for a message.
fn listed(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    let text = names.join(", ");
    if more > 0 { format!("{text} and {more} more") } else { text }
}
