//! Questions about single rules: blocks of a security group that are too wide, entries of a network ACL, and which rules are
//! judged with the group that they are of.

use super::answer::{Answer, Blame, Truth};
use super::cursor::Cursor;
use super::scope::{Scope, Wanted};
use crate::facts::acl::{AclAnswer, AclEntry};
use crate::facts::network::{Direction, GroupRule};
use crate::facts::openness::{Part, PortSet};
use crate::rule::{CidrQuestion, Clause, NetworkQuestion, WiderQuestion};
use crate::value::Cause;

const GROUP: &str = "AWS::EC2::SecurityGroup";

impl Scope<'_> {
    /// Whether the selected resource is a rule of a security group that is in the input, of which the rule asks the same:
    /// then the finding is the group's. `None` when that is not decided.
    pub(super) fn is_judged_with_its_group(&self) -> Option<bool> {
        let type_name = self.context.inventory.type_name(self.selected);
        let is_rule = [Direction::Ingress, Direction::Egress].iter().any(|way| way.rule_type() == type_name);
        let groups = self.rule.types.iter().any(|name| **name == *GROUP);
        if !is_rule || !groups || !self.rule.asserts.iter().any(|assert| asks_group(&assert.clause)) {
            return Some(false);
        }
        let mut references = Vec::new();
        for property in ["GroupId", "GroupName"] {
            let group = self.context.inventory.property(&self.view, self.selected, &[property]);
            if self.view.head(group).1 == crate::value::Kind::Unknown(crate::value::CauseId::UNDECIDED) {
                return None;
            }
            self.view.references(group, &mut references);
        }
        Some(references.iter().any(|(id, _)| self.context.inventory.type_name(*id) == GROUP))
    }

    /// Whether a rule lets a block in that is wider than asked for.
    pub(super) fn wider(&self, question: &WiderQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        let rules = self.rules_of(cursor.resource, Direction::Ingress);
        let ports = self.ports(&question.ports);
        let bits = |operand| self.rule.operand(operand).number().unwrap_or_default() as u32;
        let (prefix, prefix6) = (bits(&question.prefix), bits(&question.prefix6));
        let is_wider = |rule: &GroupRule| {
            let wide = match (&rule.block, &rule.cidr) {
                (Some(block), _) => Ok(block.is_wider(prefix, prefix6)),
                (None, Some(_)) => Ok(false),
                (None, None) => Err(rule.causes.clone()),
            };
            let meets = match &ports {
                Ok(ports) => ports.meets(rule.from, rule.to).ok_or_else(|| rule.causes.clone()),
                Err(causes) => Err(causes.clone()),
            };
            match (wide, meets) {
                (Ok(false), _) | (_, Ok(false)) => Part::Harmless,
                (Ok(true), Ok(true)) => Part::Opens,
                (Err(causes), _) | (_, Err(causes)) => Part::Unknown(causes),
            }
        };
        let mut more = rules.open.clone();
        let possible = rules.possible.iter().filter(|rule| is_wider(rule) != Part::Harmless);
        more.extend(possible.flat_map(|rule| rule.causes.iter().cloned()));
        let decided = rules.rules.iter().map(|rule| (rule.entry, Some(rule), is_wider(rule)));
        let undecided = rules.undecided.iter().map(|(entry, cases)| {
            let harmless = cases.iter().all(|case| is_wider(case) == Part::Harmless);
            (*entry, None, if harmless { Part::Harmless } else { Part::Depends(vec![*entry]) })
        });
        self.by_entry(decided.chain(undecided), more, wanted)
    }

    /// Whether the entries of a network ACL let everyone of a block in.
    pub(super) fn acl_open(&self, question: &CidrQuestion, cursor: &Cursor, wanted: Wanted) -> Answer {
        let ports = self.ports(&question.ports);
        let (ports, open) = (ports.as_ref().unwrap_or(&PortSet::All), ports.as_ref().err());
        let blocks = self.blocks(&question.cidrs);
        let answer = match self.context.facts.acl_open(&self.view, cursor.resource, &blocks, ports) {
            AclAnswer::Closed => Answer::of(false),
            AclAnswer::Unknown(causes) => Answer::unknown(causes),
            AclAnswer::Open(entries) => {
                let blames = entries.iter().map(|entry| self.acl_blame(entry));
                Answer::of(true).with(if wanted == Wanted::True { blames.collect() } else { Vec::new() })
            }
        };
        match open {
            Some(causes) if answer.truth != Truth::False => Answer::unknown(causes.clone()),
            _ => answer,
        }
    }

    fn acl_blame(&self, entry: &AclEntry) -> Blame {
        let at = self.at_resource(entry.resource);
        let ports = match entry.ports {
            (0, 65535) => "all ports".to_owned(),
            (from, to) if from == to => format!("port {from}"),
            (from, to) => format!("ports {from}-{to}"),
        };
        Blame {
            found: entry.cidr.clone(),
            bindings: vec![
                ("element.cidr", entry.cidr.clone().unwrap_or_default()),
                ("element.ports", ports),
                ("element.protocol", entry.protocol.clone()),
            ],
            absent: false,
            ..self.absent_blame(at.head, at.trail.text(self), &at)
        }
    }

    /// The answer to where the selected resource stands with its group.
    pub(super) fn with_its_group(&self) -> Result<(), Answer> {
        match self.is_judged_with_its_group() {
            Some(false) => Ok(()),
            Some(true) => Err(Answer::of(false)),
            None => Err(Answer::unknown(vec![Cause::Undecided])),
        }
    }
}

/// Whether a clause asks what a security group lets in or out.
fn asks_group(clause: &Clause) -> bool {
    match clause {
        Clause::Network(
            NetworkQuestion::IngressOpen(_) | NetworkQuestion::EgressOpen(_) | NetworkQuestion::IngressWider(_),
        ) => true,
        Clause::All(clauses) | Clause::Any(clauses) => clauses.iter().any(asks_group),
        Clause::Not(clause) => asks_group(clause),
        _ => false,
    }
}
