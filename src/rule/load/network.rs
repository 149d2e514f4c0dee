//! The questions about networks.

use crate::facts::network::SubnetClass;
use crate::rule::ast::{CidrQuestion, Clause, Literal, NetworkQuestion, Operand, Ports, WiderQuestion};
use crate::source::{Member, NodeId};

use super::format::cidr_problem;
use super::operator::whole_number_problem;
use super::path::Scope;
use super::reader::{Reader, quoted};

pub(in crate::rule) const NETWORK_QUESTIONS: [&str; 6] =
    ["ingress_open", "egress_open", "ingress_wider", "acl_open", "subnet_internet_routed", "subnet_class"];
pub(in crate::rule) const CIDR_KEYS: [&str; 2] = ["ports", "cidrs"];
pub(in crate::rule) const WIDER_KEYS: [&str; 3] = ["prefix", "prefix6", "ports"];
pub(in crate::rule) const PORT_KEYS: [&str; 3] = ["path", "of", "absent"];

impl Reader<'_> {
    pub(super) fn network(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        let question = self.question(id, "network", &NETWORK_QUESTIONS, &[])?;
        let key = self.tree.key(&question);
        let (of, asked): (&[&str], _) = match key {
            "subnet_internet_routed" => {
                self.asked(&question)?;
                (&["AWS::EC2::Subnet"], NetworkQuestion::SubnetInternetRouted)
            }
            "subnet_class" => (&["AWS::EC2::Subnet"], self.subnet_class(&question)),
            "ingress_wider" => (
                &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
                NetworkQuestion::IngressWider(self.wider_question(question.value)?),
            ),
            "acl_open" => {
                (&["AWS::EC2::NetworkAcl"], NetworkQuestion::AclOpen(self.cidr_question(question.value, key)?))
            }
            "ingress_open" => (
                &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"],
                NetworkQuestion::IngressOpen(self.cidr_question(question.value, key)?),
            ),
            _ => (
                &["AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress"],
                NetworkQuestion::EgressOpen(self.cidr_question(question.value, key)?),
            ),
        };
        for resource in scope.resource_types() {
            if !of.contains(&resource.name()) {
                let message = format!("`{key}` is a question to {}, not to `{}`", quoted(of), resource.name());
                self.error(question.key_span, message);
            }
        }
        Some(Clause::Network(asked))
    }

    fn subnet_class(&mut self, question: &Member) -> NetworkQuestion {
        let mut classes = Vec::new();
        for (word, span) in self.texts(question.value, "subnet_class") {
            match SubnetClass::ALL.iter().find(|(name, _)| *name == word) {
                Some((_, class)) => classes.push(*class),
                None => self.unknown(span, "class of subnets", word, &SubnetClass::ALL.map(|(name, _)| name)),
            }
        }
        if self.tree.items(question.value).is_empty() {
            self.error(self.tree.span(question.value), "`subnet_class` has no classes");
        }
        NetworkQuestion::SubnetClass(classes)
    }

    fn cidr_question(&mut self, id: NodeId, key: &str) -> Option<CidrQuestion> {
        if !self.is_table(id, key) {
            return None;
        }
        self.keys(id, &CIDR_KEYS);
        let cidrs = self.require(id, "cidrs").and_then(|cidrs| self.texts_operand(cidrs, "cidrs", cidr_problem));
        let ports = self.require(id, "ports").and_then(|ports| self.ports(ports));
        Some(CidrQuestion { cidrs: cidrs?, ports: ports? })
    }

    fn wider_question(&mut self, id: NodeId) -> Option<WiderQuestion> {
        if !self.is_table(id, "ingress_wider") {
            return None;
        }
        self.keys(id, &WIDER_KEYS);
        let [prefix, prefix6] = [("prefix", 32.0), ("prefix6", 128.0)].map(|(key, bits)| self.prefix(id, key, bits));
        let ports = self.require(id, "ports").and_then(|ports| self.ports(ports));
        Some(WiderQuestion { prefix: prefix?, prefix6: prefix6?, ports: ports? })
    }

    /// The length of a prefix.
    fn prefix(&mut self, id: NodeId, key: &str, bits: f64) -> Option<Operand> {
        let node = self.require(id, key)?;
        let operand = self.operand(node)?;
        let value = self.value_of(&operand);
        let long = || value.number().is_some_and(|number| number > bits);
        let problem = whole_number_problem(key, value)
            .or_else(|| long().then(|| format!("`{key}` is a number of bits from 0 to {bits}, not {value}")));
        match problem {
            None => Some(operand),
            Some(problem) => {
                self.error(self.tree.span(node), problem);
                None
            }
        }
    }

    /// `"all"`, a list of ports, `["all-but", ...]`, a parameter with one of these lists, or what a property of the selected
    /// resource says.
    fn ports(&mut self, id: NodeId) -> Option<Ports> {
        let tree = self.tree;
        if tree.string(id) == Some("all") {
            return Some(Ports::All);
        }
        if tree.get(id, "path").is_some() {
            return self.ports_of_selected(id);
        }
        let operand = self.operand(id)?;
        if let Some(problem) = ports_problem(self.value_of(&operand)) {
            self.error(tree.span(id), problem);
            return None;
        }
        Some(ports_of(operand, &|index| &self.params[index].value))
    }

    /// `{ path = "Port", of = "self" }`.
    fn ports_of_selected(&mut self, id: NodeId) -> Option<Ports> {
        let tree = self.tree;
        self.keys(id, &PORT_KEYS);
        let of = self.require(id, "of")?;
        self.word(of, "of", &[("self", ())])?;
        let (path, selected) = (self.require(id, "path")?, self.selected.clone());
        let path = self.path(path, "path", &selected)?;
        for ty in path.types.iter().filter(|ty| !ty.accepts_scalar()) {
            let message = format!("`ports` does not fit `{}`, which is {}", path.path.text, ty.describe());
            self.error(tree.span(id), message);
        }
        let absent = match tree.get(id, "absent") {
            Some(node) => {
                let operand = self.operand(node)?;
                if let Some(problem) = ports_problem(self.value_of(&operand)) {
                    self.error(tree.span(node), problem);
                    return None;
                }
                Some(operand)
            }
            None => None,
        };
        Some(Ports::OfSelected { path: path.path, absent })
    }
}

/// What is wrong with a list of ports.
pub(crate) fn ports_problem(value: &Literal) -> Option<String> {
    let Literal::List(items) = value else {
        return Some(format!("`ports` is to be a list of ports, not {}", value.describe()));
    };
    let ports = match items.first() {
        Some(Literal::Text(text)) if &**text == "all-but" => items.get(1..).unwrap_or_default(),
        _ => items,
    };
    if ports.is_empty() {
        return Some("`ports` has no ports".to_owned());
    }
    ports.iter().find_map(|port| match port {
        Literal::Number(number, _) if (0.0..=65535.0).contains(number) && number.fract() == 0.0 => None,
        other => Some(format!("`{other}` is not a port")),
    })
}

/// What a list of ports means: `["all-but", ...]` is the opposite of the ports after it. A list that is a parameter keeps its
/// first word, which is no port.
pub(crate) fn ports_of<'v>(operand: Operand, param: &dyn Fn(usize) -> &'v Literal) -> Ports {
    let all_but = |value: &Literal| value.list().first().and_then(Literal::text) == Some("all-but");
    match operand {
        Operand::Param(index) if all_but(param(index)) => Ports::AllBut(Operand::Param(index)),
        Operand::Literal(Literal::List(items)) if items.first().and_then(Literal::text) == Some("all-but") => {
            Ports::AllBut(Operand::Literal(Literal::List(items.into_iter().skip(1).collect())))
        }
        operand => Ports::AnyOf(operand),
    }
}
