//! Questions about networks.

use super::answer::{Answer, Blame};
use super::cursor::Cursor;
use super::focus::element_step;
use super::scope::{Scope, Wanted};
use crate::facts::cidr::Block;
use crate::facts::network::{Direction, Entry, GroupRule};
use crate::facts::openness::{Openness, Part, PortSet};
use crate::rule::{CidrQuestion, NetworkQuestion, Operand, Ports};
use crate::value::Cause;

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
