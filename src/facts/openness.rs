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

impl PortSet {
    /// Ports at which the answer can change, of all where it does and of those that are asked about.
    pub(super) fn candidates(&self, bounds: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut found: Vec<u32> = match self {
            Self::AnyOf(list) => return list.clone(),
            Self::All | Self::AllBut(_) => bounds.collect(),
        };
        if let Self::AllBut(list) = self {
            found.extend(list.iter().flat_map(|port| [port.saturating_sub(1), port + 1]));
            found.retain(|port| !list.contains(port) && *port <= 65535);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether one of the ports is among those of a rule; `None` when these are not known.
    #[must_use]
    pub fn meets(&self, from: Option<u32>, to: Option<u32>) -> Option<bool> {
        if let Self::All = self {
            return Some(true);
        }
        let range = from?..=to?;
        Some(match self {
            Self::All => true,
            Self::AnyOf(list) => list.iter().any(|port| range.contains(port)),
            Self::AllBut(list) => range.clone().count() > list.iter().filter(|port| range.contains(port)).count(),
        })
    }
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

/// A question to the rules of a group: whether they let all addresses of one of `blocks` use one of `ports`.
#[derive(Debug)]
pub struct Openness<'q> {
    rules: &'q GroupRules,
    blocks: &'q [Block],
    ports: &'q PortSet,
    /// The decided rules that do so, alone or together.
    blamed: Vec<usize>,
    /// Blocks and ports that rules, decided or not, may cover together, none of them alone.
    together: Vec<(Block, u32)>,
}

/// Rules of one group that are looked at, which are compared with each other at every port: more than AWS lets a network
/// interface have over all its groups ("Amazon VPC quotas", 1,000).
const RULES: usize = 1_000;

impl<'q> Openness<'q> {
    /// The question, with what all its parts share worked out; `None` when there are too many rules.
    #[must_use]
    pub fn new(rules: &'q GroupRules, blocks: &'q [Block], ports: &'q PortSet) -> Option<Self> {
        let undecided: usize = rules.undecided.iter().map(|(_, rules)| rules.len()).sum();
        if rules.rules.len() + undecided + rules.possible.len() > RULES {
            return None;
        }
        let blamed = blamed(&rules.rules, blocks, ports);
        let mut together = Vec::new();
        if !rules.undecided.is_empty() {
            let undecided = rules.undecided.iter().flat_map(|(_, rules)| rules);
            let all: Vec<&GroupRule> = rules.rules.iter().chain(undecided).collect();
            let candidates = ports.candidates(bounds(all.iter().copied()));
            for (block, port) in blocks.iter().flat_map(|block| candidates.iter().map(move |port| (*block, *port))) {
                let helping = || all.iter().filter(|rule| helps(rule, &block, port));
                let own: Vec<Block> = helping().filter_map(|rule| rule.block).collect();
                if helping().any(|rule| rule.block.is_none()) || cover(&own, &block) {
                    together.push((block, port));
                }
            }
        }
        Some(Self { rules, blocks, ports, blamed, together })
    }

    /// What a rule of [`GroupRules::rules`] has to do with it.
    #[must_use]
    pub fn part(&self, rule: usize) -> Part {
        let own = &self.rules.rules[rule];
        if self.blamed.contains(&rule) {
            // Where another rule does so alone, those that do so together are not to blame.
            let alone = |cases: &Vec<GroupRule>| cases.iter().any(|case| self.opens_alone(case));
            let others = self.rules.undecided.iter().filter(|(_, cases)| alone(cases));
            let others: Vec<Entry> = others.map(|(entry, _)| *entry).collect();
            return if others.is_empty() || self.opens_alone(own) { Part::Opens } else { Part::Depends(others) };
        }
        let may_reach = |own: Block| self.blocks.iter().any(|block| own.overlaps(block));
        if !own.causes.is_empty() {
            let reaches = own.block.map_or(own.cidr.is_none(), may_reach);
            return if reaches { Part::Unknown(own.causes.clone()) } else { Part::Harmless };
        }
        match self.may_help(own) {
            true => Part::Depends(self.rules.undecided.iter().map(|(entry, _)| *entry).collect()),
            false => Part::Harmless,
        }
    }

    /// What an entry of [`GroupRules::undecided`] has to do with it.
    #[must_use]
    pub fn undecided_part(&self, index: usize) -> Part {
        let (entry, cases) = &self.rules.undecided[index];
        let harmless = |case: &GroupRule| case.causes.is_empty() && !self.opens_alone(case) && !self.may_help(case);
        if cases.iter().all(harmless) { Part::Harmless } else { Part::Depends(vec![*entry]) }
    }

    /// Why there may be more that lets them in.
    #[must_use]
    pub fn more(&self) -> Vec<Cause> {
        let rules = self.rules;
        let mut causes = rules.open.clone();
        if !rules.possible.is_empty() {
            let undecided = rules.undecided.iter().flat_map(|(_, rules)| rules);
            let all: Vec<GroupRule> = rules.rules.iter().chain(undecided).chain(&rules.possible).cloned().collect();
            let unclear = |rule: &GroupRule| rule.causes.len() > 1;
            if !blamed(&all, self.blocks, self.ports).is_empty() || rules.possible.iter().any(unclear) {
                causes.extend(rules.possible.iter().flat_map(|rule| rule.causes.iter().cloned()));
            }
        }
        causes
    }

    fn opens_alone(&self, rule: &GroupRule) -> bool {
        let covers = |own: Block| self.blocks.iter().any(|block| own.contains(block));
        rule.block.is_some_and(covers) && !blamed(std::slice::from_ref(rule), self.blocks, self.ports).is_empty()
    }

    /// Whether a rule that does not cover a block may do so together with others.
    fn may_help(&self, own: &GroupRule) -> bool {
        self.together.iter().any(|(block, port)| helps(own, block, *port))
    }
}

/// Whether a rule covers a part of a block for a port, and not all of it; a block that is not decided may be any.
fn helps(rule: &GroupRule, block: &Block, port: u32) -> bool {
    let part = |own: Block| own.overlaps(block) && !own.contains(block);
    rule.has_port(port) != Some(false) && rule.block.map_or(rule.cidr.is_none(), part)
}

/// The ports where rules begin and end.
fn bounds<'r>(rules: impl Iterator<Item = &'r GroupRule>) -> impl Iterator<Item = u32> {
    rules.flat_map(|rule| [rule.from, rule.to]).flatten()
}

/// The rules that together let all addresses of one of the blocks use one of the ports.
fn blamed(rules: &[GroupRule], blocks: &[Block], ports: &PortSet) -> Vec<usize> {
    let mut blamed: Vec<usize> = Vec::new();
    for block in blocks {
        for port in ports.candidates(bounds(rules.iter())) {
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
