//! The questions that have the semantics of their field: `network`, `secret`, `key`; the others have files of their own.

use crate::facts::network::SubnetClass;
use crate::inventory::schema::Kind as SchemaKind;
use crate::rule::ast::{CidrQuestion, Clause, Literal, NetworkQuestion, Operand, Pattern, Ports, SecretText};
use crate::source::{Member, NodeId, Span};

use super::clause::ABSENT;
use super::format::{cidr_problem, regex_problem};
use super::operator::texts;
use super::path::Scope;
use super::reader::{Reader, quoted};

pub(in crate::rule) const NETWORK_QUESTIONS: [&str; 4] =
    ["ingress_open", "egress_open", "subnet_internet_routed", "subnet_class"];
pub(in crate::rule) const CIDR_KEYS: [&str; 2] = ["ports", "cidrs"];
pub(in crate::rule) const SECRET_KEYS: [&str; 3] = ["path", "keys", "text"];
pub(in crate::rule) const SECRET_TEXTS: [(&str, SecretText); 2] =
    [("any", SecretText::Any), ("members", SecretText::Members)];
pub(in crate::rule) const KEY_KEYS: [&str; 2] = ["path", "customer"];

impl Reader<'_> {
    /// The one member of a table that is a question; `beside` may stand there too.
    pub(super) fn question(&mut self, id: NodeId, what: &str, questions: &[&str], beside: &[&str]) -> Option<Member> {
        if !self.is_table(id, what) {
            return None;
        }
        let tree = self.tree;
        let known = [questions, beside].concat();
        let before = self.problems.len();
        self.keys(id, &known);
        let mut found = tree.members(id).iter().filter(|member| questions.contains(&tree.key(member)));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(*only),
            (Some(_), Some(second)) => {
                self.error(second.key_span, format!("`{what}` asks two questions in one clause"));
                None
            }
            (None, _) => {
                if self.problems.len() == before {
                    let help = format!("write one of {}", quoted(questions));
                    self.error_help(tree.span(id), format!("`{what}` asks nothing"), help);
                }
                None
            }
        }
    }

    /// A question that is asked by writing `true`.
    pub(super) fn asked(&mut self, member: &Member) -> Option<()> {
        let key = self.tree.key(member);
        if self.boolean(member.value, key)? {
            return Some(());
        }
        let help = format!("write `not = {{ ... = {{ {key} = true }} }}` for the opposite");
        self.error_help(self.tree.span(member.value), format!("`{key}` is to be `true`"), help);
        None
    }

    pub(super) fn network(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        let question = self.question(id, "network", &NETWORK_QUESTIONS, &[])?;
        let key = self.tree.key(&question);
        let (of, asked) = match key {
            "subnet_internet_routed" => {
                self.asked(&question)?;
                ("AWS::EC2::Subnet", NetworkQuestion::SubnetInternetRouted)
            }
            "subnet_class" => {
                let mut classes = Vec::new();
                for (word, span) in self.texts(question.value, key) {
                    match SubnetClass::ALL.iter().find(|(name, _)| *name == word) {
                        Some((_, class)) => classes.push(*class),
                        None => self.unknown(span, "class of subnets", word, &SubnetClass::ALL.map(|(name, _)| name)),
                    }
                }
                if self.tree.items(question.value).is_empty() {
                    self.error(self.tree.span(question.value), "`subnet_class` has no classes");
                }
                ("AWS::EC2::Subnet", NetworkQuestion::SubnetClass(classes))
            }
            key => {
                let open = self.cidr_question(question.value, key)?;
                let ingress = key == "ingress_open";
                let asked = if ingress { NetworkQuestion::IngressOpen } else { NetworkQuestion::EgressOpen };
                ("AWS::EC2::SecurityGroup", asked(open))
            }
        };
        for resource in scope.resource_types() {
            if resource.name() != of {
                let message = format!("`{key}` is a question to `{of}`, not to `{}`", resource.name());
                self.error(question.key_span, message);
            }
        }
        Some(Clause::Network(asked))
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

    /// `"all"`, a list of ports, `["all-but", ...]`, or a parameter with one of these lists.
    fn ports(&mut self, id: NodeId) -> Option<Ports> {
        if self.tree.string(id) == Some("all") {
            return Some(Ports::All);
        }
        let operand = self.operand(id)?;
        if let Some(problem) = ports_problem(self.value_of(&operand)) {
            self.error(self.tree.span(id), problem);
            return None;
        }
        Some(ports_of(operand, &|index| &self.params[index].value))
    }

    pub(super) fn secret(&mut self, id: NodeId, scope: &Scope) -> Option<Clause> {
        if !self.is_table(id, "secret") {
            return None;
        }
        self.keys(id, &SECRET_KEYS);
        let path = self.require(id, "path").and_then(|path| self.path(path, "path", scope));
        let keys = match self.tree.get(id, "keys") {
            Some(keys) => Some(Pattern::ignoring_case(self.texts_operand(keys, "keys", regex_problem)?)),
            None => None,
        };
        let text = match self.tree.member(id, "text") {
            Some(member) => {
                let text = self.word(member.value, "text", &SECRET_TEXTS)?;
                if text == SecretText::Members && keys.is_none() {
                    self.error(self.tree.span(member.value), "`text = \"members\"` needs `keys`, the names of secrets");
                }
                text
            }
            None => SecretText::Any,
        };
        let path = path?;
        let map = path.types.iter().any(|ty| matches!(ty.kind(), SchemaKind::Map(_)));
        if map && keys.is_none() {
            let message = format!("`keys` is missing: `{}` is a map, whose keys name the secrets", path.path.text);
            self.error(self.tree.span(id), message);
        }
        Some(Clause::Secret { path: path.path, keys, text })
    }

    /// `key = { path = "KmsKeyId", customer = true }`, with `absent` beside it.
    pub(super) fn customer_key(&mut self, clause: NodeId, id: NodeId, scope: &Scope) -> Option<Clause> {
        let tree = self.tree;
        if !self.is_table(id, "key") {
            return None;
        }
        self.keys(id, &KEY_KEYS);
        let path = self.require(id, "path").and_then(|path| self.path(path, "path", scope));
        self.require(id, "customer")?;
        self.asked(tree.member(id, "customer")?)?;
        let path = path?;
        for ty in &path.types {
            if !ty.accepts_scalar() {
                let message = format!("`key` does not fit `{}`, which is {}", path.path.text, ty.describe());
                self.error(tree.span(id), message);
            }
        }
        let absent = match tree.get(clause, "absent") {
            Some(word) => Some(self.word(word, "absent", &ABSENT)?),
            None => {
                if self.checks.is_some() && !path.required && !path.types.is_empty() {
                    self.absent_is_missing(tree.span(id), "key", &path.path.text);
                }
                None
            }
        };
        Some(Clause::CustomerKey { path: path.path, absent })
    }

    /// A text or list of texts, or a parameter that is one.
    pub(super) fn texts_operand(
        &mut self,
        id: NodeId,
        what: &str,
        problem: impl Fn(&str) -> Option<String>,
    ) -> Option<Operand> {
        let operand = self.operand(id)?;
        if self.checks.is_some() {
            let value = self.value_of(&operand);
            // A list that a user fills may be empty by default.
            let empty = matches!(operand, Operand::Param(_)) && value.list().is_empty();
            if let Some(problem) = texts(what, value, problem).filter(|_| !empty) {
                self.error(self.tree.span(id), problem);
                return None;
            }
        }
        Some(operand)
    }

    /// Reports resource types that do not have this property.
    pub(super) fn check_has(&mut self, scope: &Scope, span: Span, property: &str) {
        for resource in scope.resource_types() {
            if resource.properties().member(property).is_none() {
                self.error(span, format!("`{}` has no `{property}`", resource.name()));
            }
        }
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
