//! Questions with the field's own semantics: policies, networks, tags.

use super::answer::{Answer, Blame, Truth};
use super::cursor::{Cursor, Leaf};
use super::focus::element_step;
use super::scope::{Scope, Wanted};
use crate::facts::cidr::Block;
use crate::facts::naming::{arn_text, reference_text};
use crate::facts::network::{Direction, Entry, GroupRule};
use crate::facts::openness::{Openness, Part, PortSet};
use crate::facts::tags;
use crate::iam::{self, Evidence, Policy, document};
use crate::rule::{CidrQuestion, IamQuestion, IamRequest, NetworkQuestion, Operand, Path, Ports};
use crate::value::{Cause, Kind, OPAQUE, Place, Read, ValueId};

/// The properties that hold policy documents, over all types.
const DOCUMENTS: [&str; 7] = [
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "KeyPolicy",
    "ResourcePolicy",
    "Policy",
    "RepositoryPolicyText",
    "AccessPolicies",
];

/// A policy document with its place in the resource.
struct Found {
    document: Policy,
    path: String,
}

impl Scope<'_> {
    pub(super) fn iam(&self, within: Option<&Path>, question: &IamQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        if let IamQuestion::ManagedPolicy(names) = question {
            return self.undecided_is_open(wanted, || self.managed_policy(names, cursor, wanted));
        }
        let (documents, open) = match within {
            Some(path) => self.documents_at(cursor, path),
            None => self.documents(cursor),
        };
        let mut answer = Answer::of(false);
        for found in documents {
            let evidence = match question {
                IamQuestion::Denies(request) => self.denies(&found.document, request),
                IamQuestion::GrantsAdministrator => iam::grants_administrator(&found.document),
                IamQuestion::GrantsServiceWildcard => iam::grants_service_wildcard(&found.document),
                IamQuestion::GrantsPublic(actions) => {
                    let actions: Vec<&str> =
                        self.rule.operand(actions).list().iter().filter_map(|action| action.text()).collect();
                    iam::grants_public(&found.document, &actions)
                }
                IamQuestion::ManagedPolicy(_) => Evidence::No,
            };
            // Every statement that says yes is a finding of its own.
            answer = answer.or_each(self.evidence(evidence, &found, cursor, wanted));
        }
        if !open.is_empty() {
            answer = answer.or_each(Answer::unknown(open));
        }
        if answer.truth == Truth::False && wanted == Wanted::False {
            answer.blames = vec![self.absent_blame(cursor.head, cursor.trail.text(self), cursor)];
        }
        answer
    }

    fn evidence(&self, evidence: Evidence, found: &Found, cursor: &Cursor, wanted: Wanted) -> Answer {
        match evidence {
            Evidence::No => Answer::of(false),
            Evidence::Unknown(causes) => Answer::unknown(causes),
            Evidence::Yes(statements) => {
                let answer = Answer::of(true);
                if wanted != Wanted::True {
                    return answer;
                }
                let blames = statements.into_iter().map(|index| {
                    let statement = &found.document.statements[index];
                    Blame {
                        place: Some(statement.place),
                        owner: Some(cursor.resource),
                        path: format!("{}.Statement[{}]", found.path, statement.index),
                        element: cursor.element,
                        bindings: vec![("statement", format!("statement {}", statement.index + 1))],
                        ..Blame::default()
                    }
                });
                answer.with(blames.collect())
            }
        }
    }

    fn denies(&self, document: &Policy, request: &IamRequest) -> Evidence {
        let arn = arn_text(self.context.inventory, &self.view, self.selected).unwrap_or_default();
        let resources = [request.resource.replace("{self.arn}", &arn)];
        iam::denies(
            document,
            &iam::Request {
                principal: &request.principal,
                action: &request.action,
                resources: &resources,
                context: &request.context,
            },
        )
    }

    fn documents_at(&self, cursor: &Cursor, path: &Path) -> (Vec<Found>, Vec<Cause>) {
        let (mut documents, mut open) = (Vec::new(), Vec::new());
        for leaf in self.leaves(cursor, path) {
            match leaf {
                Leaf::Value { written, trail, .. } => {
                    self.document(written, trail.text(self), &mut documents, &mut open)
                }
                Leaf::Unknown { cause, .. } => open.push(self.cause(cause)),
                Leaf::Absent { .. } => {}
            }
        }
        (documents, open)
    }

    /// Every policy document of the resource.
    fn documents(&self, cursor: &Cursor) -> (Vec<Found>, Vec<Cause>) {
        let inventory = self.context.inventory;
        let (mut documents, mut open) = (Vec::new(), Vec::new());
        for property in DOCUMENTS {
            let id = inventory.get(&self.view, cursor.value, &[property]);
            self.document(id, format!("{}.{property}", cursor.trail.text(self)), &mut documents, &mut open);
        }
        let inline = inventory.get(&self.view, cursor.value, &["Policies"]);
        match self.view.elements(inline) {
            Read::Known((items, more)) => {
                open.extend(more.map(|cause| self.cause(cause)));
                for (index, item) in items {
                    let id = inventory.get(&self.view, item, &["PolicyDocument"]);
                    let path = format!("{}.Policies[{index}].PolicyDocument", cursor.trail.text(self));
                    self.document(id, path, &mut documents, &mut open);
                }
            }
            Read::Unknown(cause) => open.push(self.cause(cause)),
            Read::Absent => {}
        }
        (documents, open)
    }

    fn document(&self, id: ValueId, path: String, documents: &mut Vec<Found>, open: &mut Vec<Cause>) {
        match self.view.head(id).1 {
            Kind::Absent => {}
            Kind::Unknown(cause) => open.push(self.cause(cause)),
            _ => {
                let inventory = self.context.inventory;
                let references = |resource, attribute| reference_text(inventory, &self.view, resource, attribute);
                let reader = document::Reader { view: self.view, names: &inventory.names, references: &references };
                let document = reader.policy(id);
                documents.push(Found { document, path });
            }
        }
    }

    fn managed_policy(&self, names: &Operand, cursor: &Cursor, wanted: Wanted) -> Answer {
        let inventory = self.context.inventory;
        let list = inventory.get(&self.view, cursor.value, &["ManagedPolicyArns"]);
        let (items, open) = match self.view.elements(list) {
            Read::Known(list) => list,
            Read::Unknown(cause) => return Answer::unknown(vec![self.cause(cause)]),
            Read::Absent => (Vec::new(), None),
        };
        let (mut blames, mut causes) = (Vec::new(), Vec::new());
        causes.extend(open.map(|cause| self.cause(cause)));
        for (index, item) in items {
            let Some(text) = self.view.symbolic(item) else { continue };
            let named = self.rule.operand(names).list().iter().filter_map(|name| name.text()).any(|name| {
                // The partition may be unknown; AWS's own policies are in the account `aws`.
                text.ends_with(&format!(":iam::aws:policy/{name}"))
            });
            if named {
                blames.push(Blame {
                    place: Some(self.place_of(item, self.view.place(list))),
                    owner: Some(cursor.resource),
                    path: format!("{}.ManagedPolicyArns[{index}]", cursor.trail.text(self)),
                    found: text.rsplit('/').next().map(str::to_owned),
                    ..Blame::default()
                });
            } else if let Read::Unknown(cause) = self.view.text(item)
                && text.contains(&format!("{OPAQUE}?{OPAQUE}"))
                && !text.contains(":policy/")
            {
                causes.push(self.cause(cause));
            }
        }
        match (blames.is_empty(), causes.is_empty()) {
            (false, _) => Answer::of(true).with(if wanted == Wanted::True { blames } else { Vec::new() }),
            (true, false) => Answer::unknown(causes),
            (true, true) => Answer::of(false),
        }
    }

    pub(super) fn network(&self, question: &NetworkQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        match question {
            NetworkQuestion::IngressOpen(question) => self.open(question, Direction::Ingress, cursor, wanted),
            NetworkQuestion::EgressOpen(question) => self.open(question, Direction::Egress, cursor, wanted),
            NetworkQuestion::SubnetInternetRouted => {
                match self.context.facts.internet_routed(&self.view, cursor.resource) {
                    Err(causes) => Answer::unknown(causes),
                    Ok(None) => Answer::of(false),
                    Ok(Some(route)) => {
                        let route = self.context.inventory.resource(route).logical_id.to_string();
                        let mut blame = self.absent_blame(cursor.head, cursor.trail.text(self), cursor);
                        blame.bindings = vec![("route", route)];
                        Answer::of(true).with(if wanted == Wanted::True { vec![blame] } else { Vec::new() })
                    }
                }
            }
        }
    }

    fn open(&self, question: &CidrQuestion, direction: Direction, cursor: &Cursor, wanted: Wanted) -> Answer {
        let group = cursor.resource;
        let list = self.context.inventory.property(&self.view, group, &[direction.property()]);
        // Which entries there are must be decided; what they say is each entry's own matter.
        let _ = self.view.deep(list);
        let (rules, _) = self.view.world.needs(|| self.context.facts.group_rules(&self.view, group, direction));
        let (blocks, ports) = self.blocks_and_ports(question);
        let blamed =
            |blame: Blame| Answer::of(true).with(if wanted == Wanted::True { vec![blame] } else { Vec::new() });
        if direction == Direction::Egress && rules.unset {
            // AWS adds a rule that allows everything out when none is written.
            let property = "Properties.SecurityGroupEgress".to_owned();
            let mut blame = self.absent_blame(cursor.head, property, cursor);
            blame.bindings = vec![
                ("element.cidr", "0.0.0.0/0".to_owned()),
                ("element.ports", "all ports".to_owned()),
                ("element.protocol", "every protocol".to_owned()),
            ];
            return blamed(blame);
        }
        let Some(openness) = Openness::new(&rules, &blocks, &ports) else {
            return Answer::unknown(vec![Cause::Limit]);
        };
        let decided = rules.rules.iter().enumerate().map(|(at, rule)| (rule.entry, Some(rule), openness.part(at)));
        let undecided = rules.undecided.iter().enumerate();
        let undecided = undecided.map(|(at, (entry, _))| (*entry, None, openness.undecided_part(at)));
        let mut answer = match openness.more() {
            more if more.is_empty() => Answer::of(false),
            more => Answer::unknown(more),
        };
        for (entry, rule, part) in decided.chain(undecided) {
            let one = || match part {
                Part::Opens => rule.map_or(Answer::of(true), |rule| blamed(group_rule_blame(rule))),
                Part::Harmless => Answer::of(false),
                Part::Depends(entries) => self.entries_open(&entries, vec![Cause::Undecided]),
                Part::Unknown(causes) => self.entries_open(&[entry], causes),
            };
            answer = match wanted {
                Wanted::True => {
                    let step = element_step(entry.resource.0 as usize, entry.index);
                    answer.or_each(self.conjunct(step, false, one))
                }
                _ => answer.or(one()),
            };
        }
        answer
    }

    /// An answer that is open because these entries are.
    fn entries_open(&self, entries: &[Entry], causes: Vec<Cause>) -> Answer {
        for entry in entries {
            self.context.facts.touch(&self.view, *entry);
        }
        Answer::unknown(causes)
    }

    fn blocks_and_ports(&self, question: &CidrQuestion) -> (Vec<Block>, PortSet) {
        let blocks =
            self.rule.operand(&question.cidrs).list().iter().filter_map(|block| Block::parse(block.text()?)).collect();
        let list = |operand: &Operand| {
            let literals = self.rule.operand(operand).list();
            literals.iter().filter_map(|port| port.number()).map(|port| port as u32).collect()
        };
        let ports = match &question.ports {
            Ports::All => PortSet::All,
            Ports::AnyOf(operand) => PortSet::AnyOf(list(operand)),
            Ports::AllBut(operand) => PortSet::AllBut(list(operand)),
        };
        (blocks, ports)
    }

    pub(super) fn tags_present(&self, wanted_tags: &Operand, cursor: &Cursor, wanted: Wanted) -> Answer {
        let names: Vec<&str> = self.rule.operand(wanted_tags).list().iter().filter_map(|tag| tag.text()).collect();
        match tags::missing(self.context.inventory, &self.view, cursor.resource, &names) {
            Err(causes) => Answer::unknown(causes),
            Ok(missing) if missing.is_empty() => Answer::of(true),
            Ok(missing) => {
                let tags = self.context.inventory.names.find("Tags");
                let (head, absent) = match self.view.member(cursor.value, tags) {
                    Read::Known(entry) => (Place { file: cursor.head.file, span: entry.key_span }, false),
                    _ => (cursor.head, true),
                };
                let mut blame = self.absent_blame(head, format!("{}.Tags", cursor.trail.text(self)), cursor);
                blame.absent = absent;
                let quoted: Vec<String> = missing.iter().map(|tag| format!("`{tag}`")).collect();
                blame.bindings = vec![("missing", quoted.join(", "))];
                Answer::of(false).with(if wanted == Wanted::False { vec![blame] } else { Vec::new() })
            }
        }
    }

    /// The answer of a question that does not see what the world leaves open: another case may be at fault.
    pub(super) fn undecided_is_open(&self, wanted: Wanted, work: impl FnOnce() -> Answer) -> Answer {
        let (answer, needed) = self.view.world.needs(work);
        let Some((variable, trigger)) = needed else { return answer };
        self.view.world.need(variable, trigger);
        if answer.truth == Truth::Unknown || wanted.wants(answer.holds()) {
            return answer;
        }
        Answer::unknown(vec![Cause::Undecided])
    }
}

fn group_rule_blame(rule: &GroupRule) -> Blame {
    Blame {
        place: Some(rule.place),
        owner: Some(rule.entry.resource),
        path: rule.path.clone(),
        found: rule.cidr.clone(),
        bindings: vec![
            ("element.cidr", rule.cidr.clone().unwrap_or_default()),
            ("element.ports", rule.ports()),
            ("element.protocol", rule.protocol.clone().unwrap_or_default()),
        ],
        ..Blame::default()
    }
}
