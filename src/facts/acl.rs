//! What a network ACL lets in: its entries in order of their numbers, of which the first that fits decides.
//!
//! Source: "Network ACL rules" in the Amazon VPC User Guide.

use super::Facts;
use super::cidr::{Block, cover};
use super::openness::PortSet;
use crate::inventory::Relations;
use crate::value::{Cause, Kind, Read, ResourceId, ValueId, View};

/// The protocols that have ports: TCP and UDP.
const PROTOCOLS: [&str; 2] = ["6", "17"];
const TYPE: &str = "AWS::EC2::NetworkAclEntry";

/// An entry for traffic into the subnets, of a protocol that has ports.
#[derive(Debug, Clone)]
pub struct AclEntry {
    /// The resource that it is.
    pub resource: ResourceId,
    /// The block as written; `None` when unknown.
    pub cidr: Option<String>,
    /// Lowest and highest port; all ports when unknown.
    pub ports: (u32, u32),
    /// Where it stands in the order; `None` when unknown.
    number: Option<u32>,
    /// Whether it allows; `None` when unknown.
    allows: Option<bool>,
    /// `None` when unknown.
    block: Option<Block>,
    /// `-1` or a protocol; `-1` when unknown.
    pub protocol: String,
    /// Why a part of it, or whether it is there at all, is not known.
    causes: Vec<Cause>,
}

/// What a network ACL says to a question.
#[derive(Debug)]
pub enum AclAnswer {
    /// These entries let all addresses of a block in.
    Open(Vec<AclEntry>),
    /// None do.
    Closed,
    /// Nobody can tell.
    Unknown(Vec<Cause>),
}

impl<'a> Facts<'a> {
    /// Whether the entries of a network ACL let all addresses of one of the blocks use one of the ports. What is denied to some
    /// of the addresses only does not close them.
    #[must_use]
    pub fn acl_open(&self, view: &View<'a>, acl: ResourceId, blocks: &[Block], ports: &PortSet) -> AclAnswer {
        let inventory = self.inventory;
        let relations = self.acl_entries.get_or_init(|| Relations::over(inventory, &[TYPE], &["NetworkAclId"]));
        let mut entries: Vec<AclEntry> =
            relations.referrers(acl).iter().filter_map(|entry| self.acl_entry(view, *entry)).collect();
        for entry in relations.open() {
            let Some(mut entry) = self.acl_entry(view, *entry) else { continue };
            if let Read::Unknown(cause) = view.text(inventory.property(view, entry.resource, &["NetworkAclId"])) {
                entry.causes.push(view.values.cause(cause).clone());
                entries.push(entry);
            }
        }
        let unseen = self.unseen().referrer(inventory, acl, &[TYPE]);
        let sure = open_by(&entries, false, blocks, ports);
        match unseen {
            Some(cause) => AclAnswer::Unknown(vec![cause.clone()]),
            None if !sure.is_empty() => AclAnswer::Open(sure.into_iter().map(|at| entries[at].clone()).collect()),
            None if open_by(&entries, true, blocks, ports).is_empty() => AclAnswer::Closed,
            None => AclAnswer::Unknown(entries.into_iter().flat_map(|entry| entry.causes).collect()),
        }
    }

    /// The entry; `None` when it is not there, is for traffic out of the subnets, or has no ports.
    fn acl_entry(&self, view: &View<'a>, resource: ResourceId) -> Option<AclEntry> {
        let inventory = self.inventory;
        let mut causes = Vec::new();
        match inventory.exists(view, resource) {
            Some(true) => {}
            Some(false) => return None,
            None => causes.push(Cause::Undecided),
        }
        let at = |keys: &[&str]| inventory.property(view, resource, keys);
        let mut read = |id: ValueId| match view.text(id) {
            Read::Known(text) => Some(Some(text.into_owned())),
            Read::Unknown(cause) => {
                causes.push(view.values.cause(cause).clone());
                Some(None)
            }
            Read::Absent => None,
        };
        if read(at(&["Egress"])).flatten().is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return None;
        }
        let protocol = read(at(&["Protocol"])).flatten().unwrap_or_else(|| "-1".to_owned());
        if protocol != "-1" && !PROTOCOLS.contains(&protocol.as_str()) {
            return None;
        }
        let cidr = read(at(&["CidrBlock"])).or_else(|| read(at(&["Ipv6CidrBlock"])))?;
        let allows = read(at(&["RuleAction"])).flatten().map(|action| action.eq_ignore_ascii_case("allow"));
        let number = read(at(&["RuleNumber"])).flatten().and_then(|number| number.trim().parse().ok());
        let mut ports = (0, 65535);
        if protocol != "-1" && !matches!(view.deep(at(&["PortRange"])).1, Kind::Absent) {
            let mut port = |key, all| {
                let text = read(at(&["PortRange", key])).flatten();
                text.and_then(|port| port.trim().parse().ok()).unwrap_or(all)
            };
            ports = (port("From", 0), port("To", 65535));
        }
        let block = cidr.as_deref().and_then(Block::parse);
        Some(AclEntry { resource, cidr, ports, number, allows, block, protocol, causes })
    }
}

impl AclEntry {
    /// Whether it allows, where unknown entries are all taken for allowing or all for denying.
    fn allows(&self, hopeful: bool) -> bool {
        self.allows.unwrap_or(hopeful)
    }

    /// Whether it counts: what is unknown about an entry may make the whole of it void.
    fn counts(&self, hopeful: bool) -> bool {
        self.causes.is_empty() || self.allows(hopeful) == hopeful
    }

    /// Where it stands: an unknown number is the one that says most for `hopeful`.
    fn rank(&self, hopeful: bool) -> u32 {
        self.number.unwrap_or(if self.allows(hopeful) == hopeful { 0 } else { u32::MAX })
    }

    fn fits(&self, block: &Block, port: u32, protocol: &str) -> bool {
        (self.protocol == "-1" || self.protocol == protocol)
            && (self.ports.0..=self.ports.1).contains(&port)
            && self.block.is_none_or(|own| own.overlaps(block))
    }
}

/// The entries that together let all addresses of one of the blocks use one of the ports: for sure, or, `hopeful`, as far as
/// anything is known.
fn open_by(entries: &[AclEntry], hopeful: bool, blocks: &[Block], ports: &PortSet) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].counts(hopeful)).collect();
    order.sort_by_key(|at| entries[*at].rank(hopeful));
    let bounds = entries.iter().flat_map(|entry| {
        let (from, to) = entry.ports;
        [from.saturating_sub(1), from, to, to.saturating_add(1)]
    });
    let mut found: Vec<usize> = Vec::new();
    let candidates = ports.candidates(bounds.filter(|port| *port <= 65535));
    for (block, port) in blocks.iter().flat_map(|block| candidates.iter().map(move |port| (block, *port))) {
        for protocol in PROTOCOLS {
            let fitting = order.iter().filter(|at| entries[**at].fits(block, port, protocol));
            let open = first_allows(entries, fitting, hopeful, block);
            found.extend(open.iter().filter(|at| !found.contains(*at)).copied().collect::<Vec<_>>());
        }
    }
    found
}

/// The allowing ones of the fitting entries, in their order, that together have all of the block; those alone that have it alone.
fn first_allows<'e>(
    entries: &[AclEntry],
    fitting: impl Iterator<Item = &'e usize>,
    hopeful: bool,
    block: &Block,
) -> Vec<usize> {
    let (mut denied, mut open): (Vec<Block>, Vec<(usize, Block)>) = (Vec::new(), Vec::new());
    for at in fitting {
        let entry = &entries[*at];
        let own = entry.block.unwrap_or(*block);
        let part = Block { v6: own.v6, first: own.first.max(block.first), last: own.last.min(block.last) };
        match entry.allows(hopeful) {
            true if !cover(&denied, &part) => open.push((*at, own)),
            true => {}
            false => denied.push(own),
        }
    }
    let all: Vec<Block> = open.iter().map(|(_, own)| *own).collect();
    if !cover(&all, block) {
        return Vec::new();
    }
    let alone: Vec<usize> = open.iter().filter(|(_, own)| own.contains(block)).map(|(at, _)| *at).collect();
    if alone.is_empty() { open.into_iter().map(|(at, _)| at).collect() } else { alone }
}
