mod generated;
mod lab;

use super::*;
use crate::source::{Files, Limits, SourceFile, json};
use crate::value::{Values, View, World};

pub(super) const ID: &str = "111122223333";

/// A policy document.
pub(super) fn policy(text: &str) -> Policy {
    let mut files = Files::default();
    let file = std::sync::Arc::new(SourceFile::new("policy.json", text));
    let tree = json::parse(&file, Limits::default()).unwrap();
    let mut values = Values::default();
    let root = values.push_tree(&tree, tree.root(), files.add(std::sync::Arc::clone(&file)));
    let world = World::open();
    crate::iam::document::Reader::new(View::new(&values, &world), &tree.keys).policy(root)
}

/// A policy with these statements.
pub(super) fn statements(list: &str) -> Policy {
    policy(&format!(r#"{{"Version": "2012-10-17", "Statement": [{list}]}}"#))
}

/// A statement that allows actions, separated by spaces, on a resource.
pub(super) fn allow(actions: &str, resource: &str) -> String {
    statement("Allow", actions, resource, "")
}

/// A statement that denies.
pub(super) fn deny(actions: &str, resource: &str) -> String {
    statement("Deny", actions, resource, "")
}

pub(super) fn statement(effect: &str, actions: &str, resource: &str, condition: &str) -> String {
    let actions: Vec<String> = actions.split(' ').map(|action| format!("{action:?}")).collect();
    let condition = if condition.is_empty() { String::new() } else { format!(r#", "Condition": {condition}"#) };
    format!(r#"{{"Effect": "{effect}", "Action": [{}], "Resource": "{resource}"{condition}}}"#, actions.join(", "))
}

/// An account under construction.
pub(super) struct Builder(pub(super) Account);

impl Builder {
    pub(super) fn new() -> Self {
        Self(Account { id: ID.to_owned(), ..Account::default() })
    }

    pub(super) fn user(&mut self, name: &str, list: &[String]) -> usize {
        self.principal(PrincipalKind::User, "user", name, list)
    }

    pub(super) fn group(&mut self, name: &str, list: &[String]) -> usize {
        self.principal(PrincipalKind::Group, "group", name, list)
    }

    /// A role that trusts the principals of this JSON.
    pub(super) fn role(&mut self, name: &str, trusts: &str, list: &[String]) -> usize {
        let at = self.principal(PrincipalKind::Role, "role", name, list);
        let trust = format!(r#"{{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {trusts}}}"#);
        self.0.principals[at].trust = Some(self.0.add(Attached::of(statements(&trust))));
        at
    }

    fn principal(&mut self, kind: PrincipalKind, noun: &str, name: &str, list: &[String]) -> usize {
        let mut principal = Principal::new(kind, name, format!("arn:aws:iam::{ID}:{noun}/{name}"));
        if !list.is_empty() {
            principal.links.push(Link::inline(self.0.add(Attached::of(statements(&list.join(", "))))));
        }
        self.0.principals.push(principal);
        self.0.principals.len() - 1
    }

    /// Attaches a customer managed policy.
    pub(super) fn managed(&mut self, at: usize, name: &str, list: &[String]) {
        let mut attached = Attached::of(statements(&list.join(", ")));
        attached.arn = Some(format!("arn:aws:iam::{ID}:policy/{name}"));
        let link = Link::managed(self.0.add(attached));
        self.0.principals[at].links.push(link);
    }

    pub(super) fn boundary(&mut self, at: usize, list: &[String]) {
        let mut attached = Attached::of(statements(&list.join(", ")));
        attached.arn = Some(format!("arn:aws:iam::{ID}:policy/boundary"));
        let boundary = self.0.add(attached);
        self.0.principals[at].boundary = Some(boundary);
    }

    pub(super) fn workload(&mut self, kind: &'static str, name: &str, role: usize) {
        let arn = kind_of(kind).unwrap().arn("aws", "eu-west-1", ID, name);
        self.0.workloads.push(Workload { kind, name: name.to_owned(), arn, role: Some(role as u32) });
    }

    pub(super) fn analysis(&self) -> Analysis {
        Analysis::of(&self.0)
    }
}
