//! Where a clause stands, and what its path leads to from there.

use super::scope::Scope;
use super::trail::Trail;
use crate::rule::{Path, Segment};
use crate::source::Symbol;
use crate::value::{Cause, CauseId, Kind, Place, Read, ResourceId, ValueId};

/// Where a clause stands: a resource's properties, or an element of a list below them.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    /// The resource.
    pub(super) resource: ResourceId,
    /// The map that paths start at.
    pub(super) value: ValueId,
    /// Where to point when something below is not there.
    pub(super) head: Place,
    /// The way from the resource to here.
    pub(super) trail: Trail,
    /// The key of the map value that a quantifier stands at.
    pub(super) key: Option<Symbol>,
    /// The element of the innermost quantifier.
    pub(super) element: Option<ValueId>,
    /// The relation whose partner the resource is.
    pub(super) partner_of: Option<usize>,
}

/// An element that a quantifier goes over, as it is written.
#[derive(Debug)]
pub(super) struct Slot {
    /// Which of the lists that the path leads to.
    pub(super) list: usize,
    /// The position in the list.
    pub(super) index: usize,
    /// The cursor at what is written there.
    cursor: Cursor,
}

/// What a path leads to.
#[derive(Debug, Clone)]
pub(super) enum Leaf {
    /// A value: as it is written, where conditions lead, and its path.
    Value { written: ValueId, trail: Trail, head: Place },
    /// Nothing; the innermost thing that is there.
    Absent { head: Place, trail: Trail },
    /// Nobody can tell.
    Unknown { cause: CauseId },
}

/// The state of a walk: a value that is there, or nothing.
#[derive(Clone)]
struct At {
    value: ValueId,
    head: Place,
    trail: Trail,
}

impl Scope<'_> {
    /// Everything that the path leads to from the cursor: one leaf, or one for each element that it goes through.
    pub(super) fn leaves(&self, cursor: &Cursor, path: &Path) -> Vec<Leaf> {
        let mut leaves = Vec::with_capacity(1);
        let at = At { value: cursor.value, head: cursor.head, trail: cursor.trail.clone() };
        self.walk(at, &path.segments, &mut leaves);
        leaves
    }

    fn walk(&self, at: At, segments: &[Segment], leaves: &mut Vec<Leaf>) {
        let Some((segment, rest)) = segments.split_first() else {
            leaves.push(self.leaf(at));
            return;
        };
        match segment {
            Segment::Key(key) => {
                let symbol = self.symbol(*key);
                let trail = at.trail.key(*key);
                match self.view.member(at.value, symbol) {
                    Read::Known(entry) => {
                        let file = self.view.place(self.view.head(at.value).0).file;
                        let head = Place { file, span: entry.key_span };
                        self.walk(At { value: entry.value, head, trail }, rest, leaves);
                    }
                    Read::Absent => leaves.push(Leaf::Absent { head: at.head, trail: followed(trail, rest) }),
                    Read::Unknown(cause) => {
                        leaves.push(Leaf::Unknown { cause });
                    }
                }
            }
            Segment::Elements => {
                let mut elements = Vec::new();
                match self.elements(&at, &mut elements) {
                    Some(Leaf::Absent { .. }) => {
                        leaves.push(Leaf::Absent { head: at.head, trail: followed(at.trail.clone(), segments) });
                    }
                    Some(leaf) => leaves.push(leaf),
                    None if elements.is_empty() => {
                        leaves.push(Leaf::Absent { head: at.head, trail: at.trail.elements() });
                    }
                    None => {}
                }
                for element in elements {
                    self.walk(element, rest, leaves);
                }
            }
            Segment::Values => match self.view.entries(at.value) {
                Read::Known(entries) => {
                    let file = self.view.place(self.view.head(at.value).0).file;
                    for entry in entries {
                        let head = Place { file, span: entry.key_span };
                        let trail = at.trail.entry(entry.key);
                        self.walk(At { value: entry.value, head, trail }, rest, leaves);
                    }
                }
                Read::Absent => leaves.push(Leaf::Absent { head: at.head, trail: at.trail }),
                Read::Unknown(cause) => {
                    leaves.push(Leaf::Unknown { cause });
                }
            },
        }
    }

    fn leaf(&self, at: At) -> Leaf {
        match self.view.head(at.value).1 {
            Kind::Absent => Leaf::Absent { head: at.head, trail: at.trail },
            Kind::Unknown(CauseId::UNDECIDED) => Leaf::Unknown { cause: CauseId::UNDECIDED },
            _ => Leaf::Value { written: at.value, trail: at.trail, head: at.head },
        }
    }

    /// The elements of a list; a leaf besides when the list is not there or some of it is not known.
    fn elements(&self, at: &At, elements: &mut Vec<At>) -> Option<Leaf> {
        match self.view.elements(at.value) {
            Read::Known((items, open)) => {
                for (index, value) in items {
                    let place = self.place_of(value, self.view.place(at.value));
                    elements.push(At { value, head: place, trail: at.trail.index(index) });
                }
                open.map(|cause| Leaf::Unknown { cause })
            }
            Read::Absent => Some(Leaf::Absent { head: at.head, trail: at.trail.clone() }),
            Read::Unknown(cause) => Some(Leaf::Unknown { cause }),
        }
    }

    /// The elements of the lists, or values of the maps, that a quantifier goes over, and leaves for what is not there or
    /// not known. Whether an element is there is not read yet.
    pub(super) fn quantified(&self, cursor: &Cursor, over: &Path) -> (Vec<Slot>, Vec<Leaf>) {
        let (mut slots, mut rest) = (Vec::new(), Vec::new());
        for (list, leaf) in self.leaves(cursor, over).into_iter().enumerate() {
            let Leaf::Value { written, trail, head } = leaf else {
                rest.push(leaf);
                continue;
            };
            let make = |index, value, head, trail, key| Slot {
                list,
                index,
                cursor: Cursor { value, head, trail, key, element: Some(value), ..*cursor },
            };
            let container = self.view.deep(written);
            match container.1 {
                _ if over.segments.ends_with(&[Segment::Elements]) => slots.push(make(0, written, head, trail, None)),
                Kind::Map(range) => {
                    let file = self.view.place(container.0).file;
                    for (index, entry) in self.view.values.entries(range).iter().enumerate() {
                        let head = Place { file, span: entry.key_span };
                        slots.push(make(index, entry.value, head, trail.entry(entry.key), Some(entry.key)));
                    }
                }
                _ => match self.view.written(written) {
                    Read::Known(items) => {
                        let place = self.view.place(written);
                        slots.extend(items.into_iter().map(|(at, item)| make(at, item, place, trail.index(at), None)));
                    }
                    Read::Absent => rest.push(Leaf::Absent { head, trail }),
                    Read::Unknown(cause) => rest.push(Leaf::Unknown { cause }),
                },
            }
        }
        (slots, rest)
    }

    /// The element of a slot in this world; `Ok(None)` when there is none.
    pub(super) fn element(&self, slot: &Slot) -> Result<Option<Cursor>, CauseId> {
        let mut cursor = slot.cursor.clone();
        // Values of maps stay as they are written: their keys are there.
        if cursor.key.is_none() {
            match self.view.head(cursor.value) {
                (_, Kind::Absent) => return Ok(None),
                (_, Kind::Unknown(CauseId::UNDECIDED)) => return Err(CauseId::UNDECIDED),
                (value, _) => {
                    cursor.head = self.place_of(value, cursor.head);
                    (cursor.value, cursor.element) = (value, Some(value));
                }
            }
        }
        Ok(Some(cursor))
    }

    /// The place of a value in this world: where the condition leads if that is inside what is written there.
    pub(super) fn place_of(&self, written: ValueId, outer: Place) -> Place {
        let place = self.view.place(self.view.head(written).0);
        let own = self.view.place(written);
        let inside = |inner: Place, outer: Place| {
            inner.file == outer.file && outer.span.start <= inner.span.start && inner.span.end <= outer.span.end
        };
        if inside(place, own) {
            place
        } else if inside(own, outer) || own.file == outer.file {
            own
        } else {
            outer
        }
    }

    /// The causes of an unknown leaf.
    pub(super) fn cause(&self, id: CauseId) -> Cause {
        self.view.values.cause(id).clone()
    }
}

/// The trail of a path that could not be followed to its end.
fn followed(mut trail: Trail, rest: &[Segment]) -> Trail {
    for segment in rest {
        trail = match segment {
            Segment::Key(key) => trail.key(*key),
            Segment::Elements => trail.elements(),
            Segment::Values => trail.values(),
        };
    }
    trail
}
