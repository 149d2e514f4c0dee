//! The question `network`.

use serde_json::{Value, json};

use super::operator::{operand, texts, whole_number};
use crate::facts::network::SubnetClass;
use crate::json_schema::{cases, exactly_one, list, no_others, table, text, with, words, yes};
use crate::rule::load::network::{CIDR_KEYS, NETWORK_QUESTIONS, PORT_KEYS, WIDER_KEYS};

pub(super) fn question() -> Value {
    let about = "Subject: a question about networks.";
    with(table(about, &NETWORK_QUESTIONS, &[], key), exactly_one(&NETWORK_QUESTIONS))
}

fn key(key: &str) -> Value {
    match key {
        "ingress_open" => {
            cidrs("The security group lets all addresses of one of these blocks reach one of these ports.")
        }
        "egress_open" => cidrs(
            "The security group lets its members reach all addresses of one of these blocks at one of these ports.",
        ),
        "ingress_wider" => wider("A rule of the security group lets a block in that is wider than these prefixes."),
        "acl_open" => {
            cidrs("The entries of the network ACL let all addresses of one of these blocks in to one of these ports.")
        }
        "subnet_internet_routed" => yes("The default route of the subnet leads to an internet gateway."),
        "subnet_class" => {
            let class = words("Where the default route leads.", SubnetClass::ALL.map(|(word, _)| word));
            with(list("The subnet is of one of these classes.", class), json!({ "minItems": 1, "uniqueItems": true }))
        }
        _ => json!({}),
    }
}

fn cidrs(about: &str) -> Value {
    table(about, &CIDR_KEYS, &CIDR_KEYS, |key| match key {
        "ports" => ports(),
        "cidrs" => texts("Address blocks: `[\"0.0.0.0/0\", \"::/0\"]`."),
        _ => json!({}),
    })
}

fn wider(about: &str) -> Value {
    table(about, &WIDER_KEYS, &WIDER_KEYS, |key| match key {
        "prefix" => with(whole_number("The prefix of IPv4, in bits."), json!({ "maximum": 32 })),
        "prefix6" => with(whole_number("The prefix of IPv6, in bits."), json!({ "maximum": 128 })),
        "ports" => ports(),
        _ => json!({}),
    })
}

/// A port, or the word that turns a list of them into its opposite.
fn port() -> Value {
    json!({ "type": ["integer", "string"], "minimum": 0, "maximum": 65535, "pattern": "^all-but$" })
}

fn ports() -> Value {
    let about = "`\"all\"`, a list of ports, `[\"all-but\", ...]` for every other port, a parameter that is such a list, or `{ path = \"Port\", of = \"self\" }` for the port of the selected resource.";
    let keys = [&["param"][..], &PORT_KEYS].concat();
    let ports = table(about, &keys, &[], |key| match key {
        "param" => text("The name of a parameter of the rule."),
        "path" => text("The property of the selected resource that has the port."),
        "of" => words("Whose property it is: that of the selected resource.", ["self"]),
        "absent" => operand(
            "The ports where the property is not set; without it, they are unknown.",
            &["array"],
            json!({ "items": port(), "minItems": 1 }),
        ),
        _ => json!({}),
    });
    let list = json!({ "type": ["string", "array", "object"], "pattern": "^all$", "items": port(), "minItems": 1 });
    let selected = with(no_others(&PORT_KEYS), json!({ "required": ["of"] }));
    let param = with(no_others(&["param"]), json!({ "required": ["param"] }));
    with(with(ports, list), cases(vec![(json!({ "required": ["path"] }), selected)], param))
}
