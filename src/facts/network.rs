//! Networks: what a security group lets in and out, and which subnets the internet is routed to.
//!
//! Source: "Security group rules" and "Route tables" in the Amazon VPC User Guide.

use super::Facts;
use super::cidr::{Block, cover};
use crate::inventory::Relations;
use crate::value::{Cause, Place, Read, ResourceId, ValueId, View};

/// Which way traffic goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the group's members.
    Ingress,
    /// Out of them.
    Egress,
}

/// One rule of a security group that names an address block.
#[derive(Debug, Clone)]
pub struct GroupRule {
    /// The resource that it is written in: the group, or a separate rule resource.
    pub resource: ResourceId,
    /// The property path there.
    pub path: String,
    /// Where it is written.
    pub place: Place,
    /// The block as written; `None` when unknown.
    pub cidr: Option<String>,
    /// The block; `None` when unknown or not a block.
    pub block: Option<Block>,
    /// Lowest port; `None` when unknown.
    pub from: Option<u32>,
    /// Highest port; `None` when unknown.
    pub to: Option<u32>,
    /// The protocol as written; `None` when unknown.
    pub protocol: Option<String>,
    /// Why a part is unknown.
    pub causes: Vec<Cause>,
}

/// The rules of a group.
#[derive(Debug, Clone, Default)]
pub struct GroupRules {
    /// Those that name an address block.
    pub rules: Vec<GroupRule>,
    /// Separate rules of which nobody can tell whether they are this group's.
    pub possible: Vec<GroupRule>,
    /// Why there may be more.
    pub open: Vec<Cause>,
    /// Whether nothing is written, so that AWS adds its default.
    pub unset: bool,
}

impl GroupRule {
    /// The ports for people.
    #[must_use]
    pub fn ports(&self) -> String {
        match (self.from, self.to) {
            (Some(0), Some(65535)) => "all ports".to_owned(),
            (Some(from), Some(to)) if from == to => format!("port {from}"),
            (Some(from), Some(to)) => format!("ports {from}-{to}"),
            _ => "unknown ports".to_owned(),
        }
    }

    /// Whether the rule is about this port; `None` when unknown.
    fn has_port(&self, port: u32) -> Option<bool> {
        match (self.from, self.to) {
            (Some(from), Some(to)) => Some((from..=to).contains(&port)),
            _ => None,
        }
    }
}

impl<'a> Facts<'a> {
    /// The rules of a security group, inline and separate together.
    #[must_use]
    pub fn group_rules(&self, view: &View<'a>, group: ResourceId, direction: Direction) -> GroupRules {
        let inventory = self.inventory;
        let (property, separate, relations) = match direction {
            Direction::Ingress => ("SecurityGroupIngress", "AWS::EC2::SecurityGroupIngress", &self.ingress),
            Direction::Egress => ("SecurityGroupEgress", "AWS::EC2::SecurityGroupEgress", &self.egress),
        };
        let relations = relations.get_or_init(|| Relations::over(inventory, &[separate], &["GroupId"]));
        let mut found = GroupRules::default();
        let list = inventory.property(view, group, &[property]);
        match view.elements(list) {
            Read::Known((items, open)) => {
                found.open.extend(open.map(|cause| view.values.cause(cause).clone()));
                for (index, item) in items {
                    let path = format!("Properties.{property}[{index}]");
                    self.group_rule(view, group, item, path, &mut found);
                }
            }
            Read::Unknown(cause) => found.open.push(view.values.cause(cause).clone()),
            Read::Absent => found.unset = true,
        }
        for partner in relations.referrers(group) {
            // A separate rule takes the place of AWS's default as well.
            found.unset = false;
            match inventory.exists(view, *partner) {
                Some(true) => {
                    let properties = inventory.resource(*partner).properties;
                    self.group_rule(view, *partner, properties, "Properties".to_owned(), &mut found);
                }
                Some(false) => {}
                None => found.open.push(Cause::Undecided),
            }
        }
        for partner in relations.open() {
            let cause = match view.text(inventory.property(view, *partner, &["GroupId"])) {
                Read::Unknown(cause) => view.values.cause(cause).clone(),
                _ => continue,
            };
            if inventory.exists(view, *partner) == Some(false) {
                continue;
            }
            let mut other = GroupRules::default();
            let properties = inventory.resource(*partner).properties;
            self.group_rule(view, *partner, properties, "Properties".to_owned(), &mut other);
            for mut rule in other.rules {
                rule.causes.insert(0, cause.clone());
                found.possible.push(rule);
            }
        }
        found
    }

    fn group_rule(&self, view: &View<'a>, owner: ResourceId, id: ValueId, path: String, found: &mut GroupRules) {
        let inventory = self.inventory;
        let mut causes = Vec::new();
        let mut text = |key: &str| match view.text(inventory.get(view, id, &[key])) {
            Read::Known(text) => Some(Some(text.into_owned())),
            Read::Unknown(cause) => {
                causes.push(view.values.cause(cause).clone());
                Some(None)
            }
            Read::Absent => None,
        };
        if let Some(cause) = view.open(id) {
            found.open.push(view.values.cause(cause).clone());
            return;
        }
        // Rules that name a group or a prefix list are not about address blocks.
        let Some(cidr) = text("CidrIp").or_else(|| text("CidrIpv6")) else { return };
        let protocol = text("IpProtocol").unwrap_or(Some("-1".to_owned()));
        let port = |text: Option<Option<String>>, default: u32| match text {
            Some(Some(text)) => match text.trim().parse::<i64>() {
                // -1 stands for all ports.
                Ok(-1) => Some(default),
                Ok(port) => u32::try_from(port).ok(),
                Err(_) => None,
            },
            Some(None) => None,
            None => Some(default),
        };
        let all = protocol.as_deref() == Some("-1");
        let (from, to) =
            if all { (Some(0), Some(65535)) } else { (port(text("FromPort"), 0), port(text("ToPort"), 65535)) };
        // Protocols other than TCP and UDP have no ports.
        if let Some(protocol) = &protocol
            && !matches!(protocol.to_ascii_lowercase().as_str(), "-1" | "tcp" | "udp" | "6" | "17")
        {
            return;
        }
        let resource = inventory.resource(owner);
        let place = if path == "Properties" {
            Place { file: resource.place.file, span: resource.head_span }
        } else {
            view.place(id)
        };
        let block = cidr.as_deref().and_then(Block::parse);
        found.rules.push(GroupRule { resource: owner, path, place, cidr, block, from, to, protocol, causes });
    }

    /// Whether the subnet's default route leads to an internet gateway: `Err` with the cause when nobody can tell.
    /// The route that makes it so comes with the answer.
    ///
    /// # Errors
    /// The causes for which it is not known.
    pub fn internet_routed(&self, view: &View<'a>, subnet: ResourceId) -> Result<Option<ResourceId>, Vec<Cause>> {
        let inventory = self.inventory;
        let associations = self
            .associations
            .get_or_init(|| Relations::over(inventory, &["AWS::EC2::SubnetRouteTableAssociation"], &["SubnetId"]));
        let routes = self.routes.get_or_init(|| Relations::over(inventory, &["AWS::EC2::Route"], &["RouteTableId"]));
        let (mut open, mut table) = (Vec::new(), None);
        for association in associations.referrers(subnet) {
            match inventory.exists(view, *association) {
                Some(true) => table = Some(inventory.property(view, *association, &["RouteTableId"])),
                Some(false) => {}
                None => open.push(Cause::Undecided),
            }
        }
        let Some(table) = table else {
            if open.is_empty() {
                open.push(Cause::NotInInput { what: "the main route table of the VPC".into() });
            }
            return Err(open);
        };
        let mut tables = Vec::new();
        view.references(table, &mut tables);
        let Some((table, _)) = tables.first().copied() else {
            return Err(vec![Cause::NotInInput { what: "the route table".into() }]);
        };
        for route in routes.referrers(table) {
            match (inventory.exists(view, *route), self.is_internet_route(view, *route)) {
                (Some(false), _) | (_, Ok(false)) => {}
                (Some(true), Ok(true)) => return Ok(Some(*route)),
                (None, _) => open.push(Cause::Undecided),
                (_, Err(cause)) => open.push(cause),
            }
        }
        // A route of an unknown table may be this table's.
        for route in routes.open() {
            if self.is_internet_route(view, *route) != Ok(false) {
                open.push(Cause::NotInInput { what: "the table of a route to the internet".into() });
            }
        }
        if open.is_empty() { Ok(None) } else { Err(open) }
    }

    fn is_internet_route(&self, view: &View<'a>, route: ResourceId) -> Result<bool, Cause> {
        let inventory = self.inventory;
        let cause = |cause| view.values.cause(cause).clone();
        let mut default = false;
        for key in ["DestinationCidrBlock", "DestinationIpv6CidrBlock"] {
            match view.text(inventory.property(view, route, &[key])) {
                Read::Known(text) => {
                    default |= Block::parse(&text).is_some_and(|block| {
                        block.first == 0 && (block.last == u128::MAX || block.last == u128::from(u32::MAX))
                    })
                }
                Read::Unknown(unknown) => return Err(cause(unknown)),
                Read::Absent => {}
            }
        }
        if !default {
            return Ok(false);
        }
        let gateway = inventory.property(view, route, &["GatewayId"]);
        let mut references = Vec::new();
        view.references(gateway, &mut references);
        match references.first() {
            Some((id, _)) => Ok(inventory.type_name(*id) == "AWS::EC2::InternetGateway"),
            None => match view.text(gateway) {
                Read::Known(text) => Ok(text.starts_with("igw-")),
                Read::Unknown(unknown) => Err(cause(unknown)),
                Read::Absent => Ok(false),
            },
        }
    }
}

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

/// Rules of one group that are looked at, which are compared with each other at every port: more than AWS lets a network
/// interface have over all its groups ("Amazon VPC quotas", 1,000).
const RULES: usize = 1_000;

/// Whether the rules together let all addresses of one of `blocks` use one of `ports`: the rules that make it so,
/// or the causes for which nobody can tell.
///
/// # Errors
/// The causes for which it is not known.
pub fn open_to(rules: &GroupRules, blocks: &[Block], ports: &PortSet) -> Result<Vec<usize>, Vec<Cause>> {
    if rules.rules.len() + rules.possible.len() > RULES {
        return Err(vec![Cause::Limit]);
    }
    let blamed = blamed(&rules.rules, blocks, ports);
    if !blamed.is_empty() {
        return Ok(blamed);
    }
    let mut causes = rules.open.clone();
    for rule in &rules.rules {
        let may_reach = rule.cidr.is_none() || rule.block.is_some_and(|own| blocks.iter().any(|b| own.overlaps(b)));
        if !rule.causes.is_empty() && may_reach {
            causes.extend(rule.causes.iter().cloned());
        }
    }
    if !rules.possible.is_empty() {
        let all: Vec<GroupRule> = rules.rules.iter().chain(&rules.possible).cloned().collect();
        let unclear = |rule: &&GroupRule| rule.causes.len() > 1;
        if !self::blamed(&all, blocks, ports).is_empty() || rules.possible.iter().any(|rule| unclear(&rule)) {
            causes.extend(rules.possible.iter().flat_map(|rule| rule.causes.iter().cloned()));
        }
    }
    if causes.is_empty() { Ok(Vec::new()) } else { Err(causes) }
}

/// The rules that together let all addresses of one of the blocks use one of the ports.
fn blamed(rules: &[GroupRule], blocks: &[Block], ports: &PortSet) -> Vec<usize> {
    let mut blamed: Vec<usize> = Vec::new();
    for block in blocks {
        for port in candidate_ports(rules, ports) {
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
fn candidate_ports(rules: &[GroupRule], ports: &PortSet) -> Vec<u32> {
    let mut found: Vec<u32> = match ports {
        PortSet::AnyOf(list) => return list.clone(),
        PortSet::All | PortSet::AllBut(_) => rules.iter().flat_map(|rule| [rule.from, rule.to]).flatten().collect(),
    };
    if let PortSet::AllBut(list) = ports {
        found.extend(list.iter().flat_map(|port| [port.saturating_sub(1), port + 1]));
        found.retain(|port| !list.contains(port) && *port <= 65535);
    }
    found.sort_unstable();
    found.dedup();
    found
}
