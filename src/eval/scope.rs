//! The evaluation of clauses by Kleene logic.

use super::answer::{Answer, Blame, Truth};
use super::cursor::{Cursor, Leaf};
use super::focus::{Focus, element_step};
use super::trail::Trail;
use super::{Context, looks_for_secrets};
use crate::rule::{Absent, Clause, Fallback, Operand, Operator, Path, Quantifier, Rule, Subject};
use crate::source::Symbol;
use crate::value::{Cause, Kind, Place, ResourceId, View};

/// One rule on one resource in one world.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) rule: &'a Rule,
    pub(super) selected: ResourceId,
    pub(super) view: View<'a>,
    /// Whether a pass by AWS's default is none.
    pub(super) strict: bool,
    /// Which conjuncts of the rule are looked at.
    pub(super) focus: Focus,
}

/// Which truth needs its reasons: the one that would make the assert fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Nothing,
    True,
    False,
}

impl Wanted {
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Nothing => Self::Nothing,
            Self::True => Self::False,
            Self::False => Self::True,
        }
    }

    pub(super) fn wants(self, truth: bool) -> bool {
        self == if truth { Self::True } else { Self::False }
    }
}

impl<'a> Scope<'a> {
    /// A key of a rule's path as a symbol of the inventory.
    pub(super) fn symbol(&self, key: Symbol) -> Symbol {
        self.context.symbols.get(key.0 as usize).copied().unwrap_or(Symbol::NONE)
    }

    pub(super) fn key_text(&self, key: Symbol) -> &'a str {
        self.context.rules.names.text(key)
    }

    /// The texts of an operand.
    pub(super) fn texts<'o>(&'o self, operand: &'o Operand) -> Vec<&'o str> {
        self.rule.operand(operand).list().iter().filter_map(|text| text.text()).collect()
    }

    /// The cursor at the properties of a resource.
    pub(super) fn at_resource(&self, id: ResourceId) -> Cursor {
        let resource = self.context.inventory.resource(id);
        Cursor {
            resource: id,
            value: resource.properties,
            head: Place { file: resource.place.file, span: resource.head_span },
            trail: Trail::properties(),
            key: None,
            element: None,
            partner_of: None,
        }
    }

    /// All clauses hold.
    pub(super) fn all(&self, clauses: &[Clause], cursor: &Cursor, wanted: Wanted) -> Answer {
        let mut answer = Answer::of(true);
        for (step, clause) in clauses.iter().enumerate() {
            let one = || self.clause(clause, cursor, wanted);
            answer = answer.and(match wanted {
                Wanted::False => self.conjunct(step as u64, true, one),
                Wanted::True if clauses.len() > 1 => self.whole(one),
                _ => one(),
            });
        }
        if wanted == Wanted::True && clauses.len() > 1 && answer.holds() {
            // Beside a secret, what gives it away is no fault of its own.
            if answer.blames.iter().any(|blame| !blame.secrets.is_empty()) {
                answer.blames.retain(|blame| !blame.secrets.is_empty());
            } else {
                // What all of them together make wrong, a change of one of them mends.
                answer.blames.truncate(1);
            }
        }
        answer
    }

    /// One of the clauses holds.
    fn any(&self, clauses: &[Clause], cursor: &Cursor, wanted: Wanted) -> Answer {
        let mut answer = Answer::of(false);
        for (step, clause) in clauses.iter().enumerate() {
            let one = || self.clause(clause, cursor, wanted);
            answer = match wanted {
                Wanted::True => answer.or_each(self.conjunct(step as u64, false, one)),
                Wanted::False if clauses.len() > 1 => answer.or(self.whole(one)),
                _ => answer.or(one()),
            };
        }
        // What to change first is what the first alternative names.
        if answer.truth == Truth::False {
            answer.blames.truncate(1);
        }
        answer
    }

    pub(super) fn clause(&self, clause: &'a Clause, cursor: &Cursor, wanted: Wanted) -> Answer {
        match clause {
            Clause::All(clauses) => self.all(clauses, cursor, wanted),
            Clause::Any(clauses) => self.any(clauses, cursor, wanted),
            Clause::Not(inner) => self.clause(inner, cursor, wanted.negated()).negated(),
            Clause::Test { subject, operator, absent, ignore_case } => {
                self.test(subject, operator, absent.as_ref(), *ignore_case, cursor, wanted)
            }
            Clause::Quantified { quantifier, over, matches, absent } => {
                self.quantifier(*quantifier, over, matches, *absent, cursor, wanted)
            }
            Clause::On { related, quantifier, matches, missing } => {
                self.on(*related, *quantifier, matches, *missing, cursor, wanted)
            }
            Clause::Count { related, bound } => self.count(*related, bound, cursor, wanted),
            Clause::Distinct { related, matches, path, bound } => {
                self.distinct(*related, matches, path, bound, cursor, wanted)
            }
            Clause::Includes { related, path, wanted: list, missing } => {
                self.includes(*related, path, list, *missing, cursor, wanted)
            }
            Clause::Iam { within, question } => self.iam(within.as_ref(), question, cursor, wanted),
            Clause::Network(question) => self.network(question, cursor, wanted),
            Clause::Scp(question) => self.scp(question, cursor, wanted),
            Clause::Secret(question) => self.secret(question, cursor, wanted),
            Clause::CustomerKey { path, absent } => self.customer_key(path, *absent, cursor, wanted),
            Clause::InScope(inside) => self.in_scope(*inside, cursor, wanted),
            Clause::ByDefault(_) => self.fallback(Some(Absent::Pass), &cursor.trail, wanted),
            Clause::TagsPresent(tags) => self.tags_present(tags, cursor, wanted),
            Clause::TagValue { key, operator, absent, ignore_case } => {
                self.tag_value(key, operator, absent.unwrap_or(Absent::Fail), *ignore_case, cursor, wanted)
            }
        }
    }

    fn test(
        &self,
        subject: &Subject,
        operator: &Operator,
        absent: Option<&Fallback>,
        ignore_case: bool,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let leaves = match subject {
            Subject::Property(path) => self.leaves(cursor, path),
            Subject::Attribute(path) => {
                let resource = self.context.inventory.resource(cursor.resource);
                let at = Cursor {
                    value: resource.attributes,
                    head: Place { file: resource.place.file, span: resource.key_span },
                    trail: Trail::default(),
                    ..cursor.clone()
                };
                self.leaves(&at, path)
            }
            Subject::Key => return self.test_key(operator, ignore_case, cursor, wanted),
        };
        let mut answer = Answer::of(true);
        for leaf in leaves {
            answer = answer.and(self.test_leaf(leaf, operator, absent, ignore_case, cursor, wanted));
        }
        answer
    }

    pub(super) fn test_leaf(
        &self,
        leaf: Leaf,
        operator: &Operator,
        absent: Option<&Fallback>,
        ignore_case: bool,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        match leaf {
            Leaf::Value { written, trail, head } if self.is_no_date(written, operator) => {
                let answer = self.fallback(self.default(absent, operator, ignore_case), &trail, wanted);
                self.of_value(answer, written, head, &trail, cursor, wanted)
            }
            Leaf::Value { written, trail, head } => {
                let answer = match operator {
                    Operator::Exists(there) => self.exists(written, *there),
                    operator => self.compare(written, operator, ignore_case),
                };
                self.of_value(answer, written, head, &trail, cursor, wanted)
            }
            Leaf::Absent { head, trail } => {
                let absent = self.default(absent, operator, ignore_case);
                match operator {
                    Operator::Exists(there) => self.of_nothing(Answer::of(!there), head, &trail, cursor, wanted),
                    _ => self.of_nothing(self.fallback(absent, &trail, wanted), head, &trail, cursor, wanted),
                }
            }
            Leaf::Unknown { cause, .. } => Answer::unknown(vec![self.cause(cause)]),
        }
    }

    /// What holds where nothing is, for an operator: AWS's default may be a value of which it holds or not.
    fn default(&self, absent: Option<&Fallback>, operator: &Operator, ignore_case: bool) -> Option<Absent> {
        absent.map(|default| match default {
            Fallback::Holds(absent) => *absent,
            Fallback::Value(value) if self.compare_literal(self.rule.operand(value), operator, ignore_case) => {
                Absent::Pass
            }
            Fallback::Value(_) => Absent::Fail,
        })
    }

    /// The answer that a value gives, with the value as its reason.
    pub(super) fn of_value(
        &self,
        answer: Answer,
        written: crate::value::ValueId,
        head: Place,
        trail: &Trail,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        if answer.truth == Truth::Unknown || !wanted.wants(answer.holds()) {
            return answer;
        }
        let blame = Blame {
            place: Some(self.place_of(written, head)),
            owner: Some(cursor.resource),
            found: self.shown(written),
            path: trail.text(self),
            element: cursor.element,
            ..Blame::default()
        };
        answer.with(vec![blame])
    }

    /// The answer where nothing is, with the place where something would stand as its reason.
    pub(super) fn of_nothing(
        &self,
        answer: Answer,
        head: Place,
        trail: &Trail,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        if answer.truth == Truth::Unknown || !wanted.wants(answer.holds()) {
            return answer;
        }
        answer.with(vec![self.absent_blame(head, trail.text(self), cursor)])
    }

    /// What holds where nothing is.
    pub(super) fn fallback(&self, absent: Option<Absent>, trail: &Trail, wanted: Wanted) -> Answer {
        match absent {
            Some(Absent::Pass) if self.strict && wanted == Wanted::False => Answer::of(false),
            Some(Absent::Pass) => Answer::by_default(),
            Some(Absent::Harmless) => Answer::of(true),
            Some(Absent::Fail) => Answer::of(false),
            Some(Absent::Unknown) | None => {
                Answer::unknown(vec![Cause::NotInInput { what: format!("`{}`", trail.text(self)).into() }])
            }
        }
    }

    pub(super) fn absent_blame(&self, head: Place, path: String, cursor: &Cursor) -> Blame {
        Blame {
            place: Some(head),
            owner: Some(cursor.resource),
            path,
            element: cursor.element,
            absent: true,
            ..Blame::default()
        }
    }

    /// A value whose content is not known is there all the same, unless nobody knows what stands in its place.
    fn exists(&self, written: crate::value::ValueId, there: bool) -> Answer {
        match self.view.head(written).1 {
            Kind::Unknown(id) => match self.view.values.cause(id) {
                cause @ (Cause::Undecided
                | Cause::Macro { .. }
                | Cause::RemoteNestedStack
                | Cause::Invalid
                | Cause::Limit
                | Cause::AccessDenied { .. }
                | Cause::Throttled { .. }
                | Cause::Unreachable { .. }
                | Cause::Unsupported { .. }
                | Cause::CallFailed { .. }
                | Cause::Deadline { .. }
                | Cause::NotCollected
                | Cause::NotInInput { .. }) => Answer::unknown(vec![cause.clone()]),
                _ => Answer::of(there),
            },
            _ => Answer::of(there),
        }
    }

    fn test_key(&self, operator: &Operator, ignore_case: bool, cursor: &Cursor, wanted: Wanted) -> Answer {
        let inventory = self.context.inventory;
        // Beside the keys of a map, declarations of a template have a name.
        let name = match cursor.key {
            Some(key) => inventory.names.text(key),
            None => &inventory.resource(cursor.resource).logical_id,
        };
        let answer = Answer::of(self.compare_text(name, operator, ignore_case));
        if !wanted.wants(answer.holds()) {
            return answer;
        }
        let mut blame = self.absent_blame(cursor.head, cursor.trail.text(self), cursor);
        (blame.found, blame.absent) = (Some(name.to_owned()), false);
        answer.with(vec![blame])
    }

    fn quantifier(
        &self,
        quantifier: Quantifier,
        over: &Path,
        matches: &[Clause],
        absent: Option<Absent>,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let (slots, rest) = self.quantified(cursor, over);
        // Each element decides by itself that it fails.
        let neutral = quantifier != Quantifier::Some;
        let apart = wanted == if neutral { Wanted::False } else { Wanted::True };
        // Of the secrets in an element is asked where they stand: nothing else in it is to be hidden.
        let secrets = apart && quantifier != Quantifier::Each && matches.iter().any(looks_for_secrets);
        let inner = match quantifier {
            Quantifier::Each if wanted == Wanted::False => Wanted::False,
            Quantifier::Some | Quantifier::None if secrets => Wanted::True,
            _ => Wanted::Nothing,
        };
        let mut answer = Answer::of(quantifier != Quantifier::Some);
        let mut head = None;
        for leaf in rest {
            match leaf {
                Leaf::Unknown { cause, .. } => {
                    let open = Answer::unknown(vec![self.cause(cause)]);
                    answer = if quantifier == Quantifier::Some { answer.or(open) } else { answer.and(open) };
                }
                Leaf::Absent { head: place, trail } => {
                    head = Some((place, trail.clone()));
                    if absent.is_none() {
                        continue;
                    }
                    let decided = self.fallback(absent, &trail, wanted);
                    let decided = self.of_nothing(decided, place, &trail, cursor, wanted);
                    answer = if quantifier == Quantifier::Some { answer.or(decided) } else { answer.and(decided) };
                }
                Leaf::Value { .. } => {}
            }
        }
        let mut first = None;
        for slot in &slots {
            let mut one = || {
                let element = match self.element(slot) {
                    Ok(Some(element)) => element,
                    Ok(None) => return Answer::of(neutral),
                    Err(cause) => return Answer::unknown(vec![self.cause(cause)]),
                };
                let mut one = self.all(matches, &element, inner);
                if quantifier == Quantifier::None {
                    one = one.negated();
                }
                let decides = one.truth != Truth::Unknown && wanted.wants(one.holds());
                if decides && (secrets || one.blames.is_empty()) {
                    let found = std::mem::replace(&mut one.blames, vec![self.element_blame(&element)]);
                    one.blames[0].of_secrets(found);
                }
                first = first.take().or(Some(element));
                one
            };
            let one = if apart { self.conjunct(element_step(slot.list, slot.index), neutral, one) } else { one() };
            answer = match (neutral, apart) {
                (true, _) => answer.and(one),
                (false, true) => answer.or_each(one),
                (false, false) => answer.or(one),
            };
        }
        if quantifier == Quantifier::Some && answer.truth == Truth::False && wanted == Wanted::False {
            let blame = match (head, &first) {
                (Some((place, trail)), _) => self.absent_blame(place, trail.text(self), cursor),
                (None, Some(element)) => self.element_blame(element),
                (None, None) => {
                    self.absent_blame(cursor.head, format!("{}.{}", cursor.trail.text(self), over.text), cursor)
                }
            };
            answer.blames = vec![blame];
        }
        answer
    }

    fn element_blame(&self, element: &Cursor) -> Blame {
        let place = if element.key.is_some() { self.place_of(element.value, element.head) } else { element.head };
        Blame {
            place: Some(place),
            owner: Some(element.resource),
            path: element.trail.text(self),
            found: self.shown(element.value),
            element: element.element,
            ..Blame::default()
        }
    }

    /// The value for people; `None` for lists, maps and what is not known.
    pub(super) fn shown(&self, id: crate::value::ValueId) -> Option<String> {
        self.view.text(id).known().map(std::borrow::Cow::into_owned)
    }
}
