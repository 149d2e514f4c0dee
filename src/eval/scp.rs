//! Questions about the policies of organisations. What they guarantee is `crate::iam::organization`'s matter.

use std::sync::Arc;

use super::answer::{Answer, Blame};
use super::cursor::Cursor;
use super::scope::{Scope, Wanted};
use crate::facts::naming::reference_text;
use crate::facts::organization::POLICY;
use crate::iam::Statement;
use crate::iam::document::{PolicyKind, Reader, Setting};
use crate::iam::organization::{
    ControlKind, Hole, HoleKind, NodeId, Options, Organization, RegionLock, Verdict, Witness, limit,
};
use crate::rule::{Operand, ScpQuestion};
use crate::value::{Cause, Kind, Place, Read, ValueId};

/// How many things a message lists.
const LISTED: usize = 5;

impl Scope<'_> {
    pub(super) fn scp(&self, question: &ScpQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        self.undecided_is_open(wanted, || {
            let mut answer = match self.context.inventory.type_name(cursor.resource) == POLICY {
                true => self.of_policy(question, cursor),
                false => self.of_account(question, cursor),
            };
            if !wanted.wants(answer.holds()) {
                answer.blames.clear();
            }
            answer
        })
    }

    fn words_of<'o>(&'o self, operand: &'o Operand) -> Vec<&'o str> {
        self.rule.operand(operand).list().iter().filter_map(|item| item.text()).collect()
    }

    fn options(&self, break_glass: Option<&Operand>, context: &[(Box<str>, Box<str>)]) -> Options {
        let break_glass = break_glass.map(|operand| self.words_of(operand)).unwrap_or_default();
        Options { break_glass: break_glass.into_iter().map(Into::into).collect(), context: context.to_vec() }
    }

    /// The answer of a verdict; `blame` is made where it is violated.
    fn verdict(&self, verdict: Verdict, causes: &[Cause], blame: impl FnOnce() -> Vec<Blame>) -> Answer {
        match verdict {
            Verdict::Proved => Answer::of(true),
            Verdict::Violated => Answer::of(false).with(blame()),
            Verdict::Unknown if causes.is_empty() => Answer::unknown(vec![Cause::Limit]),
            Verdict::Unknown => Answer::unknown(causes.to_vec()),
        }
    }

    /// A question to an account, or to an organisation for an account at its root.
    fn of_account(&self, question: &ScpQuestion, cursor: &Cursor) -> Answer {
        let organization = self.context.facts.organization(&self.view);
        let node = organization.nodes.iter().position(|node| node.resource == Some(cursor.resource));
        let Some(at) = node.map(NodeId) else { return Answer::unknown(vec![Cause::Undecided]) };
        let facts = &self.context.facts;
        let known = !self.context.inventory.of_type("AWS::Organizations::Organization").is_empty()
            || organization.policies.iter().any(|policy| policy.kind == ControlKind::Service);
        if !known {
            let what = "the service control policies of the organisation".into();
            return Answer::unknown(vec![Cause::NotInInput { what }]);
        }
        let here = |reason: String, witness: Option<&Witness>| {
            let mut blame = self.absent_blame(cursor.head, cursor.trail.text(self), cursor);
            blame.bindings = vec![("reason", reason), ("witness", witness.map(request).unwrap_or_default())];
            vec![blame]
        };
        match question {
            ScpQuestion::DeniesByRegion => {
                let chain = organization.chain(at);
                let policies = chain.levels.iter().flat_map(|level| &level.policies).chain(&chain.maybe);
                let locks = |index: &&usize| denies_by_region(&organization, **index);
                match policies.clone().find(locks) {
                    Some(index) if !chain.maybe.contains(index) => Answer::of(true),
                    Some(index) => Answer::unknown(organization.policies[*index].open.clone()),
                    None if !chain.open.is_empty() => Answer::unknown(chain.open),
                    None => match policies.clone().find_map(|index| open(&organization, *index)) {
                        Some(causes) => Answer::unknown(causes),
                        None => {
                            Answer::of(false).with(here("no service control policy denies by the region".into(), None))
                        }
                    },
                }
            }
            ScpQuestion::LocksRegions { regions, break_glass } => {
                let options = self.options(break_glass.as_ref(), &[]);
                let lock = facts.region_lock(&organization, at, &self.words_of(regions), &options);
                self.verdict(lock.verdict, &lock.causes, || here(lock_reason(&lock), lock_witness(&lock)))
            }
            ScpQuestion::ProtectsRoot => {
                let root = facts.root_user(&organization, at, &Options::default());
                self.verdict(root.verdict, &root.causes, || {
                    here(format!("the root user can use {} actions", root.open), root.witness.as_ref())
                })
            }
            ScpQuestion::Protects { actions, break_glass, context } => {
                let options = self.options(break_glass.as_ref(), context);
                let found = facts.protection(&organization, at, &self.words_of(actions), &options);
                self.verdict(found.verdict, &found.causes, || {
                    let names: Vec<&str> = found.open.iter().map(|open| &*open.action).collect();
                    let everyone = found.open.iter().any(|open| open.patterns.is_empty());
                    let who = if everyone { "anyone" } else { "some principals" };
                    let witness = found.open.first().map(|open| &open.witness);
                    here(format!("{who} can use {}", some(&names)), witness)
                })
            }
            _ => Answer::unknown(vec![Cause::Invalid]),
        }
    }

    /// A question to one policy, wherever it is attached.
    fn of_policy(&self, question: &ScpQuestion, cursor: &Cursor) -> Answer {
        let inventory = self.context.inventory;
        let content = inventory.property(&self.view, cursor.resource, &["Content"]);
        match question {
            ScpQuestion::Attached { everywhere } => return self.attached(*everywhere, cursor),
            ScpQuestion::Valid => return self.valid(content, cursor),
            ScpQuestion::EnforcesTags(keys) => return self.enforces_tags(&self.words_of(keys), content, cursor),
            ScpQuestion::OptsOutOfAi => return self.opts_out(content, cursor),
            _ => {}
        }
        let organization = self.context.facts.policy_alone(&self.view, cursor.resource);
        if let [cause, ..] = organization.open.as_slice() {
            return Answer::unknown(vec![cause.clone()]);
        }
        let lock = |regions: &Operand, break_glass: Option<&Operand>| {
            let options = self.options(break_glass, &[]);
            let alone = (cursor.resource, &organization);
            self.context.facts.region_lock_alone(&self.view, alone, &self.words_of(regions), &options)
        };
        match question {
            ScpQuestion::DeniesByRegion => match (organization.policies.is_empty(), open(&organization, 0)) {
                (false, _) if denies_by_region(&organization, 0) => Answer::of(true),
                (false, Some(causes)) => Answer::unknown(causes),
                _ => Answer::of(false).with(vec![self.at_content(content, cursor, String::new(), None)]),
            },
            ScpQuestion::LocksRegions { regions, break_glass } => {
                let lock = lock(regions, break_glass.as_ref());
                self.verdict(lock.verdict, &lock.causes, || {
                    let holes = lock.holes.iter().map(|hole| self.hole(&organization, hole, content, cursor));
                    let exempt = lock.exempt.iter().map(|exempt| {
                        let patterns: Vec<&str> = exempt.patterns.iter().map(String::as_str).collect();
                        let reason = format!("principals that match {} are left out", some(&patterns));
                        self.at_lock(&organization, &lock, content, cursor, (reason, Some(&exempt.witness)))
                    });
                    holes.chain(exempt).collect()
                })
            }
            ScpQuestion::KeepsGlobalServices { regions, services } => {
                let lock = lock(regions, None);
                let services = self.words_of(services);
                let broken: Vec<String> = lock
                    .broken
                    .iter()
                    .filter(|broken| services.contains(&broken.service))
                    .map(|broken| format!("{} ({})", broken.service, broken.region))
                    .collect();
                let broken: Vec<&str> = broken.iter().map(String::as_str).collect();
                match (broken.is_empty(), lock.unknown) {
                    (true, 0) => Answer::of(true),
                    (true, _) => Answer::unknown(lock.causes.clone()),
                    (false, _) => Answer::of(false).with(vec![self.at_lock(
                        &organization,
                        &lock,
                        content,
                        cursor,
                        (some(&broken), None),
                    )]),
                }
            }
            _ => Answer::unknown(vec![Cause::Invalid]),
        }
    }

    fn at_content(&self, content: ValueId, cursor: &Cursor, reason: String, witness: Option<&Witness>) -> Blame {
        Blame {
            place: Some(self.view.place(content)),
            owner: Some(cursor.resource),
            path: "Properties.Content".to_owned(),
            element: cursor.element,
            bindings: vec![("reason", reason), ("witness", witness.map(request).unwrap_or_default())],
            ..Blame::default()
        }
    }

    fn at_lock(
        &self,
        organization: &Organization,
        lock: &RegionLock,
        content: ValueId,
        cursor: &Cursor,
        (reason, witness): (String, Option<&Witness>),
    ) -> Blame {
        let mut blame = self.at_content(content, cursor, reason, witness);
        if let Some(statement) = lock.locks.first().and_then(|at| statement(organization, at.policy, at.statement)) {
            blame.place = Some(statement.place);
            blame.path = format!("Properties.Content.Statement[{}]", statement.index);
        }
        blame
    }

    fn hole(&self, organization: &Organization, hole: &Hole, content: ValueId, cursor: &Cursor) -> Blame {
        let mut blame = self.at_content(content, cursor, hole_reason(hole), Some(&hole.witness));
        let statement = hole.at.and_then(|at| statement(organization, at.policy, at.statement));
        if let Some(statement) = statement {
            let element = match hole.kind {
                HoleKind::Exempted(_) => ".NotAction",
                HoleKind::NotListed => ".Action",
                HoleKind::Region(_) => ".Condition",
                HoleKind::Condition | HoleKind::NoLock => "",
            };
            blame.path = format!("Properties.Content.Statement[{}]{element}", statement.index);
        }
        if let HoleKind::Exempted(text) = &hole.kind {
            blame.found = Some(text.clone());
        }
        blame.place = hole.place.or(blame.place);
        blame
    }

    fn attached(&self, everywhere: bool, cursor: &Cursor) -> Answer {
        let organization = self.context.facts.organization(&self.view);
        let inventory = self.context.inventory;
        let targets = inventory.property(&self.view, cursor.resource, &["TargetIds"]);
        if !everywhere {
            return match self.view.list(targets) {
                Read::Known((items, None)) if items.is_empty() => {
                    self.unattached(targets, cursor, "it is attached nowhere")
                }
                Read::Absent => self.unattached(targets, cursor, "it is attached nowhere"),
                Read::Known((items, cause)) if items.is_empty() => {
                    Answer::unknown(cause.map(|cause| self.cause(cause)).into_iter().collect())
                }
                Read::Known(_) => Answer::of(true),
                Read::Unknown(cause) => match self.cause(cause) {
                    // Something is attached, wherever that is.
                    Cause::ParameterWithoutDefault { .. } | Cause::SsmParameter { .. } | Cause::ImportValue { .. } => {
                        Answer::of(true)
                    }
                    cause => Answer::unknown(vec![cause]),
                },
            };
        }
        let own = organization.policies.iter().find(|policy| policy.resource == Some(cursor.resource));
        let Some(policy) = own else { return Answer::unknown(organization.open.clone()) };
        let root = |id: &NodeId| organization.node(*id).kind == crate::iam::organization::NodeKind::Root;
        if policy.targets.iter().any(root) {
            return Answer::of(true);
        }
        let (mut unknown, mut outside) = (policy.open.clone(), Vec::new());
        let mut accounts = 0;
        for account in organization.accounts() {
            accounts += 1;
            let below = policy.targets.iter().map(|target| organization.is_below(account, *target));
            let below: Vec<Option<bool>> = below.collect();
            if below.contains(&Some(true)) {
                continue;
            }
            match below.contains(&None) {
                true => unknown.extend(organization.path(account).1),
                false => outside.push(&*organization.node(account).name),
            }
        }
        match (unknown.is_empty(), outside.is_empty()) {
            (false, _) => Answer::unknown(unknown),
            (true, true) if accounts > 0 && !policy.targets.is_empty() => Answer::of(true),
            (true, true) if policy.targets.is_empty() => self.unattached(targets, cursor, "it is attached nowhere"),
            (true, true) => {
                let what = "the accounts that are not below its targets".into();
                Answer::unknown(vec![Cause::NotInInput { what }])
            }
            (true, false) => {
                let reason = format!("{} are not below its targets", some(&outside));
                self.unattached(targets, cursor, &reason)
            }
        }
    }

    fn unattached(&self, targets: ValueId, cursor: &Cursor, reason: &str) -> Answer {
        let mut blame = self.absent_blame(cursor.head, "Properties.TargetIds".to_owned(), cursor);
        if self.view.head(targets).1 != Kind::Absent {
            (blame.place, blame.absent) = (Some(self.view.place(targets)), false);
        }
        blame.bindings = vec![("reason", reason.to_owned()), ("witness", String::new())];
        Answer::of(false).with(vec![blame])
    }

    fn valid(&self, content: ValueId, cursor: &Cursor) -> Answer {
        let inventory = self.context.inventory;
        let kind = match self.view.text(inventory.property(&self.view, cursor.resource, &["Type"])) {
            Read::Known(kind) => kind,
            Read::Unknown(cause) => return Answer::unknown(vec![self.cause(cause)]),
            Read::Absent => return Answer::unknown(vec![Cause::Invalid]),
        };
        if let (Kind::Unknown(cause), _) = (self.view.deep(content).1, ()) {
            return Answer::unknown(vec![self.cause(cause)]);
        }
        let references = |resource, attribute| reference_text(inventory, &self.view, resource, attribute);
        let reader = Reader { view: self.view, names: &inventory.names, references: &references };
        let mut blames = Vec::new();
        let mut causes = Vec::new();
        if let Some(limit) = limit(&kind) {
            let size = reader.size(content);
            if size.characters > limit.characters {
                let reason = format!("it has {} characters, and AWS takes {}", size.characters, limit.characters);
                blames.push(self.at_content(content, cursor, reason, None));
            } else if size.is_least {
                causes.push(Cause::NotInInput { what: "the length of a part of the policy".into() });
            }
        }
        let of = match &*kind {
            "SERVICE_CONTROL_POLICY" => Some(PolicyKind::Scp),
            "RESOURCE_CONTROL_POLICY" => Some(PolicyKind::Rcp),
            _ => None,
        };
        if of.is_some() {
            let policy = reader.policy_in(content, Setting { kind: of, files: Some(&inventory.files) });
            for problem in &policy.problems {
                let mut blame = self.at_content(content, cursor, problem.message.clone(), None);
                blame.place = Some(problem.place);
                blames.push(blame);
            }
            let known = |cause: &&Cause| **cause != Cause::Invalid;
            let statements = policy.statements.iter().flat_map(|statement| &statement.causes);
            causes.extend(policy.open.iter().chain(statements).filter(known).cloned());
        }
        match (blames.is_empty(), causes.is_empty()) {
            (false, _) => Answer::of(false).with(blames),
            // The length of a reference seldom matters: only a policy near its limit could be too long by it.
            (true, false) => Answer::unknown(causes),
            (true, true) => Answer::of(true),
        }
    }

    /// A member of a document that may be written as a map.
    fn member_of(&self, at: ValueId, keys: &[&str]) -> ValueId {
        self.context.inventory.get(&self.view, at, keys)
    }

    /// "Tag policy syntax and examples", AWS Organizations User Guide.
    fn enforces_tags(&self, keys: &[&str], content: ValueId, cursor: &Cursor) -> Answer {
        let tags = self.member_of(content, &["tags"]);
        let entries = match self.view.entries(tags) {
            Read::Known(entries) => entries,
            Read::Unknown(cause) => return Answer::unknown(vec![self.cause(cause)]),
            Read::Absent => {
                // A document that is a text is not looked into.
                if matches!(self.view.deep(content).1, Kind::Text(_) | Kind::Concat(_)) {
                    return Answer::unknown(vec![Cause::NotInInput { what: "a tag policy that is not a text".into() }]);
                }
                let blame = self.at_content(content, cursor, "it has no tags".to_owned(), None);
                return Answer::of(false).with(vec![blame]);
            }
        };
        let (mut blames, mut causes) = (Vec::new(), Vec::new());
        for key in keys {
            let names = |entry: &&crate::value::Entry| {
                let assigned = self.view.text(self.member_of(entry.value, &["tag_key", "@@assign"]));
                match assigned {
                    Read::Known(text) => text == *key,
                    _ => self.context.inventory.names.text(entry.key).eq_ignore_ascii_case(key),
                }
            };
            let Some(entry) = entries.iter().find(names) else {
                blames.push(self.at_content(tags, cursor, format!("it does not name `{key}`"), None));
                continue;
            };
            for (part, what) in [("tag_value", "values"), ("enforced_for", "resource types for which it enforces")] {
                let place = Place { file: self.view.place(entry.value).file, span: entry.key_span };
                match self.view.exists(self.member_of(entry.value, &[part, "@@assign"])) {
                    Read::Known(()) => {}
                    Read::Unknown(cause) => causes.push(self.cause(cause)),
                    Read::Absent => {
                        let mut blame = self.at_content(tags, cursor, format!("it names no {what} `{key}`"), None);
                        blame.place = Some(place);
                        blames.push(blame);
                    }
                }
            }
        }
        match (blames.is_empty(), causes.is_empty()) {
            (false, _) => Answer::of(false).with(blames),
            (true, false) => Answer::unknown(causes),
            (true, true) => Answer::of(true),
        }
    }

    /// "AI services opt-out policy syntax and examples", AWS Organizations User Guide.
    fn opts_out(&self, content: ValueId, cursor: &Cursor) -> Answer {
        let value = self.member_of(content, &["services", "default", "opt_out_policy", "@@assign"]);
        match self.view.text(value) {
            Read::Known(text) if text.eq_ignore_ascii_case("optOut") => Answer::of(true),
            Read::Unknown(cause) => Answer::unknown(vec![self.cause(cause)]),
            Read::Absent if matches!(self.view.deep(content).1, Kind::Text(_) | Kind::Concat(_)) => {
                Answer::unknown(vec![Cause::NotInInput { what: "an opt-out policy that is not a text".into() }])
            }
            _ => {
                let reason = "it does not opt out by default".to_owned();
                Answer::of(false).with(vec![self.at_content(content, cursor, reason, None)])
            }
        }
    }
}

fn statement(organization: &Organization, policy: usize, statement: usize) -> Option<&Statement> {
    organization.policies.get(policy)?.document.statements.get(statement)
}

/// Whether a policy has a statement that denies by the region.
fn denies_by_region(organization: &Organization, policy: usize) -> bool {
    let Some(policy) = organization.policies.get(policy) else { return false };
    policy.document.statements.iter().any(|statement| {
        statement.effect == Some(crate::iam::Effect::Deny)
            && statement.conditions.iter().any(|condition| condition.key.eq_ignore_ascii_case("aws:RequestedRegion"))
    })
}

/// Why there may be more in a policy.
fn open(organization: &Organization, policy: usize) -> Option<Vec<Cause>> {
    let document = &organization.policies.get(policy)?.document;
    let parts = document
        .statements
        .iter()
        .filter(|statement| statement.effect.is_none() || !statement.conditions_open.is_empty());
    let causes: Vec<Cause> =
        document.open.iter().chain(parts.flat_map(|statement| &statement.causes)).cloned().collect();
    (!causes.is_empty()).then_some(causes)
}

fn some(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len() {
        count if count > LISTED => format!("{} and {} more", shown.join(", "), count - LISTED),
        _ => shown.join(", "),
    }
}

/// A request for people.
fn request(witness: &Witness) -> String {
    format!("`{}` in {} by {}", witness.action, witness.region, witness.principal)
}

fn lock_reason(lock: &Arc<RegionLock>) -> String {
    match (lock.open, lock.exempt.first()) {
        (0, Some(exempt)) => {
            let patterns: Vec<&str> = exempt.patterns.iter().map(String::as_str).collect();
            format!("principals that match {} are left out", some(&patterns))
        }
        (open, _) => format!("{open} of {} regional actions", lock.regional),
    }
}

fn lock_witness(lock: &Arc<RegionLock>) -> Option<&Witness> {
    lock.holes.first().map(|hole| &hole.witness).or(lock.exempt.first().map(|exempt| &exempt.witness))
}

fn hole_reason(hole: &Hole) -> String {
    let actions = match hole.actions() {
        0 => "actions that AWS adds later".to_owned(),
        1 => "1 action".to_owned(),
        count => format!("{count} actions"),
    };
    match &hole.kind {
        HoleKind::NoLock => "no statement denies by the region".to_owned(),
        HoleKind::Exempted(text) => format!("`{text}` is exempted: {actions}"),
        HoleKind::NotListed => {
            let services: Vec<&str> = hole.services.iter().map(|(name, _)| *name).collect();
            format!("{actions} are not in `Action`: {}", some(&services))
        }
        HoleKind::Region(region) => format!("{region} is let pass"),
        HoleKind::Condition => format!("a condition or resource lets {actions} pass"),
    }
}
