//! Networks: what a security group lets in and out, and which subnets the internet is routed to.
//!
//! Source: "Security group rules" and "Route tables" in the Amazon VPC User Guide.

use super::Facts;
use super::cidr::Block;
use crate::inventory::{Relations, leaves_at};
use crate::value::{Cause, CauseId, Kind, Place, Read, ResourceId, ValueId, View};

/// Which way traffic goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Into the group's members.
    Ingress,
    /// Out of them.
    Egress,
}

impl Direction {
    /// The property of a group that lists its rules.
    #[must_use]
    pub fn property(self) -> &'static str {
        match self {
            Self::Ingress => "SecurityGroupIngress",
            Self::Egress => "SecurityGroupEgress",
        }
    }

    /// The type of the separate rules.
    #[must_use]
    pub fn rule_type(self) -> &'static str {
        match self {
            Self::Ingress => "AWS::EC2::SecurityGroupIngress",
            Self::Egress => "AWS::EC2::SecurityGroupEgress",
        }
    }
}

/// What the default route of a subnet leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubnetClass {
    /// An internet gateway.
    Public,
    /// NAT, or another appliance or network.
    Nat,
    /// There is no default route.
    Isolated,
}

impl SubnetClass {
    /// Every class, by its name in rules.
    pub const ALL: [(&'static str, Self); 3] =
        [("public", Self::Public), ("nat", Self::Nat), ("isolated", Self::Isolated)];

    /// As rules write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, class)| *class == self).map_or("", |(name, _)| name)
    }
}

/// The default routes of a subnet.
#[derive(Debug, Default)]
struct DefaultRoutes {
    sure: Vec<(ResourceId, SubnetClass)>,
    /// What may be one, with where it leads when that is known.
    open: Vec<(Option<SubnetClass>, Cause)>,
}

/// Where a rule of a security group is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The resource that it is written in: the group, or a separate rule resource.
    pub resource: ResourceId,
    /// The position in the list of the group, the same in every world.
    pub index: usize,
    /// What is written there.
    value: ValueId,
}

/// One rule of a security group that names an address block.
#[derive(Debug, Clone)]
pub struct GroupRule {
    /// Where it is written.
    pub entry: Entry,
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
    /// Entries that the world leaves open, with every rule that may stand there.
    pub undecided: Vec<(Entry, Vec<GroupRule>)>,
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
    pub(super) fn has_port(&self, port: u32) -> Option<bool> {
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
        let separate = direction.rule_type();
        let relations = match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        };
        let property = direction.property();
        let relations = relations.get_or_init(|| Relations::over(inventory, &[separate], &["GroupId"]));
        let mut found = GroupRules::default();
        let list = inventory.property(view, group, &[property]);
        match view.written(list) {
            Read::Known(items) => {
                for (index, value) in items {
                    let entry = Entry { resource: group, index, value };
                    let path = format!("Properties.{property}[{index}]");
                    match view.head(value) {
                        (_, Kind::Absent) => {}
                        (_, Kind::Unknown(CauseId::UNDECIDED)) => {
                            let cases = view.cases(value).into_iter();
                            let cases = cases.flat_map(|id| self.variants(view, entry, id, &path)).collect();
                            found.undecided.push((entry, cases));
                        }
                        (_, Kind::Unknown(cause)) => found.open.push(view.values.cause(cause).clone()),
                        (id, _) => self.add(view, entry, id, &path, &mut found),
                    }
                }
            }
            Read::Unknown(cause) => found.open.push(view.values.cause(cause).clone()),
            Read::Absent => found.unset = true,
        }
        for partner in relations.referrers(group) {
            // A separate rule takes the place of AWS's default as well.
            let entry = separate_entry(inventory, *partner);
            match self.is_rule_of(view, *partner, group) {
                Some(true) => {
                    found.unset = false;
                    self.add(view, entry, entry.value, "Properties", &mut found);
                }
                Some(false) => {}
                None => {
                    found.unset = false;
                    found.undecided.push((entry, self.variants(view, entry, entry.value, "Properties")));
                }
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
            let entry = separate_entry(inventory, *partner);
            if let Some(mut rule) = self.group_rule(view, entry, entry.value, "Properties", None) {
                rule.causes.insert(0, cause);
                found.possible.push(rule);
            }
        }
        if let Some(cause) = self.unseen().referrer(inventory, group, &[separate]) {
            found.open.push(cause.clone());
            found.unset = false;
        }
        found
    }

    /// A separate rule by itself, as if its group had no other.
    #[must_use]
    pub fn rule_alone(&self, view: &View<'a>, resource: ResourceId) -> GroupRules {
        let mut found = GroupRules::default();
        let entry = separate_entry(self.inventory, resource);
        self.add(view, entry, entry.value, "Properties", &mut found);
        found
    }

    /// Whether a separate rule is there and of this group, where one of its cases is; `None` where that is not decided.
    fn is_rule_of(&self, view: &View<'a>, rule: ResourceId, group: ResourceId) -> Option<bool> {
        if !self.inventory.exists(view, rule)? {
            return Some(false);
        }
        let id = self.inventory.property(view, rule, &["GroupId"]);
        let refers = |id: ValueId| {
            let mut references = Vec::new();
            view.references(id, &mut references);
            references.iter().any(|(resource, _)| *resource == group)
        };
        match view.head(id).1 {
            Kind::Unknown(CauseId::UNDECIDED) => None,
            // One that names the group by its name does so in all cases, as far as is known.
            _ => {
                let mut arms = Vec::new();
                let key = self.inventory.names.find("GroupId");
                leaves_at(self.inventory, self.inventory.resource(rule).properties, &[key], &mut arms);
                Some(refers(id) || !arms.into_iter().any(refers))
            }
        }
    }

    /// Reads an entry once more, so that the world records what it leaves open of it.
    pub fn touch(&self, view: &View<'a>, entry: Entry) {
        if self.inventory.exists(view, entry.resource) == Some(true) {
            let _ = view.head(self.inventory.property(view, entry.resource, &["GroupId"]));
            self.group_rule(view, entry, entry.value, "", None);
        }
    }

    /// Adds the rule of an entry that is there.
    fn add(&self, view: &View<'a>, entry: Entry, id: ValueId, path: &str, found: &mut GroupRules) {
        if let (Some(cause), None) = view.world.needs(|| view.open(id)) {
            found.open.push(view.values.cause(cause).clone());
            return;
        }
        let (rule, needed) = view.world.needs(|| self.group_rule(view, entry, id, path, None));
        match rule {
            Some(rule) if needed.is_some() && !rule.causes.is_empty() => {
                found.undecided.push((entry, self.variants(view, entry, id, path)));
            }
            rule => found.rules.extend(rule),
        }
    }

    /// The rules that an entry may be where its block depends on what is not decided.
    fn variants(&self, view: &View<'a>, entry: Entry, id: ValueId, path: &str) -> Vec<GroupRule> {
        let blocks = ["CidrIp", "CidrIpv6"].map(|key| self.inventory.get(view, id, &[key]));
        let cases = blocks.into_iter().flat_map(|block| view.cases(block));
        cases.filter_map(|block| self.group_rule(view, entry, id, path, Some(block))).collect()
    }

    /// The rule, when it is one about an address block; `block` stands for the block that is written.
    fn group_rule(
        &self,
        view: &View<'a>,
        entry: Entry,
        id: ValueId,
        path: &str,
        block: Option<ValueId>,
    ) -> Option<GroupRule> {
        let inventory = self.inventory;
        let mut causes = Vec::new();
        let mut read = |id: ValueId| match view.text(id) {
            Read::Known(text) => Some(Some(text.into_owned())),
            Read::Unknown(cause) => {
                causes.push(view.values.cause(cause).clone());
                Some(None)
            }
            Read::Absent => None,
        };
        // Rules that name a group or a prefix list are not about address blocks.
        let at = |key: &str| inventory.get(view, id, &[key]);
        let cidr = match block {
            Some(block) => read(block)?,
            None => read(at("CidrIp")).or_else(|| read(at("CidrIpv6")))?,
        };
        let mut text = |key: &str| read(at(key));
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
            return None;
        }
        let resource = inventory.resource(entry.resource);
        let place = if path == "Properties" {
            Place { file: resource.place.file, span: resource.head_span }
        } else {
            view.place(id)
        };
        let block = cidr.as_deref().and_then(Block::parse);
        let path = path.to_owned();
        Some(GroupRule { entry, path, place, cidr, block, from, to, protocol, causes })
    }

    /// Whether the subnet's default route leads to an internet gateway: `Err` with the cause when nobody can tell.
    /// The route that makes it so comes with the answer.
    ///
    /// # Errors
    /// The causes for which it is not known.
    pub fn internet_routed(&self, view: &View<'a>, subnet: ResourceId) -> Result<Option<ResourceId>, Vec<Cause>> {
        let routes = self.default_routes(view, subnet)?;
        let public = |class: &Option<SubnetClass>| class.is_none_or(|class| class == SubnetClass::Public);
        if let Some((route, _)) = routes.sure.iter().find(|(_, class)| *class == SubnetClass::Public) {
            return Ok(Some(*route));
        }
        let open: Vec<Cause> =
            routes.open.into_iter().filter(|(class, _)| public(class)).map(|(_, cause)| cause).collect();
        if open.is_empty() { Ok(None) } else { Err(open) }
    }

    /// The classes that the subnet may be of: one where all is known, else the causes for which there are several.
    #[must_use]
    pub fn subnet_classes(&self, view: &View<'a>, subnet: ResourceId) -> (Vec<SubnetClass>, Vec<Cause>) {
        let routes = match self.default_routes(view, subnet) {
            Ok(routes) => routes,
            Err(causes) => return (SubnetClass::ALL.map(|(_, class)| class).to_vec(), causes),
        };
        let has = |wanted: SubnetClass| routes.sure.iter().any(|(_, class)| *class == wanted);
        if has(SubnetClass::Public) {
            return (vec![SubnetClass::Public], Vec::new());
        }
        let mut classes = vec![if has(SubnetClass::Nat) { SubnetClass::Nat } else { SubnetClass::Isolated }];
        let may_be = |wanted| routes.open.iter().any(|(class, _)| class.is_none_or(|class| class == wanted));
        for class in [SubnetClass::Nat, SubnetClass::Public] {
            if may_be(class) && !classes.contains(&class) {
                classes.push(class);
            }
        }
        (classes, routes.open.into_iter().map(|(_, cause)| cause).collect())
    }

    /// The default routes of the subnet's table.
    fn default_routes(&self, view: &View<'a>, subnet: ResourceId) -> Result<DefaultRoutes, Vec<Cause>> {
        let inventory = self.inventory;
        let routes = self.routes.get_or_init(|| Relations::over(inventory, &["AWS::EC2::Route"], &["RouteTableId"]));
        let table = self.route_table(view, subnet)?;
        let mut found = DefaultRoutes::default();
        for route in routes.referrers(table) {
            match (inventory.exists(view, *route), self.default_route(view, *route)) {
                (Some(false), _) | (_, Ok(None)) => {}
                (Some(true), Ok(Some(class))) => found.sure.push((*route, class)),
                (None, Ok(class)) => found.open.push((class, Cause::Undecided)),
                (_, Err(cause)) => found.open.push((None, cause)),
            }
        }
        // A route of an unknown table may be this table's.
        for route in routes.open() {
            let class = self.default_route(view, *route);
            if class != Ok(None) && inventory.exists(view, *route) != Some(false) {
                let cause = Cause::NotInInput { what: "the table of a route to the internet".into() };
                found.open.push((class.unwrap_or(None), cause));
            }
        }
        let unseen = self.unseen().referrer(inventory, table, &["AWS::EC2::Route"]);
        found.open.extend(unseen.map(|cause| (None, cause.clone())));
        Ok(found)
    }

    /// The route table that the subnet is associated with.
    fn route_table(&self, view: &View<'a>, subnet: ResourceId) -> Result<ResourceId, Vec<Cause>> {
        let inventory = self.inventory;
        let associations = self
            .associations
            .get_or_init(|| Relations::over(inventory, &["AWS::EC2::SubnetRouteTableAssociation"], &["SubnetId"]));
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
        match tables.first() {
            Some((table, _)) => Ok(*table),
            None => Err(vec![Cause::NotInInput { what: "the route table".into() }]),
        }
    }

    /// Where a route leads that is a default route; `None` for others.
    fn default_route(&self, view: &View<'a>, route: ResourceId) -> Result<Option<SubnetClass>, Cause> {
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
            return Ok(None);
        }
        let gateway = inventory.property(view, route, &["GatewayId"]);
        let mut references = Vec::new();
        view.references(gateway, &mut references);
        let internet = match references.first() {
            Some((id, _)) => inventory.type_name(*id) == "AWS::EC2::InternetGateway",
            None => match view.text(gateway) {
                Read::Known(text) => text.starts_with("igw-"),
                Read::Unknown(unknown) => return Err(cause(unknown)),
                Read::Absent => false,
            },
        };
        Ok(Some(if internet { SubnetClass::Public } else { SubnetClass::Nat }))
    }
}

fn separate_entry(inventory: &crate::inventory::Inventory, resource: ResourceId) -> Entry {
    Entry { resource, index: 0, value: inventory.resource(resource).properties }
}
