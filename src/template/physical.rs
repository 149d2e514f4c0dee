//! What references stand for where the template itself decides it: explicit names, and the ARNs made of them.

use crate::inventory::{Inventory, identity};
use crate::source::Symbol;
use crate::value::{Kind, ResourceId, ValueId, View, World};

/// Records for every reference the text that it will have, where the resource's name is written in the template.
pub(super) fn decide_references(inventory: &mut Inventory) {
    let mut referenced: Vec<(ResourceId, Symbol)> = inventory.values.referenced().collect();
    referenced.sort_unstable();
    for (resource, attribute) in referenced {
        if let Some(known) = decide(inventory, resource, attribute) {
            inventory.values.set_known(resource, attribute, known);
        }
    }
}

/// Attributes that are a property of the same name.
const PROPERTIES: [(&str, &[&str]); 2] =
    [("AWS::EC2::VPC", &["CidrBlock"]), ("AWS::EC2::Subnet", &["AvailabilityZone", "CidrBlock", "VpcId"])];

fn decide(inventory: &mut Inventory, resource: ResourceId, attribute: Symbol) -> Option<ValueId> {
    let (type_name, name) = (inventory.type_name(resource), inventory.names.text(attribute));
    if PROPERTIES.iter().any(|(known, names)| *known == type_name && names.contains(&name)) {
        let world = World::open();
        let value = inventory.property(&View::new(&inventory.values, &world), resource, &[name]);
        return (value != ValueId::ABSENT).then_some(value);
    }
    let identity = identity(inventory.type_name(resource))?;
    let format = match inventory.names.text(attribute) {
        "Ref" => identity.reference,
        name => identity.arn.filter(|(arn, _)| *arn == name)?.1,
    };
    let world = World::open();
    let view = View::new(&inventory.values, &world);
    let name = inventory.property(&view, resource, &[identity.name_property]);
    // A name that is itself made of references stays symbolic: it cannot be followed in circles.
    if format == "{name}" {
        let written = matches!(inventory.values.kind(name), Kind::Text(_) | Kind::If { .. } | Kind::Choice { .. });
        return (written && plain(inventory, name)).then_some(name);
    }
    let text = inventory.filled(resource, format)?;
    let place = inventory.values.place(name);
    Some(inventory.values.push_text(&text, place))
}

/// Whether every case of the value is a text and none is missing.
fn plain(inventory: &Inventory, id: ValueId) -> bool {
    match inventory.values.kind(id) {
        Kind::Text(_) | Kind::Number(_) | Kind::Unknown(_) => true,
        Kind::If { then, otherwise, .. } => plain(inventory, then) && plain(inventory, otherwise),
        Kind::Choice { arms, .. } => inventory.values.items(arms).iter().all(|arm| plain(inventory, *arm)),
        _ => false,
    }
}
