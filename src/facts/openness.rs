//! Whether the rules of a security group together let every address of a block in, and which of them make it so.

use super::cidr::{Block, cover};
use super::network::{Entry, GroupRule, GroupRules};
use crate::value::Cause;

/// Which ports a question is about.
#[derive(Debug, Clone)]
pub enum PortSet {
    /// Any port.
    All,
    /// Any of these.
    AnyOf(Vec<u32>),
    /// Any but these.
    AllBut(Vec<u32>),
}

/// What a rule of a group has to do with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// It lets all addresses of a block in, alone or with others.
    Opens,
    /// It does not, whatever is decided about other entries.
    Harmless,
    /// It may, in some of the worlds below: because of these entries.
    Depends(Vec<Entry>),
    /// Nobody can tell.
    Unknown(Vec<Cause>),
}

/// Rules of one group that are looked at, which are compared with each other at every port: more than AWS lets a network
/// interface have over all its groups ("Amazon VPC quotas", 1,000).
const RULES: usize = 1_000;

/// What the rules of a group come to together, worked out once for all of them.
#[derive(Debug)]
pub struct Together {
    /// The rules that open a block.
    opening: Vec<usize>,
    /// The blocks and ports that rules may cover together of which none covers the block alone.
    shared: Vec<(Block, u32)>,
}

impl GroupRules {
    /// What the rules come to together for `blocks` and `ports`; `None` when there are too many.
    #[must_use]
    pub fn together(&self, blocks: &[Block], ports: &PortSet) -> Option<Together> {
        let all: Vec<&GroupRule> =
            self.rules.iter().chain(self.undecided.iter().flat_map(|(_, rules)| rules)).collect();
        if all.len() + self.possible.len() > RULES {
            return None;
        }
        let mut shared = Vec::new();
        for block in blocks {
            for port in candidate_ports(all.iter().copied(), ports) {
                let helping = || all.iter().filter(|rule| helps(rule, block, port));
                let own: Vec<Block> = helping().filter_map(|rule| rule.block).collect();
                if helping().any(|rule| rule.block.is_none()) || cover(&own, block) {
                    shared.push((*block, port));
                }
            }
        }
        Some(Together { opening: blamed(&self.rules, blocks, ports), shared })
    }

    /// What a rule of [`Self::rules`] has to do with letting all addresses of one of `blocks` use one of `ports`.
    #[must_use]
    pub fn part(&self, rule: usize, together: &Together, blocks: &[Block], ports: &PortSet) -> Part {
        let own = &self.rules[rule];
        let alone = |rule: &GroupRule| !blamed(std::slice::from_ref(rule), blocks, ports).is_empty();
        if together.opening.contains(&rule) {
            // Where another rule does so alone, those that do so together are not to blame.
            let others = self.undecided.iter().filter(|(_, cases)| cases.iter().any(alone));
            let others: Vec<Entry> = others.map(|(entry, _)| *entry).collect();
            return if others.is_empty() || alone(own) { Part::Opens } else { Part::Depends(others) };
        }
        let may_reach = || own.cidr.is_none() || own.block.is_some_and(|own| blocks.iter().any(|b| own.overlaps(b)));
        if !own.causes.is_empty() {
            return if may_reach() { Part::Unknown(own.causes.clone()) } else { Part::Harmless };
        }
        self.may_help(own, together)
    }

    /// What an entry of [`Self::undecided`] has to do with it.
    #[must_use]
    pub fn undecided_part(&self, index: usize, together: &Together, blocks: &[Block], ports: &PortSet) -> Part {
        let (entry, cases) = &self.undecided[index];
        let harmless = cases.iter().all(|case| {
            case.causes.is_empty()
                && blamed(std::slice::from_ref(case), blocks, ports).is_empty()
                && self.may_help(case, together) == Part::Harmless
        });
        if harmless { Part::Harmless } else { Part::Depends(vec![*entry]) }
    }

    /// Whether a rule that does not cover a block covers it together with others, decided or not, of which none does so alone.
    fn may_help(&self, own: &GroupRule, together: &Together) -> Part {
        match together.shared.iter().any(|(block, port)| helps(own, block, *port)) {
            true => Part::Depends(self.undecided.iter().map(|(entry, _)| *entry).collect()),
            false => Part::Harmless,
        }
    }

    /// Why there may be more that lets them in.
    #[must_use]
    pub fn more(&self, blocks: &[Block], ports: &PortSet) -> Vec<Cause> {
        let mut causes = self.open.clone();
        if !self.possible.is_empty() {
            let undecided = self.undecided.iter().flat_map(|(_, rules)| rules);
            let all: Vec<GroupRule> = self.rules.iter().chain(undecided).chain(&self.possible).cloned().collect();
            let unclear = |rule: &GroupRule| rule.causes.len() > 1;
            if !blamed(&all, blocks, ports).is_empty() || self.possible.iter().any(unclear) {
                causes.extend(self.possible.iter().flat_map(|rule| rule.causes.iter().cloned()));
            }
        }
        causes
    }
}

/// Whether a rule may cover a part of a block at a port; a block that is not decided may be any.
fn helps(rule: &GroupRule, block: &Block, port: u32) -> bool {
    let part = |own: Block| own.overlaps(block) && !own.contains(block);
    rule.has_port(port) != Some(false) && rule.block.map_or(rule.cidr.is_none(), part)
}

/// The rules that together let all addresses of one of the blocks use one of the ports.
fn blamed(rules: &[GroupRule], blocks: &[Block], ports: &PortSet) -> Vec<usize> {
    let mut blamed: Vec<usize> = Vec::new();
    for block in blocks {
        for port in candidate_ports(rules.iter(), ports) {
            let using: Vec<usize> = (0..rules.len())
                .filter(|index| {
                    let rule = &rules[*index];
                    rule.has_port(port) == Some(true) && rule.block.is_some_and(|own| own.overlaps(block))
                })
                .collect();
            let own: Vec<Block> = using.iter().filter_map(|index| rules[*index].block).collect();
            if !cover(&own, block) {
                continue;
            }
            let alone: Vec<usize> = using
                .iter()
                .copied()
                .filter(|index| rules[*index].block.is_some_and(|own| own.contains(block)))
                .collect();
            for index in if alone.is_empty() { using } else { alone } {
                if !blamed.contains(&index) {
                    blamed.push(index);
                }
            }
        }
    }
    blamed.sort_unstable();
    blamed
}

/// Ports at which the answer can change.
fn candidate_ports<'r>(rules: impl Iterator<Item = &'r GroupRule>, ports: &PortSet) -> Vec<u32> {
    let mut found: Vec<u32> = match ports {
        PortSet::AnyOf(list) => return list.clone(),
        PortSet::All | PortSet::AllBut(_) => rules.flat_map(|rule| [rule.from, rule.to]).flatten().collect(),
    };
    if let PortSet::AllBut(list) = ports {
        found.extend(list.iter().flat_map(|port| [port.saturating_sub(1), port + 1]));
        found.retain(|port| !list.contains(port) && *port <= 65535);
    }
    found.sort_unstable();
    found.dedup();
    found
}
