//! Partners: the resources that a relation leads to, in this world.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::answer::{Answer, Blame, Truth};
use super::cursor::{Cursor, Leaf};
use super::scope::{Scope, Wanted};
use crate::facts::derived::Derived;
use crate::inventory::Relations;
use crate::rule::{Absent, Clause, Path, Quantifier, Segment, Via};
use crate::value::{Cause, Kind, Read, ResourceId, ValueId};

/// The relations that rules have asked for, shared by rules that ask for the same.
#[derive(Default)]
pub(super) struct RelationTable {
    known: Mutex<FxHashMap<String, Arc<Relations>>>,
}

/// A resource that a relation leads to.
#[derive(Clone)]
pub(super) struct Partner {
    pub(super) id: ResourceId,
    /// What stands for its properties, where it is a part of another resource.
    pub(super) value: Option<ValueId>,
    /// Where the judged side refers to it; `None` when the partner is the one that refers.
    pub(super) reference: Option<Blame>,
}

/// The partners of a resource.
#[derive(Default)]
pub(super) struct Partners {
    /// Those that are there.
    pub(super) sure: Vec<Partner>,
    /// Those of which nobody can tell whether they are partners, and why.
    pub(super) possible: Vec<(Option<ResourceId>, Cause)>,
    /// Why one that is there is not in sight.
    pub(super) hidden: Vec<Cause>,
    /// Those that are named and are not in the input: `missing` speaks of them.
    pub(super) elsewhere: Vec<Cause>,
}

/// Where a chain of relations starts besides the selected resource: at a partner over the relation.
type At = Option<(usize, ResourceId)>;

impl Partner {
    fn of(id: ResourceId) -> Self {
        Self { id, value: None, reference: None }
    }

    /// A number that tells partners apart, the same in every world.
    fn step(&self) -> u64 {
        u64::from(self.id.0) | self.value.map_or(0, |value| u64::from(value.0) << 32)
    }
}

impl Partners {
    pub(super) fn is_empty(&self) -> bool {
        self.sure.is_empty() && self.possible.is_empty() && self.hidden.is_empty()
    }

    /// Whether each of them is one or none by itself, and nothing holds because there is no partner at all.
    fn are_separate(&self, missing: Absent) -> bool {
        self.hidden.is_empty()
            && self.possible.iter().all(|(id, _)| id.is_some())
            && (!self.sure.is_empty() || matches!(missing, Absent::Pass | Absent::Harmless))
    }
}

/// What is asked of the partners of a relation.
struct Question<'q> {
    related: usize,
    quantifier: Quantifier,
    matches: &'q [Clause],
    missing: Absent,
    wanted: Wanted,
}

impl Scope<'_> {
    fn relations(&self, types: &[Box<str>], via: &Path) -> Arc<Relations> {
        let key = format!("{} {}", types.join(","), via.text);
        let mut known = self.context.relations.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(relations) = known.get(&key) {
            return Arc::clone(relations);
        }
        let types: Vec<&str> = types.iter().map(AsRef::as_ref).collect();
        let keys: Vec<&str> = via
            .segments
            .iter()
            .filter_map(|segment| match segment {
                Segment::Key(key) => Some(self.key_text(*key)),
                Segment::Elements | Segment::Values => None,
            })
            .collect();
        let relations = Arc::new(Relations::over(self.context.inventory, &types, &keys));
        known.insert(key, Arc::clone(&relations));
        relations
    }

    /// The partners of the selected resource over a relation of the rule, or of the partner that it stands `at`; of those that refer
    /// to it, `only` this one.
    fn partners(&self, related: usize, at: At, only: Option<ResourceId>) -> Partners {
        let relation = &self.rule.related[related];
        let starts = match (relation.from, at) {
            (None, _) => Partners { sure: vec![Partner::of(self.selected)], ..Partners::default() },
            (Some(from), Some((relation, id))) if from == relation => {
                Partners { sure: vec![Partner::of(id)], ..Partners::default() }
            }
            (Some(from), _) => self.partners(from, at, None),
        };
        let mut found = Partners { possible: starts.possible, ..Partners::default() };
        found.possible.extend(starts.hidden.into_iter().map(|cause| (None, cause)));
        found.elsewhere = starts.elsewhere;
        for start in starts.sure {
            let before = found.possible.len();
            match &relation.via {
                Via::Partner(path) => self.referring(start.id, &relation.types, path, only, &mut found),
                Via::Selected(path) => self.referred(start.id, &relation.types, path, &mut found),
                Via::Derived(kind) => self.derived(start.id, *kind, &relation.types, &mut found),
            }
            if relation.ignores_unseen {
                let new = found.possible.split_off(before);
                found.possible.extend(new.into_iter().filter(|(partner, _)| partner.is_some()));
            }
        }
        if !relation.same.is_empty() {
            self.keep_same(&relation.same, &mut found);
        }
        self.filter(&relation.conditions, found)
    }

    /// Keeps the partners, other than the selected resource, of which these properties are the same as its own.
    fn keep_same(&self, paths: &[Path], found: &mut Partners) {
        let mut possible = Vec::new();
        found.sure.retain(|partner| {
            let all = paths.iter().try_fold(partner.id != self.selected, |same, path| {
                if same { self.has_same(path, partner.id) } else { Ok(false) }
            });
            possible.extend(all.as_ref().err().map(|cause| (Some(partner.id), cause.clone())));
            all.unwrap_or_default()
        });
        found.possible.retain(|(partner, _)| {
            let differs = |id: ResourceId| paths.iter().any(|path| matches!(self.has_same(path, id), Ok(false)));
            partner.is_none_or(|id| id != self.selected && !differs(id))
        });
        found.possible.extend(possible);
    }

    /// Whether a property of the selected resource is the same scalar in another one; where neither has it, it is.
    fn has_same(&self, path: &Path, other: ResourceId) -> Result<bool, Cause> {
        let scalars = |id: ResourceId| {
            let leaves = self.leaves(&self.at_resource(id), path).into_iter().map(|leaf| match leaf {
                Leaf::Value { written, .. } => match self.view.text(written) {
                    Read::Known(text) => Ok(Some(text)),
                    Read::Absent => Ok(None),
                    Read::Unknown(cause) => Err(self.cause(cause)),
                },
                Leaf::Absent { .. } => Ok(None),
                Leaf::Unknown { cause, .. } => Err(self.cause(cause)),
            });
            leaves.collect::<Result<Vec<_>, Cause>>()
        };
        let (own, others) = (scalars(self.selected)?, scalars(other)?);
        Ok(own.len() == others.len()
            && own.iter().zip(&others).all(|pair| match pair {
                (Some(own), Some(other)) => {
                    own == other || own.parse::<f64>().is_ok_and(|own| other.parse() == Ok(own))
                }
                (own, other) => own.is_none() && other.is_none(),
            }))
    }

    /// Partners that a fact leads to.
    fn derived(&self, start: ResourceId, kind: Derived, types: &[Box<str>], found: &mut Partners) {
        let names: Vec<&str> = types.iter().map(AsRef::as_ref).collect();
        let more = self.context.facts.derived(&self.view, kind, &names, start);
        for (id, value) in more.sure {
            if found.sure.iter().all(|partner| (partner.id, partner.value) != (id, value)) {
                found.sure.push(Partner { id, value, reference: None });
            }
        }
        found.possible.extend(more.possible);
        found.hidden.extend(more.hidden);
        if kind == Derived::Neighbour {
            let cause = self.context.facts.unseen().anywhere(self.context.inventory, &names);
            found.possible.extend(cause.map(|cause| (None, cause.clone())));
        } else {
            self.unseen(Some(start), types, found);
        }
    }

    /// The cursor at the properties of a partner.
    fn at_partner(&self, partner: &Partner, related: usize) -> Cursor {
        let mut cursor = Cursor { partner_of: Some(related), ..self.at_resource(partner.id) };
        if let Some(value) = partner.value {
            let head = self.place_of(value, cursor.head);
            (cursor.value, cursor.head) = (value, head);
        }
        cursor
    }

    /// The partners over a relation, from where a clause stands.
    pub(super) fn partners_at(&self, related: usize, cursor: &Cursor) -> Partners {
        self.partners(related, Self::at(cursor), None)
    }

    /// The cursors at the partners that are there.
    pub(super) fn cursors(&self, partners: &Partners, related: usize) -> Vec<Cursor> {
        partners.sure.iter().map(|partner| self.at_partner(partner, related)).collect()
    }

    /// Where relations start inside of a `match`.
    fn at(cursor: &Cursor) -> At {
        cursor.partner_of.map(|related| (related, cursor.resource))
    }

    /// Partners whose property refers to `start`.
    fn referring(
        &self,
        start: ResourceId,
        types: &[Box<str>],
        path: &Path,
        only: Option<ResourceId>,
        found: &mut Partners,
    ) {
        let relations = self.relations(types, path);
        let asked = |partner: &&ResourceId| only.is_none_or(|only| only == **partner);
        for partner in relations.referrers(start).iter().filter(asked) {
            match self.edge(*partner, path, start) {
                Ok(true) => found.sure.push(Partner::of(*partner)),
                Ok(false) => {}
                Err(cause) => found.possible.push((Some(*partner), cause)),
            }
        }
        for partner in relations.open().iter().filter(asked) {
            let cause = match self.edge(*partner, path, start) {
                Err(cause) => cause,
                Ok(_) => continue,
            };
            found.possible.push((Some(*partner), cause));
        }
        self.unseen(Some(start), types, found);
    }

    /// Why there may be a partner that is not in sight.
    fn unseen(&self, start: Option<ResourceId>, types: &[Box<str>], found: &mut Partners) {
        let types: Vec<&str> = types.iter().map(AsRef::as_ref).collect();
        let (unseen, inventory) = (self.context.facts.unseen(), self.context.inventory);
        let cause = match start {
            Some(start) => unseen.referrer(inventory, start, &types),
            None => unseen.resource(inventory, &types),
        };
        found.possible.extend(cause.map(|cause| (None, cause.clone())));
    }

    /// Whether the partner is there and refers to the target in this world.
    fn edge(&self, partner: ResourceId, path: &Path, target: ResourceId) -> Result<bool, Cause> {
        match self.context.inventory.exists(&self.view, partner) {
            Some(true) => {}
            Some(false) => return Ok(false),
            None => return Err(Cause::Undecided),
        }
        let mut open = None;
        for leaf in self.leaves(&self.at_resource(partner), path) {
            match leaf {
                Leaf::Value { written, .. } => match self.view.list(written) {
                    Read::Known((items, more)) => {
                        open = open.or(more.map(|cause| self.cause(cause)));
                        for item in items {
                            match self.refers(item, target) {
                                Ok(true) => return Ok(true),
                                Ok(false) => {}
                                Err(cause) => open = Some(cause),
                            }
                        }
                    }
                    Read::Unknown(cause) => open = Some(self.cause(cause)),
                    Read::Absent => {}
                },
                Leaf::Unknown { cause, .. } => open = Some(self.cause(cause)),
                Leaf::Absent { .. } => {}
            }
        }
        open.map_or(Ok(false), Err)
    }

    /// Whether a scalar refers to the target; a literal name does, since the relation has matched it already.
    fn refers(&self, id: ValueId, target: ResourceId) -> Result<bool, Cause> {
        let mut references = Vec::new();
        self.view.references(id, &mut references);
        if !references.is_empty() {
            return Ok(references.iter().any(|(id, _)| *id == target));
        }
        match self.view.text(id) {
            Read::Known(_) => Ok(true),
            Read::Unknown(cause) => Err(self.cause(cause)),
            Read::Absent => Ok(false),
        }
    }

    /// Partners that a property of `start` refers to.
    fn referred(&self, start: ResourceId, types: &[Box<str>], path: &Path, found: &mut Partners) {
        let inventory = self.context.inventory;
        let is_partner = |id: ResourceId| types.iter().any(|name| **name == *inventory.type_name(id));
        let own = [Box::from(inventory.type_name(start))];
        for leaf in self.leaves(&self.at_resource(start), path) {
            match leaf {
                Leaf::Value { written, trail, head } => {
                    let (items, open) = match self.view.elements(written) {
                        Read::Known(list) => list,
                        Read::Unknown(cause) => {
                            found.possible.push((None, self.cause(cause)));
                            continue;
                        }
                        Read::Absent => continue,
                    };
                    found.possible.extend(open.map(|cause| (None, self.cause(cause))));
                    let mut by_reference = Vec::new();
                    items.iter().for_each(|(_, item)| self.view.references(*item, &mut by_reference));
                    let by_reference: Vec<ResourceId> = by_reference.into_iter().map(|(id, _)| id).collect();
                    let is_list = matches!(self.view.deep(written).1, Kind::List(_));
                    for (index, item) in items {
                        let way = if is_list { trail.index(index) } else { trail.clone() };
                        let reference = || Blame {
                            place: Some(self.place_of(item, head)),
                            owner: Some(start),
                            path: way.text(self),
                            ..Blame::default()
                        };
                        let mut references = Vec::new();
                        self.view.references(item, &mut references);
                        let mut any = false;
                        for (id, _) in references {
                            if is_partner(id) {
                                any = true;
                                self.push_existing(id, reference(), found);
                            }
                        }
                        if any || self.is_of_another_type(item) {
                            continue;
                        }
                        match self.view.text(item) {
                            Read::Known(name) => {
                                let relations = self.relations(&own, path);
                                let is_named = |id: &&ResourceId| is_partner(**id) && !by_reference.contains(*id);
                                let mut named = relations.targets(start).iter().filter(is_named).peekable();
                                if named.peek().is_none() {
                                    let what = format!("the resource `{name}`").into();
                                    found.elsewhere.push(Cause::NotInInput { what });
                                    self.unseen(None, types, found);
                                }
                                for id in named {
                                    self.push_existing(*id, reference(), found);
                                }
                            }
                            Read::Unknown(cause) => found.possible.push((None, self.cause(cause))),
                            Read::Absent => {}
                        }
                    }
                }
                Leaf::Unknown { cause, .. } => found.possible.push((None, self.cause(cause))),
                Leaf::Absent { .. } => {}
            }
        }
    }

    fn push_existing(&self, id: ResourceId, reference: Blame, found: &mut Partners) {
        match self.context.inventory.exists(&self.view, id) {
            Some(true) if found.sure.iter().all(|partner| partner.id != id) => {
                found.sure.push(Partner { id, value: None, reference: Some(reference) });
            }
            Some(_) => {}
            None => found.possible.push((Some(id), Cause::Undecided)),
        }
    }

    /// The partners that satisfy the relation's own conditions.
    fn filter(&self, conditions: &[Clause], partners: Partners) -> Partners {
        if conditions.is_empty() {
            return partners;
        }
        let mut kept = Partners { elsewhere: partners.elsewhere, ..Partners::default() };
        for partner in partners.sure {
            let id = partner.id;
            let at = Cursor { partner_of: None, ..self.at_partner(&partner, 0) };
            let answer = self.all(conditions, &at, Wanted::Nothing);
            match answer.truth {
                Truth::True { .. } => kept.sure.push(partner),
                Truth::False => {}
                Truth::Unknown => {
                    let cause = answer.causes.into_iter().next().unwrap_or(Cause::Undecided);
                    kept.possible.push((Some(id), cause));
                }
            }
        }
        for (id, cause) in partners.possible {
            let ruled_out =
                id.is_some_and(|id| self.all(conditions, &self.at_resource(id), Wanted::Nothing).truth == Truth::False);
            if !ruled_out {
                kept.possible.push((id, cause));
            }
        }
        kept.possible.extend(partners.hidden.into_iter().map(|cause| (None, cause)));
        kept
    }

    /// So many partners match.
    pub(super) fn on(
        &self,
        related: usize,
        quantifier: Quantifier,
        matches: &[Clause],
        missing: Absent,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let neutral = quantifier != Quantifier::Some;
        // Each partner decides by itself that it fails.
        let apart = wanted == if neutral { Wanted::False } else { Wanted::True };
        let at = Self::at(cursor);
        let (partners, needed) = self.view.world.needs(|| self.partners(related, at, None));
        if let Some((variable, trigger)) = needed
            && !(apart && partners.are_separate(missing))
        {
            self.view.world.need(variable, trigger);
        }
        if partners.is_empty() {
            return self.missing(missing, related, cursor, wanted);
        }
        let question = Question { related, quantifier, matches, missing, wanted };
        let combine = |a: Answer, b: Answer| match (neutral, apart) {
            (true, _) => a.and(b),
            (false, true) => a.or_each(b),
            (false, false) => a.or(b),
        };
        let mut answer = Answer::of(neutral);
        for partner in &partners.sure {
            let one = || self.on_partner(&question, partner);
            let one = if apart { self.conjunct(partner.step(), neutral, one) } else { self.whole(one) };
            answer = combine(answer, one);
        }
        let alone = partners.sure.is_empty() && partners.hidden.is_empty();
        for cause in partners.hidden {
            // That there is one is all that is asked of it.
            let one = match matches.is_empty() {
                true => Answer::of(quantifier != Quantifier::None),
                false => Answer::unknown(vec![cause]),
            };
            answer = combine(answer, one);
        }
        for (id, cause) in partners.possible {
            let one = match id {
                Some(id) if apart => self.conjunct(u64::from(id.0), neutral, || {
                    let found = self.partners(related, at, Some(id));
                    match found.sure.iter().find(|partner| partner.id == id) {
                        Some(partner) => self.on_partner(&question, partner),
                        None if found.possible.is_empty() => Answer::of(neutral),
                        None => self.on_possible(&question, Some(id), cause, alone),
                    }
                }),
                id => self.on_possible(&question, id, cause, alone),
            };
            answer = combine(answer, one);
        }
        if answer.truth == Truth::False && wanted == Wanted::False && quantifier == Quantifier::Some {
            answer.blames.truncate(1);
        }
        answer
    }

    /// What a partner says. What refers is what would be changed: the partner, or the judged resource where it names
    /// the partner.
    fn on_partner(&self, question: &Question<'_>, partner: &Partner) -> Answer {
        let none = question.quantifier == Quantifier::None;
        let inner = if none { question.wanted.negated() } else { question.wanted };
        let at = self.at_partner(partner, question.related);
        let mut answer = self.all(question.matches, &at, inner);
        if answer.truth != Truth::Unknown && inner.wants(answer.holds()) && answer.blames.is_empty() {
            answer.blames = vec![self.absent_blame(at.head, at.trail.text(self), &at)];
        }
        if let (Some(reference), Some(first)) = (&partner.reference, answer.blames.first()) {
            let bindings = first.bindings.clone();
            answer.blames = vec![Blame { bindings, ..reference.clone() }];
        }
        for blame in &mut answer.blames {
            blame.partner = Some(partner.id);
        }
        if none { answer.negated() } else { answer }
    }

    /// What a partner says that may be none: it changes the answer only if it would decide it.
    fn on_possible(&self, question: &Question<'_>, id: Option<ResourceId>, cause: Cause, alone: bool) -> Answer {
        let neutral = question.quantifier != Quantifier::Some;
        let harmless = id.is_some_and(|id| {
            let partner = Partner::of(id);
            let (answer, needed) = self.view.world.needs(|| self.whole(|| self.on_partner(question, &partner)));
            let harmless = answer.truth != Truth::Unknown && answer.holds() == neutral;
            if let (false, Some((variable, trigger))) = (harmless, needed) {
                self.view.world.need(variable, trigger);
            }
            harmless
        });
        if !harmless || alone && question.missing == Absent::Fail {
            Answer::unknown(vec![cause])
        } else {
            Answer::of(neutral)
        }
    }

    pub(super) fn missing(&self, missing: Absent, related: usize, cursor: &Cursor, wanted: Wanted) -> Answer {
        let answer = match missing {
            Absent::Fail => Answer::of(false),
            Absent::Pass | Absent::Harmless => Answer::of(true),
            Absent::Unknown => {
                let relation = &self.rule.related[related];
                let what = format!("the {} of the resource", relation.name);
                return Answer::unknown(vec![Cause::NotInInput { what: what.into() }]);
            }
        };
        if !wanted.wants(answer.holds()) {
            return answer;
        }
        let blame = Blame {
            place: Some(cursor.head),
            owner: Some(cursor.resource),
            path: cursor.trail.text(self),
            element: cursor.element,
            ..Blame::default()
        };
        answer.with(vec![blame])
    }
}
