//! Questions about networks.

use super::answer::{Answer, Blame, Truth};
use super::cursor::{Cursor, Leaf};
use super::focus::element_step;
use super::scope::{Scope, Wanted};
use crate::facts::cidr::Block;
use crate::facts::network::{Direction, Entry, GroupRule, GroupRules};
use crate::facts::openness::{Openness, Part, PortSet};
use crate::rule::{CidrQuestion, NetworkQuestion, Operand, Ports};
use crate::value::{Cause, Read, ResourceId};

impl Scope<'_> {
    pub(super) fn network(&self, question: &NetworkQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        match question {
            NetworkQuestion::IngressOpen(question) => self.open(question, Direction::Ingress, cursor, wanted),
            NetworkQuestion::EgressOpen(question) => self.open(question, Direction::Egress, cursor, wanted),
            NetworkQuestion::SubnetClass(asked) => {
                let (classes, causes) = self.context.facts.subnet_classes(&self.view, cursor.resource);
                let of = classes.iter().filter(|class| asked.contains(class)).count();
                let answer = match of {
                    0 => Answer::of(false),
                    all if all == classes.len() => Answer::of(true),
                    _ => return Answer::unknown(causes),
                };
                self.of_nothing(answer, cursor.head, &cursor.trail, cursor, wanted)
            }
            NetworkQuestion::IngressWider(question) => self.wider(question, cursor, wanted),
            NetworkQuestion::AclOpen(question) => self.acl_open(question, cursor, wanted),
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
        let ports = self.ports(&question.ports);
        let (ports, open) = (ports.as_ref().unwrap_or(&PortSet::All), ports.as_ref().err());
        let answer = self.open_at(question, ports, direction, cursor, wanted);
        match open {
            Some(causes) if answer.truth != Truth::False => Answer::unknown(causes.clone()),
            _ => answer,
        }
    }

    /// The rules of a security group, or a separate rule by itself.
    pub(super) fn rules_of(&self, resource: ResourceId, direction: Direction) -> GroupRules {
        let facts = &self.context.facts;
        if self.context.inventory.type_name(resource) == direction.rule_type() {
            return self.view.world.needs(|| facts.rule_alone(&self.view, resource)).0;
        }
        let list = self.context.inventory.property(&self.view, resource, &[direction.property()]);
        // Which entries there are must be decided; what they say is each entry's own matter.
        let _ = self.view.deep(list);
        self.view.world.needs(|| facts.group_rules(&self.view, resource, direction)).0
    }

    fn open_at(
        &self,
        question: &CidrQuestion,
        ports: &PortSet,
        direction: Direction,
        cursor: &Cursor,
        wanted: Wanted,
    ) -> Answer {
        let rules = self.rules_of(cursor.resource, direction);
        let blocks = self.blocks(&question.cidrs);
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
        let Some(openness) = Openness::new(&rules, &blocks, ports) else {
            return Answer::unknown(vec![Cause::Limit]);
        };
        let decided = rules.rules.iter().enumerate().map(|(at, rule)| (rule.entry, Some(rule), openness.part(at)));
        let undecided = rules.undecided.iter().enumerate();
        let undecided = undecided.map(|(at, (entry, _))| (*entry, None, openness.undecided_part(at)));
        self.by_entry(decided.chain(undecided), openness.more(), wanted)
    }

    /// The answer of the entries of a group, each of which is a fault by itself, and of what may stand beside them.
    pub(super) fn by_entry<'r>(
        &self,
        parts: impl Iterator<Item = (Entry, Option<&'r GroupRule>, Part)>,
        more: Vec<Cause>,
        wanted: Wanted,
    ) -> Answer {
        let blamed =
            |blame: Blame| Answer::of(true).with(if wanted == Wanted::True { vec![blame] } else { Vec::new() });
        let mut answer = if more.is_empty() { Answer::of(false) } else { Answer::unknown(more) };
        for (entry, rule, part) in parts {
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

    pub(super) fn blocks(&self, cidrs: &Operand) -> Vec<Block> {
        self.rule.operand(cidrs).list().iter().filter_map(|block| Block::parse(block.text()?)).collect()
    }

    /// The ports of a question; the causes for which they are not known.
    pub(super) fn ports(&self, ports: &Ports) -> Result<PortSet, Vec<Cause>> {
        let list = |operand: &Operand| {
            let literals = self.rule.operand(operand).list();
            literals.iter().filter_map(|port| port.number()).map(|port| port as u32).collect()
        };
        let (path, absent) = match ports {
            Ports::All => return Ok(PortSet::All),
            Ports::AnyOf(operand) => return Ok(PortSet::AnyOf(list(operand))),
            Ports::AllBut(operand) => return Ok(PortSet::AllBut(list(operand))),
            Ports::OfSelected { path, absent } => (path, absent),
        };
        let (mut found, mut causes) = (Vec::new(), Vec::new());
        for leaf in self.leaves(&self.at_resource(self.selected), path) {
            match leaf {
                Leaf::Value { written, .. } => match self.view.number(written) {
                    Read::Known(port) => found.extend(port.map(|port| port as u32)),
                    Read::Unknown(cause) => causes.push(self.cause(cause)),
                    Read::Absent => {}
                },
                Leaf::Unknown { cause } => causes.push(self.cause(cause)),
                Leaf::Absent { trail, .. } => match absent {
                    Some(operand) => found.extend(list(operand)),
                    None => causes.push(Cause::NotInInput { what: format!("`{}`", trail.text(self)).into() }),
                },
            }
        }
        if causes.is_empty() { Ok(PortSet::AnyOf(found)) } else { Err(causes) }
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
